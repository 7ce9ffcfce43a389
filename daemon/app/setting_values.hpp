// Values of the settings that stand for something else: environment variables, paths.
#pragma once

#include <filesystem>
#include <string>

#include "core/yaml.hpp"

namespace duban::app {

/// The scalar with `${NAME}` replaced by the environment variable; one that is not set is an error there.
std::string expanded(const yaml::Reader& scalar);
/// The same as a path, relative ones against `folder`.
std::string path_in(const std::filesystem::path& folder, const yaml::Reader& scalar);

}  // namespace duban::app
