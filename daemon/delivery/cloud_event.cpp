#include "delivery/cloud_event.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "delivery/alert_view.hpp"
#include "ledger/dead_letter_json.hpp"

namespace duban::delivery {
namespace {

std::string type_of(const AlertView& alert) {
  if (!alert.proposal) return "alert.dispatched";
  return alert.level == "listing" ? "supervision.proposed" : "escalation.proposed";
}

void append_text(std::string& out, const char* name, const std::string& value) {
  out += '"';
  out += name;
  out += "\":";
  out += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  out += ',';
}

}  // namespace

std::optional<CloudEvent> cloud_event(Message message, std::string source) {
  CloudEvent event;
  event.source = std::move(source);
  event.id = std::move(message.key);
  if (const std::optional<AlertView> alert = read_alert(message.body)) {
    event.type = type_of(*alert);
    event.subject = alert->subject_id;
    event.time = alert->at;
  } else if (const std::optional<ledger::DeadLetter> letter = ledger::parse_dead_letter(message.body)) {
    event.type = "deadletter.recorded";
    event.subject = ledger::dead_letter_key(*letter);
    event.time = format_utc(letter->at);
  } else {
    return std::nullopt;
  }
  event.data = std::move(message.body);
  return event;
}

std::string structured(const CloudEvent& event) {
  std::string out;
  out.reserve(event.data.size() + 256);
  out += "{\"specversion\":\"1.0\",";
  append_text(out, "id", event.id);
  append_text(out, "source", event.source);
  append_text(out, "type", event.type);
  if (!event.subject.empty()) append_text(out, "subject", event.subject);
  append_text(out, "time", event.time);
  out += "\"datacontenttype\":\"application/json\",\"data\":";
  out += event.data;
  out += '}';
  return out;
}

Outcome unreadable_body() {
  return Outcome::rejected(
      "the stored alert is no JSON object with \"id\" and \"at\"; this is a fault of the daemon, report it");
}

}  // namespace duban::delivery
