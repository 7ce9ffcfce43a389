// The `channels` of the settings.
#pragma once

#include <filesystem>
#include <string>

#include "core/yaml.hpp"
#include "delivery/channel_settings.hpp"

namespace duban::app {

/// One channel; a key that its type does not have, one that is missing and a value that cannot work are
/// errors at their places. Secrets are not read here: they exist where the daemon runs.
delivery::ChannelSettings read_channel(const std::string& name, const yaml::Reader& entry,
                                       const std::filesystem::path& folder);

}  // namespace duban::app
