#include "delivery/alertmanager_alert.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/hash.hpp"
#include "delivery/alert_view.hpp"
#include "delivery/reading.hpp"

namespace duban::delivery {
namespace {

using nlohmann::ordered_json;

ordered_json labels_of(const Message& message) {
  ordered_json labels;
  // Alertmanager counts an empty label as none.
  const auto add = [&labels](const char* name, const std::string& value) {
    if (std::string plain = plain_line(value); !plain.empty()) labels[name] = std::move(plain);
  };
  if (const std::optional<AlertView> alert = read_alert(message.body)) {
    add("alertname", alert->rule.empty() ? "duban" : alert->rule);
    add("severity", message.severity.empty() ? alert->severity : message.severity);
    add("stage", alert->stage);
    add("level", alert->level);
    add("kind", alert->subject_kind);
    add("subject", alert->subject_id);
    add("unit", alert->unit_id);
    add("area", alert->area);
  } else {
    add("alertname", "duban");
    add("severity", message.severity);
  }
  add("duban_id", message.key);
  return labels;
}

ordered_json annotations_of(const Message& message) {
  const Reading reading = reading_of(message);
  return {{"summary", reading.title}, {"description", reading.text}};
}

std::string dumped(const ordered_json& document) { return document.dump(); }

}  // namespace

std::string alertmanager_post(const Message& message, Instant ends) {
  const ordered_json alert{{"labels", labels_of(message)},
                           {"annotations", annotations_of(message)},
                           {"startsAt", format_utc(message.at)},
                           {"endsAt", format_utc(ends)}};
  return dumped(ordered_json::array({alert}));
}

std::string alertmanager_webhook(const Message& message, const std::string& receiver) {
  const ordered_json labels = labels_of(message);
  const ordered_json annotations = annotations_of(message);
  const ordered_json alert{{"status", "firing"},
                           {"labels", labels},
                           {"annotations", annotations},
                           {"startsAt", format_utc(message.at)},
                           {"endsAt", "0001-01-01T00:00:00Z"},
                           {"generatorURL", ""},
                           {"fingerprint", fmt::format("{:016x}", hash64(message.key))}};
  const ordered_json body{
      {"receiver", receiver},
      {"status", "firing"},
      {"alerts", ordered_json::array({alert})},
      {"groupLabels", {{"alertname", labels["alertname"]}}},
      {"commonLabels", labels},
      {"commonAnnotations", annotations},
      {"externalURL", ""},
      {"version", "4"},
      {"groupKey", fmt::format("{{}}:{{duban_id={}}}", ordered_json(labels["duban_id"]).dump())},
      {"truncatedAlerts", 0}};
  return dumped(body);
}

}  // namespace duban::delivery
