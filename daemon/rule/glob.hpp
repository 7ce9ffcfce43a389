// Globs over recipients: `*/officer`, `DEPT-*`.
#pragma once

#include <string_view>

namespace duban::rule {

/// `*` stands for any characters, all others for themselves.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace duban::rule
