#include "engine/near_miss.hpp"

#include <optional>

namespace duban::engine {
namespace {

constexpr std::string_view kPrefix = "event.";

/// The text between quotes, if that is all there is.
std::optional<std::string> literal(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back() || (text.front() != '\'' && text.front() != '"'))
    return std::nullopt;
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.find(text.front()) != std::string_view::npos) return std::nullopt;
  return std::string(inner);
}

std::optional<std::string> field_name(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view name = text.substr(kPrefix.size());
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") != std::string_view::npos)
    return std::nullopt;
  return std::string(name);
}

std::string shown(const cel::Value& value) {
  if (!value.is(cel::Kind::list)) return cel::to_text(value);
  std::string out;
  for (const cel::Value& item : value.items()) out += (out.empty() ? "" : ",") + cel::to_text(item);
  return out;
}

/// "leader_led 为 false", "未填 leader_led".
std::string stated(const event::Event& event, const std::string& field) {
  const cel::Value value = event.data.get(field);
  if (value.is_absent() || value.is_error()) return "未填 " + field;
  return field + " 为 " + shown(value);
}

/// The forms that rules mostly use; of others the fields they read are named with what the event says there.
std::string failure(const std::string& term, const cel::Program& program, const event::Event& event) {
  if (const auto field = field_name(term)) return stated(event, *field);
  if (const size_t in = term.find(" in "); in != std::string::npos)
    if (const auto item = literal(term.substr(0, in)))
      if (const auto field = field_name(term.substr(in + 4))) return *field + " 中没有 " + *item;
  if (const size_t equal = term.find(" == "); equal != std::string::npos)
    if (const auto field = field_name(term.substr(0, equal)))
      if (const auto value = literal(term.substr(equal + 4)))
        return stated(event, *field) + ",应为 " + *value;
  std::string out;
  for (const cel::FieldRef& read : program.reads()) {
    if (read.slot != rule::kEvent) continue;
    const std::string name = read.path.starts_with(kPrefix) ? read.path.substr(kPrefix.size()) : read.path;
    out += (out.empty() ? "" : "、") + stated(event, name.substr(0, name.find('.')));
  }
  return out.empty() ? "条件 " + term + " 不成立" : out + ",不符合要求";
}

}  // namespace

std::string near_miss(const rule::DoneBy& done_by, const event::Event& event,
                      const std::vector<size_t>& failed) {
  const event::EventType& type = *event.type;
  std::string text = type.kind != nullptr ? type.kind->title + " " : std::string{};
  text += std::string(event.key.empty() ? event.id : event.key) + " 不计:";
  for (size_t i = 0; i < failed.size(); ++i) {
    const auto& [term, program] = done_by.terms[failed[i]];
    text += (i > 0 ? ";" : "") + failure(term, *program, event);
  }
  return text;
}

std::string arrangement_moved(const std::string& from, const std::string& to) {
  return from + "因放假安排公布调整为" + to;
}

}  // namespace duban::engine
