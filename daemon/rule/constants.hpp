// The settings' constants: `const.NAME` in expressions, `$NAME` in schedules. Private to rule/.
#pragma once

#include "core/yaml.hpp"
#include "rule/schedule_reader.hpp"

namespace duban::rule {

/// Declares `const` in `env` and returns the scalars by dotted name. An absent reader has none.
ConstantTexts read_constants(const yaml::Reader& constants, cel::Environment& env);

}  // namespace duban::rule
