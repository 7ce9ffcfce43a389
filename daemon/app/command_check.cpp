#include "app/command_check.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/check_files.hpp"
#include "app/exit_codes.hpp"

namespace duban::app {
namespace {

std::string counted(size_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

void report(const Diagnostics& findings, size_t files, bool json, Console& console) {
  const size_t errors = findings.error_count();
  const size_t all = findings.sorted().size();
  const size_t warnings = all - std::min(all, errors);
  if (json) {
    const nlohmann::ordered_json out{{"files", files},
                                     {"errors", errors},
                                     {"warnings", warnings},
                                     {"findings", nlohmann::ordered_json::parse(findings.json())}};
    console.out << out.dump(2) << '\n';
    return;
  }
  console.error << findings.text();
  console.out << fmt::format("{}: {}, {}\n", counted(files, "file"), counted(errors, "error"),
                             counted(warnings, "warning"));
}

}  // namespace

int check_command(const CheckArguments& arguments, Console& console) {
  Diagnostics findings;
  Settings settings = load_settings(arguments.config, findings);
  size_t files = 1;
  if (!findings.has_errors()) {
    const auto zone = Zone::find(settings.sources.zone);
    settings.sources.today = zone.value_or(Zone::shanghai()).date(console.clock.now());
    if (!arguments.today.empty()) {
      settings.sources.today = Date::parse(arguments.today);
      if (!settings.sources.today) {
        console.error << "--today: '" << arguments.today << "' is no date; write it like 2023-01-19\n";
        return kUsage;
      }
    }
    if (arguments.files.empty()) {
      check_all(settings, findings);
      files = files_of(settings).size();
    } else {
      const std::vector<std::string> given = expanded(arguments.files);
      files = given.size();
      check_files(given, settings, findings);
    }
  }
  report(findings, files, arguments.json, console);
  const bool warned = findings.sorted().size() > findings.error_count();
  return findings.has_errors() || (arguments.strict && warned) ? kFindings : kOk;
}

}  // namespace duban::app
