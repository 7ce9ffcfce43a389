#include <fmt/format.h>

#include "cel/value.hpp"
#include "event/event.hpp"

namespace duban::event {
namespace {

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.size() > 1) out += ',';
  out += '"';
  out += name;
  out += "\":";
  cel::append_json(out, cel::Value::of(value));
}

}  // namespace

std::string to_structured(const Event& event) {
  std::string out;
  out.reserve(event.data_json.size() + event.id.size() + event.source.size() + 160);
  out += '{';
  append_member(out, "specversion", "1.0");
  append_member(out, "id", event.id);
  append_member(out, "source", event.source);
  append_member(out, "type", event.type->name);
  append_member(out, "time", format_utc(event.time));
  if (!event.key.empty()) append_member(out, "subject", event.key);
  out += ",\"data\":";
  out += event.data_json;
  return out += '}';
}

}  // namespace duban::event
