#include "app/open_store.hpp"

#include "app/exit_codes.hpp"

namespace duban::app {

std::optional<OpenStore> open_store(const std::string& config, const std::string& store, Console& console,
                                    int& code) {
  Diagnostics findings;
  OpenStore open;
  open.loaded = load_all(config, findings);
  if (!open.loaded.configuration) {
    console.error << findings.text();
    code = kConfiguration;
    return std::nullopt;
  }
  std::string error;
  open.directory = store.empty() ? open.loaded.settings.store_directory : store;
  open.files = store_files(open.directory, error);
  if (!open.files.empty()) return open;
  console.error << error << '\n';
  code = kStorage;
  return std::nullopt;
}

}  // namespace duban::app
