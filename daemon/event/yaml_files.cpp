#include "event/yaml_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/limits.hpp"

namespace duban::event {

namespace fs = std::filesystem;

std::optional<TextFile> read_text(const std::string& path, Diagnostics& out) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) {
    out.error("E001", Place{path}, "cannot be read: " + error.message(),
              "give the path of a file that can be read");
    return {};
  }
  if (size > limits::kConfigFileBytes) {
    out.error("E001", Place{path},
              "has " + std::to_string(size) + " bytes, more than the " +
                  std::to_string(limits::kConfigFileBytes) + " allowed",
              "split it");
    return {};
  }
  std::ifstream stream(path, std::ios::binary);
  TextFile file{path, {std::istreambuf_iterator<char>(stream), {}}};
  if (!stream.is_open() || stream.bad()) {
    out.error("E001", Place{path}, "cannot be read", "check its permissions");
    return {};
  }
  return file;
}

std::vector<TextFile> read_yaml_files(const std::string& directory, const std::string& what,
                                      Diagnostics& out) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".yaml" && !fs::is_directory(entry.path()))
      paths.push_back(entry.path().string());
  }
  if (error) {
    out.error("E001", Place{directory}, "cannot be read as a folder of " + what + ": " + error.message(),
              "give a folder with *.yaml files");
    return {};
  }
  std::sort(paths.begin(), paths.end());
  if (paths.empty())
    out.error("E001", Place{directory}, "has no *.yaml file", "a folder of " + what + " is expected");
  std::vector<TextFile> files;
  for (const std::string& path : paths) {
    if (auto file = read_text(path, out)) files.push_back(std::move(*file));
  }
  return files;
}

}  // namespace duban::event
