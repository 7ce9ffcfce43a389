#include "core/clock.hpp"

namespace duban {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }
  Duration monotonic() const override {
    return std::chrono::floor<Duration>(std::chrono::steady_clock::now().time_since_epoch());
  }
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace duban
