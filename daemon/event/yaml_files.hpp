// The files of a folder that users write, read once: what is parsed is what is hashed and kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostic.hpp"

namespace duban::event {

struct TextFile {
  std::string path;
  std::string text;
};

/// The whole text; nothing and the reason reported if the file cannot be read or is larger than
/// limits::kConfigFileBytes.
std::optional<TextFile> read_text(const std::string& path, Diagnostics& out);

/// Every *.yaml of `directory`, in order of name. `what` names them in the error about a missing folder.
std::vector<TextFile> read_yaml_files(const std::string& directory, const std::string& what,
                                      Diagnostics& out);

}  // namespace duban::event
