// The audit log: kept as long as the settings say, without a word for ever; and what it has of inputs.
#include <fmt/format.h>

#include "app/daemon.hpp"
#include "core/log.hpp"
#include "ledger/audit.hpp"

namespace duban::app {
namespace {

constexpr std::chrono::hours kTrimAgain{1};

}  // namespace

void Daemon::trim_audit() {
  if (stopping_) return;
  const Duration keep = loaded_.settings.audit_keep;
  const Instant now = clock_.now();
  audit_trimmed_ = now;
  if (keep > Duration{0})
    for (const auto& shard : shards_) trim_audit(*shard, now - keep, now);
  audit_timer_.expires_after(kTrimAgain);
  audit_timer_.async_wait([this](asio::error_code cancelled) {
    if (!cancelled) trim_audit();
  });
}

/// A virtual clock has moved, and with it the hour.
void Daemon::look_at_audit() {
  if (clock_.now() - audit_trimmed_ >= kTrimAgain) trim_audit();
}

/// Slice by slice, each in line with the shard's other work.
void Daemon::trim_audit(Shard& shard, Instant before, Instant at) {
  shard.seal_audit(before, at, [this, &shard, before, at](size_t removed) {
    if (removed > 0 && !stopping_) trim_audit(shard, before, at);
  });
}

/// A person's decision about an input: said, and kept.
void Daemon::note_seek(const event::Input& input, int64_t to, std::optional<int64_t> reached) {
  const std::string name = fmt::format("{}/{}", input.topic, input.partition);
  const std::string at = reached ? std::to_string(*reached) : "its beginning";
  log::warning("{} is read from {} on, as decided by the operator (the ledger was at {})", name, to, at);
  if (reached && to != kLatest && to < *reached)
    log::warning(
        "{}: records before offset {} count as known and are passed over. If the topic was made anew, they "
        "are others: give it another name, or what was written to it until then is lost",
        name, *reached);
  ledger::AuditBody body;
  body.number("seek", to);
  if (reached) body.number("reached", *reached);
  shards_.front()->note("input", clock_.now(), name, body.str());
}

}  // namespace duban::app
