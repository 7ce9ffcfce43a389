// The audit log is kept as long as the settings say; without a word, for ever.
#include "app/daemon.hpp"

namespace duban::app {
namespace {

constexpr std::chrono::hours kTrimAgain{1};

}  // namespace

void Daemon::trim_audit() {
  if (stopping_) return;
  const Duration keep = loaded_.settings.audit_keep;
  const Instant now = clock_.now();
  if (keep > Duration{0})
    for (const auto& shard : shards_) trim_audit(*shard, now - keep, now);
  audit_timer_.expires_after(kTrimAgain);
  audit_timer_.async_wait([this](asio::error_code cancelled) {
    if (!cancelled) trim_audit();
  });
}

/// Slice by slice, each in line with the shard's other work.
void Daemon::trim_audit(Shard& shard, Instant before, Instant at) {
  shard.seal_audit(before, at, [this, &shard, before, at](size_t removed) {
    if (removed > 0 && !stopping_) trim_audit(shard, before, at);
  });
}

}  // namespace duban::app
