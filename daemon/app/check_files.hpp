// Checking single files: each is recognised by its top keys and checked in the place of the configured file
// of its name. Private to app/.
#pragma once

#include <string>
#include <vector>

#include "app/settings.hpp"

namespace duban::app {

enum class FileKind { settings, catalog, calendar, rules, routes, directory, tests };

/// A folder stands for its *.yaml, in order of name.
std::vector<std::string> expanded(const std::vector<std::string>& paths);

/// Every file that settings name, in order: settings, catalog, calendars, rules, routes, directory.
std::vector<std::string> files_of(const Settings& settings);

/// Checks the configuration of `settings` as a whole.
void check_all(const Settings& settings, Diagnostics& out);

/// Checks `files` against the rest of the configuration. Findings elsewhere are reported if they are errors:
/// a catalog that drops a field breaks the rules that read it.
void check_files(const std::vector<std::string>& files, const Settings& settings, Diagnostics& out);

}  // namespace duban::app
