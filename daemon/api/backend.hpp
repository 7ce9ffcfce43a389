// What the API needs of the daemon; made real in app/. Everything here happens on the event loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "api/status.hpp"
#include "rule/configuration.hpp"

namespace duban::api {

class Backend {
 public:
  virtual ~Backend() = default;
  virtual Status status() = 0;
  /// The active configuration; null before the start.
  virtual std::shared_ptr<const rule::Configuration> configuration() = 0;
};

}  // namespace duban::api
