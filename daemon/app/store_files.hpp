// The ledgers in a store's folder, one for each shard.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace duban::app {

struct StoreFile {
  std::string path;
  engine::Ownership ownership;
};

/// "shard-0-of-1.db"
std::string store_file_name(int index, int count);

/// The shards of the store in `directory`, in order. Empty and the reason in `error` if there are none, one
/// is missing, or there are two numberings.
std::vector<StoreFile> store_files(const std::string& directory, std::string& error);

}  // namespace duban::app
