#include "app/command_forecast.hpp"

#include <fmt/format.h>

#include "app/alert_table.hpp"
#include "app/exit_codes.hpp"
#include "app/forecast.hpp"
#include "app/settings.hpp"

namespace duban::app {

int forecast_command(const ForecastArguments& arguments, Console& console) {
  Diagnostics findings;
  const Loaded loaded = load_all(arguments.config, findings);
  if (!loaded.configuration) {
    console.error << findings.text();
    return kConfiguration;
  }
  std::string error;
  const std::string store = arguments.store.empty() ? loaded.settings.store_directory : arguments.store;
  const std::vector<StoreFile> files = store_files(store, error);
  if (files.empty()) {
    console.error << error << '\n';
    return kStorage;
  }
  const Forecast ahead = forecast(files, loaded.configuration, std::chrono::days(arguments.days));
  const Zone& zone = loaded.configuration->zone;
  if (arguments.json) {
    for (const Said& alert : ahead.alerts) console.out << alert.json << '\n';
  } else {
    AlertTable(console.out, zone).print(ahead.alerts);
  }
  console.error << fmt::format("{} alerts in the {} days from {} on, if nothing more happens\n",
                               ahead.alerts.size(), arguments.days, zone.format(ahead.from).substr(0, 16));
  return kOk;
}

}  // namespace duban::app
