// The command line: which command, with which arguments (rules.md, "Commands"). Help and usage errors are
// said here; what a command does stands in command_NAME.cpp.
#pragma once

#include "app/console.hpp"

namespace duban::app {

/// The exit code (exit_codes.hpp). Throws nothing: what escapes a command is reported as a defect.
int command_line(int argc, const char* const* argv, Console& console);

}  // namespace duban::app
