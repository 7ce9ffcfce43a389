// What a store's engines will say next if nothing more happens: copies of the ledgers run ahead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/scene.hpp"
#include "app/store_files.hpp"

namespace duban::app {

struct Forecast {
  Instant from{};  // the instant the ledgers had reached
  std::vector<Said> alerts;
};

/// Runs copies in a temporary folder for `length` from the ledgers' instant on. The ledgers themselves are
/// only read, also beside a running daemon. Throws ledger::StorageError.
Forecast forecast(const std::vector<StoreFile>& store,
                  const std::shared_ptr<const rule::Configuration>& configuration, Duration length);

}  // namespace duban::app
