// The settings' directory of units, as events like any other.
#include <memory>

#include "app/jsonl_records.hpp"
#include "app/settings.hpp"
#include "app/unit_events.hpp"
#include "core/hash.hpp"

namespace duban::app {

std::vector<event::Record> directory_records(const std::string& file, Diagnostics& out) {
  std::vector<event::Record> records;
  const yaml::Reader root = yaml::Reader::open(file, out);
  if (!root) return records;
  const yaml::Reader units = root.required("units");
  const auto input =
      std::make_shared<const event::Input>(event::Input{"directory:" + hash128(units.to_json()).hex(), 0});
  for (const UnitEntry& unit : read_units(units))
    records.push_back(owned_record(unit_event(unit, "directory", input->topic), input,
                                   static_cast<int64_t>(records.size()), {}));
  root.finish();
  return records;
}

}  // namespace duban::app
