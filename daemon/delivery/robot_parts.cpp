#include "delivery/robot_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace duban::delivery {
namespace {

constexpr size_t kTitleCharacters = 60;

std::string names_of(const std::vector<Addressee>& people, bool by_mobile) {
  std::string names;
  for (const Addressee& person : people) {
    if (by_mobile && is_mobile(person.mobile)) continue;
    const std::string name = plain_line(person.name.empty() ? person.recipient : person.name);
    names += (names.empty() ? "致:" : "、") + name;
  }
  return names;
}

std::vector<std::string> mobiles_of(const std::vector<Addressee>& people) {
  std::vector<std::string> mobiles;
  for (const Addressee& person : people) {
    const bool known = std::find(mobiles.begin(), mobiles.end(), person.mobile) != mobiles.end();
    if (is_mobile(person.mobile) && !known) mobiles.push_back(person.mobile);
  }
  return mobiles;
}

}  // namespace

bool is_mobile(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= 5 && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::vector<RobotPart> robot_parts(const Message& message, const RobotLimits& limits) {
  const Reading reading = reading_of(message);
  const std::string title =
      fmt::format("【{}】{}", reading.colour, without_markup(shortened(reading.title, kTitleCharacters)));
  const bool by_mobile = limits.mentions > 0;
  std::string text = reading.text;
  if (const std::string names = names_of(message.to, by_mobile); !names.empty()) text += "\n" + names;

  std::vector<RobotPart> parts;
  for (std::string& part : parts_of(without_markup(text), limits.bytes, limits.most)) {
    parts.push_back({title, std::move(part), {}});
  }
  const std::vector<std::string> mobiles = by_mobile ? mobiles_of(message.to) : std::vector<std::string>{};
  for (size_t at = 0, part = 0; at < mobiles.size(); ++part) {
    if (part == parts.size()) parts.push_back({title, "同上", {}});
    const size_t end = std::min(at + limits.mentions, mobiles.size());
    parts[part].mobiles.assign(mobiles.begin() + static_cast<ptrdiff_t>(at),
                               mobiles.begin() + static_cast<ptrdiff_t>(end));
    at = end;
  }
  for (size_t i = 0; parts.size() > 1 && i < parts.size(); ++i) {
    parts[i].title += fmt::format("({}/{})", i + 1, parts.size());
  }
  return parts;
}

}  // namespace duban::delivery
