#include "app/store_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace duban::app {

std::string store_file_name(int index, int count) { return fmt::format("shard-{}-of-{}.db", index, count); }

std::vector<StoreFile> store_files(const std::string& directory, std::string& error) {
  std::vector<StoreFile> files;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    const std::string name = entry.path().filename().string();
    engine::Ownership ownership;
    if (std::sscanf(name.c_str(), "shard-%d-of-%d.db", &ownership.index, &ownership.count) != 2) continue;
    if (name == store_file_name(ownership.index, ownership.count))
      files.push_back({entry.path().string(), ownership});
  }
  std::sort(files.begin(), files.end(),
            [](const StoreFile& a, const StoreFile& b) { return a.ownership.index < b.ownership.index; });
  const std::string place = "store " + directory + ": ";
  if (unreadable)
    error = place + unreadable.message() + "; name the folder of the daemon's ledgers (store.directory)";
  else if (files.empty())
    error = place + "no ledger is here; name the folder of a daemon that has run, or of simulate --keep";
  for (size_t i = 0; i < files.size(); ++i)
    if (files[i].ownership.count != static_cast<int>(files.size()) ||
        files[i].ownership.index != static_cast<int>(i))
      error = place + fmt::format(
                          "{} ledgers are here, but {} says it is one of {}; put the others beside it, "
                          "or take away those of another numbering",
                          files.size(), files[i].path, files[i].ownership.count);
  if (!error.empty()) files.clear();
  return files;
}

}  // namespace duban::app
