// A folder for a run's own files, removed with the object.
#pragma once

#include <string>

namespace duban::app {

class TemporaryFolder {
 public:
  /// "duban-WHAT-XXXXXX" in TMPDIR. Throws ledger::StorageError if it cannot be made.
  explicit TemporaryFolder(const std::string& what);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace duban::app
