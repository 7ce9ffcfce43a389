#include "app/temporary_folder.hpp"

#include <stdlib.h>

#include <filesystem>

#include "ledger/ledger.hpp"

namespace duban::app {

TemporaryFolder::TemporaryFolder(const std::string& what)
    : path_((std::filesystem::temp_directory_path() / ("duban-" + what + "-XXXXXX")).string()) {
  if (mkdtemp(path_.data()) == nullptr)
    throw ledger::StorageError("no temporary folder can be made at " + path_ +
                               "; set TMPDIR to one with space");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace duban::app
