#include "app/command_import.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "app/exit_codes.hpp"
#include "calendar/import.hpp"
#include "event/yaml_files.hpp"

namespace duban::app {

int import_command(const ImportArguments& arguments, Console& console) {
  Diagnostics findings;
  std::optional<event::TextFile> file;
  if (arguments.notice == "-")
    file = event::TextFile{"stdin", std::string(std::istreambuf_iterator<char>(std::cin), {})};
  else
    file = event::read_text(arguments.notice, findings);
  if (!file) {
    console.error << findings.text();
    return kSource;
  }
  calendar::ImportOptions options;
  options.year = arguments.year;
  options.number = arguments.number;
  options.url = arguments.url;
  const auto imported = calendar::import_year(file->path, file->text, options, findings);
  console.error << findings.text();
  if (!imported) return kFindings;
  if (arguments.out.empty()) {
    console.out << imported->yaml;
    return kOk;
  }
  std::ofstream out(arguments.out);
  if (!(out << imported->yaml).flush()) {
    console.error << arguments.out << ": cannot be written; name a file in a folder that is there\n";
    return kStorage;
  }
  console.error << arguments.out << ": the calendar of " << imported->year << '\n';
  return kOk;
}

}  // namespace duban::app
