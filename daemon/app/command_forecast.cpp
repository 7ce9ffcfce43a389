#include "app/command_forecast.hpp"

#include <fmt/format.h>

#include "app/alert_table.hpp"
#include "app/exit_codes.hpp"
#include "app/forecast.hpp"
#include "app/open_store.hpp"

namespace duban::app {

int forecast_command(const ForecastArguments& arguments, Console& console) {
  int code = kOk;
  const auto store = open_store(arguments.config, arguments.store, console, code);
  if (!store) return code;
  const Forecast ahead =
      forecast(store->files, store->loaded.configuration, std::chrono::days(arguments.days));
  const Zone& zone = store->loaded.configuration->zone;
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
