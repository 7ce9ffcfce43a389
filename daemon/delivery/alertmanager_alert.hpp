// An alert in the forms of Prometheus' Alertmanager.
//
// Labels tell alerts apart, and `duban_id` is the alert's id: two alerts are never one, and a repetition is
// the same. Labels: alertname (the rule), severity, stage, level, kind, subject, unit, area, duban_id.
// Annotations: summary, description.
//
// Source: prometheus/alertmanager, api/v2/openapi.yaml (postableAlerts); prometheus.io, Alerting →
// Configuration → webhook_config (version "4").
#pragma once

#include <string>

#include "delivery/channel.hpp"

namespace duban::delivery {

/// The body of POST /api/v2/alerts. `ends`: until when it counts as firing.
std::string alertmanager_post(const Message& message, Instant ends);
/// The body that webhook receivers get.
std::string alertmanager_webhook(const Message& message, const std::string& receiver);

}  // namespace duban::delivery
