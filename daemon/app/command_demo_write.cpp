#include "app/command_demo_write.hpp"

#include <fstream>

#include "app/demo_data.hpp"
#include "app/exit_codes.hpp"
#include "app/settings.hpp"

namespace duban::app {

int demo_write_command(const DemoWriteArguments& arguments, Console& console) {
  Diagnostics findings;
  const Settings settings = load_settings(arguments.config, findings);
  if (findings.has_errors()) {
    console.error << findings.text();
    return kConfiguration;
  }
  const auto calendar = calendar::Calendar::load(settings.sources.calendar_directory, findings);
  DemoPlan plan;
  plan.seed = arguments.seed;
  const std::vector<DemoEvent> events = demo_year(plan, *calendar);
  std::ofstream file;
  if (arguments.file != "-") file.open(arguments.file);
  std::ostream& out = arguments.file == "-" ? console.out : file;
  for (const DemoEvent& event : events) out << demo_line(event) << '\n';
  if (!out.flush()) {
    console.error << arguments.file << ": cannot be written; name a file in a folder that is there\n";
    return kStorage;
  }
  console.error << events.size() << " events of " << plan.year << '\n';
  return kOk;
}

}  // namespace duban::app
