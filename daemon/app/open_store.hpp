// What commands that look into a daemon's ledgers begin with: its configuration and its store's files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/console.hpp"
#include "app/settings.hpp"
#include "app/store_files.hpp"

namespace duban::app {

struct OpenStore {
  Loaded loaded;
  std::string directory;
  std::vector<StoreFile> files;
};

/// `store`: another folder than the settings'; empty: theirs. Nothing, the reason on the console and the exit
/// code in `code`, if one of them cannot be loaded.
std::optional<OpenStore> open_store(const std::string& config, const std::string& store, Console& console,
                                    int& code);

}  // namespace duban::app
