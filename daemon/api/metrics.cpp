#include "api/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace duban::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

/// Collects families in the order in which they are written.
class Text {
 public:
  void counter(const char* name, const char* help, double value, Labels labels = {}) {
    add(name, help, MetricType::Counter, std::move(labels)).counter.value = value;
  }
  void gauge(const char* name, const char* help, double value, Labels labels = {}) {
    add(name, help, MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  ClientMetric& histogram(const char* name, const char* help) {
    return add(name, help, MetricType::Histogram, {});
  }
  std::string str() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  /// The values of one name stand together.
  ClientMetric& add(const char* name, const char* help, MetricType type, Labels labels) {
    if (families_.empty() || families_.back().name != name) families_.push_back({name, help, type, {}});
    ClientMetric metric;
    metric.label = std::move(labels);
    return families_.back().metric.emplace_back(std::move(metric));
  }

  std::vector<MetricFamily> families_;
};

void add_pipeline(Text& text, const Status& status) {
  text.counter("duban_events_total", "Records taken from the inputs", static_cast<double>(status.events));
  text.counter("duban_duplicates_total", "Events that were known", static_cast<double>(status.duplicates));
  text.counter("duban_parked_total", "Events that waited for their predecessor",
               static_cast<double>(status.parked));
  text.counter("duban_refusals_total", "Records refused: dead letters", static_cast<double>(status.refusals));
  for (size_t level = 0; level < status.alerts.size(); ++level)
    text.counter("duban_alerts_total", "Alerts raised", static_cast<double>(status.alerts[level]),
                 {{"level", std::string(rule::name(static_cast<rule::Level>(level)))}});
  ClientMetric& times = text.histogram("duban_batch_seconds", "Time that a shard took for a batch");
  uint64_t below = 0;
  for (size_t i = 0; i < BatchTimes::kBounds.size(); ++i) {
    below += status.batch_times.counts[i];
    times.histogram.bucket.push_back({below, BatchTimes::kBounds[i] / 1e3});
  }
  times.histogram.sample_count = status.batch_times.count;
  times.histogram.sample_sum = static_cast<double>(status.batch_times.sum.count()) / 1e3;
}

void add_state(Text& text, const Status& status) {
  text.gauge("duban_ready", "1 if /readyz says so", status.not_ready().empty() ? 1 : 0);
  text.gauge("duban_caught_up", "0 while events from before the start are being applied",
             status.caught_up ? 1 : 0);
  text.gauge("duban_broker_reachable", "0 if no broker answers", status.reachable ? 1 : 0);
  text.gauge("duban_storage_failed", "1 while a ledger cannot be written", status.storage_failed ? 1 : 0);
  text.gauge("duban_clock_suspicious", "1 while deadlines are held for a clock that was set forward",
             status.clock_suspicious ? 1 : 0);
  text.gauge("duban_inputs_stopped", "Inputs that wait for a person's decision",
             static_cast<double>(status.stopped_inputs.size()));
  text.gauge("duban_notes", "Things that want attention while everything runs",
             static_cast<double>(status.notes.size()));
  text.gauge("duban_records_buffered", "Records read and not yet applied",
             static_cast<double>(status.buffered));
  if (status.settled != Instant{})
    text.gauge("duban_behind_seconds", "How far the instant up to which all is applied is behind the clock",
               static_cast<double>(status.behind().count()) / 1e3);
  for (const InputStatus& input : status.inputs)
    if (input.end)
      text.gauge("duban_consumer_lag", "Records of an input that are not applied yet",
                 static_cast<double>(std::max<int64_t>(0, *input.end - input.next_offset)),
                 {{"topic", input.input.topic}, {"partition", std::to_string(input.input.partition)}});
}

void add_ledgers(Text& text, const LedgerStatus& ledgers) {
  text.gauge("duban_open_items", "Items that are open", static_cast<double>(ledgers.open_items));
  text.gauge("duban_entities", "Entities known", static_cast<double>(ledgers.entities));
  text.gauge("duban_alerts_kept", "Alerts in the ledger", static_cast<double>(ledgers.alerts));
  text.gauge("duban_alerts_held", "Alerts held until all is caught up", static_cast<double>(ledgers.held));
  text.gauge("duban_deliveries_rejected", "Deliveries that wait for a person's decision",
             static_cast<double>(ledgers.rejected));
  text.gauge("duban_silences_active", "Silences that hold messages back",
             static_cast<double>(ledgers.silences));
  text.gauge("duban_dead_letters", "Dead letters in the ledger", static_cast<double>(ledgers.dead_letters));
}

void add_channels(Text& text, const Status& status, const std::optional<LedgerStatus>& ledgers) {
  if (ledgers) {
    std::map<std::string, int64_t> pending = ledgers->pending;
    for (const auto& entry : status.channels) pending.try_emplace(entry.first, 0);
    for (const auto& [name, depth] : pending)
      text.gauge("duban_outbox_pending", "Deliveries waiting in the outbox", static_cast<double>(depth),
                 {{"channel", name}});
  }
  for (const auto& [name, channel] : status.channels)
    for (const auto& [outcome, count] :
         {std::pair{"delivered", channel.delivered}, std::pair{"retry", channel.retried},
          std::pair{"rejected", channel.rejected}})
      text.counter("duban_attempts_total", "Attempts of delivery", static_cast<double>(count),
                   {{"channel", name}, {"outcome", outcome}});
  for (const auto& [name, channel] : status.channels)
    text.gauge("duban_channel_in_flight", "Deliveries under way", static_cast<double>(channel.in_flight),
               {{"channel", name}});
  for (const auto& [name, channel] : status.channels)
    text.gauge("duban_channel_stopped", "1 while only probes go out", channel.stopped ? 1 : 0,
               {{"channel", name}});
}

}  // namespace

std::string metrics_text(const Status& status, const std::optional<LedgerStatus>& ledgers) {
  Text text;
  add_pipeline(text, status);
  add_state(text, status);
  if (ledgers) add_ledgers(text, *ledgers);
  add_channels(text, status, ledgers);
  return text.str();
}

}  // namespace duban::api
