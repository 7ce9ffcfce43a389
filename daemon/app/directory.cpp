// The settings' directory of units, as events like any other.
#include <memory>

#include "app/settings.hpp"
#include "core/hash.hpp"
#include "core/yaml.hpp"
#include "event/cloudevents.hpp"

namespace duban::app {
namespace {

/// A record's text and the input it is from, kept alive by the record.
struct Kept {
  std::shared_ptr<const event::Input> input;
  std::string json;
};

std::string quoted(std::string_view text) { return cel::to_json(cel::Value::of(text)); }

/// The unit's YAML with its key under the name that the event gives it.
std::string party_json(const std::string& unit_json) {
  const std::string key = "\"unit_id\":";
  const size_t at = unit_json.find(key);
  return at == std::string::npos
             ? unit_json
             : unit_json.substr(0, at) + "\"party_id\":" + unit_json.substr(at + key.size());
}

event::Record record_of(std::shared_ptr<const event::Input> input, int64_t offset, const std::string& unit,
                        const std::string& data) {
  auto kept = std::make_unique<Kept>();
  kept->json = R"({"specversion":"1.0","type":"party.upserted","source":"directory","id":)" +
               quoted(unit + "/" + input->topic) + R"(,"subject":)" + quoted(unit) + R"(,"data":)" + data +
               "}";
  kept->input = std::move(input);
  event::Record record;
  record.input = kept->input.get();
  record.offset = offset;
  record.payload = kept->json;
  record.headers.push_back({event::kShortFormHeader, "1"});
  record.owner = {kept.release(), [](void* owner) { delete static_cast<Kept*>(owner); }};
  return record;
}

}  // namespace

std::vector<event::Record> directory_records(const std::string& file, Diagnostics& out) {
  std::vector<event::Record> records;
  const yaml::Reader root = yaml::Reader::open(file, out);
  if (!root) return records;
  const yaml::Reader units = root.required("units");
  auto input =
      std::make_shared<const event::Input>(event::Input{"directory:" + hash128(units.to_json()).hex(), 0});
  for (const yaml::Reader& unit : units.items()) {
    const std::string id = unit.required("unit_id").string();
    if (id.empty()) continue;
    records.push_back(record_of(input, static_cast<int64_t>(records.size()), id, party_json(unit.to_json())));
  }
  root.finish();
  return records;
}

}  // namespace duban::app
