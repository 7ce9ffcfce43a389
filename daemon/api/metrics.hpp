// The text of /metrics: Prometheus's exposition format, made of the status at the moment of the scrape.
#pragma once

#include <optional>
#include <string>

#include "api/status.hpp"

namespace duban::api {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const Status& status, const std::optional<LedgerStatus>& ledgers);

}  // namespace duban::api
