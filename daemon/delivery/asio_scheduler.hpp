// The dispatcher's Scheduler on a real event loop.
#pragma once

#include <memory>

#include "delivery/dispatcher.hpp"

namespace asio {
class io_context;
}

namespace duban::delivery {

/// The loop outlives it. Its destruction, on the loop's thread, cancels what is scheduled, so that a loop
/// that waits for nothing else ends.
std::unique_ptr<Scheduler> make_asio_scheduler(asio::io_context& loop);

}  // namespace duban::delivery
