#include "app/unit_events.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "app/jsonl_records.hpp"
#include "event/event.hpp"

namespace duban::app {
namespace {

/// Keys that the catalog does not declare pass through; in a file of ours they are slips.
void warn_of_unknown_keys(const UnitEntry& unit, const event::EventType& type) {
  std::vector<std::string> known{"unit_id"};
  for (const auto& field : type.layout->fields) known.push_back(field.name);
  for (const auto& [key, value] : unit.place.entries())
    if (key != "unit_id" && type.layout->find(key) < 0)
      unit.place.diagnostics().warning("W811", value.key_place(),
                                       fmt::format("units have no field '{}' in the catalog", key),
                                       suggest(key, known));
}

}  // namespace

std::vector<UnitEntry> read_units(const yaml::Reader& list) {
  std::vector<UnitEntry> units;
  std::map<std::string, Place> first;
  for (const yaml::Reader& entry : list.items()) {
    const yaml::Reader id = entry.required("unit_id");
    nlohmann::ordered_json data = nlohmann::ordered_json::object();
    for (const auto& [key, value] : entry.entries())
      data[key == "unit_id" ? "party_id" : key] = nlohmann::ordered_json::parse(value.to_json());
    UnitEntry unit{id.string(), data.dump(), entry};
    if (unit.id.empty()) continue;
    const auto [known, fresh] = first.emplace(unit.id, id.place());
    if (!fresh)
      id.error("E811", fmt::format("unit '{}' stands here twice", unit.id),
               fmt::format("the other is in line {}", known->second.line));
    units.push_back(std::move(unit));
  }
  return units;
}

std::string unit_event(const UnitEntry& unit, std::string_view source, std::string_view version) {
  nlohmann::ordered_json event;
  event["specversion"] = "1.0";
  event["id"] = fmt::format("{}/{}", unit.id, version);
  event["source"] = source;
  event["type"] = "party.upserted";
  event["subject"] = unit.id;
  event["data"] = nlohmann::ordered_json::parse(unit.data);
  return event.dump();
}

void check_units(const std::vector<UnitEntry>& units, const rule::Configuration& configuration) {
  event::Decoder decoder(configuration.catalog, configuration.zone);
  const event::Input input{"check", 0};
  for (const UnitEntry& unit : units) {
    cel::Arena arena;
    const event::Record record = owned_record(unit_event(unit, "/check", "check"), input, 0, {});
    const event::Decoded decoded = decoder.decode(record, arena);
    if (const auto* refusal = std::get_if<event::Refusal>(&decoded)) {
      unit.place.error("E812", fmt::format("unit '{}' is refused: {}", unit.id, refusal->reason));
      continue;
    }
    const auto& event = std::get<event::Event>(decoded);
    for (const std::string& warning : event.warnings) unit.place.warning("W812", warning);
    warn_of_unknown_keys(unit, *event.type);
  }
}

}  // namespace duban::app
