// A year of a district with so many hazards, as recorded events on standard output, for `duban simulate`.
//
//   write_year HAZARDS
#include <cstdio>
#include <cstdlib>

#include "app/demo_data.hpp"

using namespace duban;

int main(int argc, char** argv) {
  app::DemoPlan plan;
  const int hazards = argc > 1 ? std::atoi(argv[1]) : 10'000;
  plan.inspections = plan.inspections * hazards / plan.hazards;
  plan.closed = plan.closed * hazards / plan.hazards;
  plan.hazards = hazards;
  Diagnostics findings;
  const auto calendar = calendar::Calendar::load(DUBAN_SOURCE_DIR "/config/calendar", findings);
  for (const app::DemoEvent& event : app::demo_year(plan, *calendar))
    std::puts(app::demo_line(event).c_str());
}
