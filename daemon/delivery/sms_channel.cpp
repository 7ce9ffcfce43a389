#include "delivery/sms_channel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "delivery/robot_parts.hpp"

namespace duban::delivery {
namespace {

constexpr std::array<std::string_view, 9> kFields{"severity", "title", "text",   "time",  "name",
                                                  "mobile",   "key",   "secret", "digest"};

/// Carriers read 【…】 as the sender's signature: no event may sign as somebody else.
std::string unsigned_line(std::string_view text) {
  std::string line = plain_line(text);
  for (const auto& [mark, other] : {std::pair{"【", "["}, std::pair{"】", "]"}}) {
    for (size_t at = line.find(mark); at != std::string::npos; at = line.find(mark))
      line.replace(at, 3, other);
  }
  return line;
}

/// The names in braces that `form` has, with their places.
template <typename Take>
void for_each_name(std::string_view form, const Take& take) {
  for (size_t open = form.find('{'); open != std::string_view::npos; open = form.find('{', open + 1)) {
    const size_t close = form.find('}', open);
    if (close == std::string_view::npos) return;
    const std::string_view name = form.substr(open + 1, close - open - 1);
    const bool word = !name.empty() && std::all_of(name.begin(), name.end(),
                                                   [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
    if (word) take(open, name);
  }
}

}  // namespace

std::string filled(std::string_view form, const SmsFields& fields,
                   const std::function<std::string(std::string_view)>& escape) {
  std::string out;
  size_t from = 0;
  for_each_name(form, [&](size_t open, std::string_view name) {
    const auto field = fields.find(name);
    if (field == fields.end()) return;
    out += form.substr(from, open - from);
    out += escape(field->second);
    from = open + name.size() + 2;
  });
  return out += form.substr(from);
}

std::string unknown_field(std::string_view form) {
  std::string unknown;
  for_each_name(form, [&](size_t, std::string_view name) {
    if (std::find(kFields.begin(), kFields.end(), name) == kFields.end()) unknown = name;
  });
  return unknown;
}

void SmsChannel::deliver(Message message, Done done) {
  std::vector<Piece> pieces;
  const SmsFields common = fields_of(message);
  for (const Addressee& person : message.to) {
    if (!is_mobile(person.mobile)) {
      pieces.push_back(
          {person.recipient, [](const Done& taken) { taken(Outcome::rejected("no mobile number")); }});
      continue;
    }
    SmsFields fields = common;
    fields["mobile"] = person.mobile;
    fields["name"] = unsigned_line(person.name);
    pieces.push_back({person.recipient + " " + person.mobile, [this, fields](Done taken) {
                        request(request_for(fields), [this, taken = std::move(taken)](
                                                         const HttpAnswer& answer) { taken(judge(answer)); });
                      }});
  }
  if (pieces.empty()) {
    pieces.push_back(
        {"nobody", [](const Done& taken) { taken(Outcome::rejected("the message is for nobody")); }});
  }
  pieces_.send(message, Pieces::Kind::people, std::move(pieces), std::move(done));
}

SmsFields SmsChannel::fields_of(const Message& message) const {
  const Reading reading = reading_of(message);
  const LocalTime local = zone().local(message.at);
  return {{"severity", reading.colour},
          {"title", unsigned_line(reading.title)},
          {"text", unsigned_line(reading.text)},
          {"time", fmt::format("{}月{}日{}:{:02}", local.date.month(), local.date.day(),
                               local.time.seconds / 3600, local.time.seconds / 60 % 60)},
          {"key", plain_line(message.key)},
          {"secret", secret_}};
}

std::vector<std::pair<std::string, std::string>> parameters_of(const ChannelSettings& settings,
                                                               const SmsFields& fields) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, form] : settings.parameters) {
    const std::string value = filled(form, fields, [](std::string_view text) { return std::string(text); });
    out.emplace_back(name, shortened(value, settings.parameter_length));
  }
  return out;
}

std::string host_of(const std::string& url) {
  const size_t from = url.find("://") + 3;
  return url.substr(from, url.find('/', from) - from);
}

std::string cloud_settings_error(const ChannelSettings& settings, std::string& secret) {
  std::string error = http_settings_error(settings);
  if (error.empty() && settings.secret_file.empty()) error = "secret_file: expected the access key's secret";
  return error.empty() ? read_secret_into(settings.secret_file, secret) : error;
}

}  // namespace duban::delivery
