#include "engine_scene.hpp"

#include <stdexcept>

#include "event/cloudevents.hpp"

namespace duban::test {
namespace {

const Zone& zone() {
  static const Zone shanghai = Zone::shanghai();
  return shanghai;
}

struct Text {
  std::string payload;
};

}  // namespace

namespace {

std::shared_ptr<const rule::Configuration> load(rule::Sources sources, const std::string& rules_yaml) {
  const Folder folder;
  sources.rules = {folder.write("rules.yaml", rules_yaml)};
  sources.constants_yaml =
      "{ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365, reinspection: 10d, five_fixes: 3wd, "
      "reinspection_fire: 3wd, reinspection_special_equipment: 10wd, reinspection_coal: 20d, major_report: "
      "24h, "
      "listing_filing: 3wd, listing_publishing: 5wd, weather_check: 24h}";
  Diagnostics findings;
  auto configuration = rule::load(sources, findings);
  if (!configuration) throw std::runtime_error(findings.text());
  return configuration;
}

}  // namespace

std::shared_ptr<const rule::Configuration> with_rules(const std::string& rules_yaml,
                                                      const std::string& calendars,
                                                      const std::string& catalog) {
  rule::Sources sources;
  sources.catalog_directory = catalog;
  sources.calendar_directory = calendars;
  sources.channels = {"out"};
  return load(std::move(sources), rules_yaml);
}

std::shared_ptr<const rule::Configuration> with_routes(const std::string& rules_yaml,
                                                       const std::string& routes_yaml,
                                                       const std::vector<std::string>& channels) {
  const Folder folder;
  rule::Sources sources;
  sources.catalog_directory = DUBAN_SOURCE_DIR "/config/catalog";
  sources.calendar_directory = DUBAN_SOURCE_DIR "/config/calendar";
  sources.channels = channels;
  sources.routes_file = folder.write("routes.yaml", routes_yaml);
  return load(std::move(sources), rules_yaml);
}

void Stage::event(const std::string& at, const std::string& type, const std::string& data,
                  const std::string& id) {
  auto text = std::make_unique<Text>();
  const std::string name = id.empty() ? "e" + std::to_string(offset_ + 1) : id;
  text->payload = R"({"specversion":"1.0","id":")" + name + R"(","source":"test","type":")" + type +
                  R"(","data":)" + data + "}";
  event::Record record;
  record.input = &input_;
  record.offset = offset_++;
  record.at = zone().parse(at).value();
  record.payload = text->payload;
  record.headers.push_back({event::kShortFormHeader, "1"});
  record.owner = {text.release(), [](void* owner) { delete static_cast<Text*>(owner); }};
  scene.feed(std::move(record));
}

void Stage::unit(const std::string& at, const std::string& id, const std::string& kind,
                 const std::string& area, const std::string& more) {
  event(at, "party.upserted",
        R"({"party_id":")" + id + R"(","kind":")" + kind + R"(","name":"单位)" + id + R"(","area":")" + area +
            "\"" + (more.empty() ? "" : "," + more) + "}");
}

void Stage::hazard(const std::string& at, const std::string& id, const std::string& more) {
  nlohmann::json data = {{"hazard_id", id},        {"title", "疏散通道堵塞"},
                         {"origin", "inspection"}, {"found_on", at.substr(0, 10)},
                         {"industry", "fire"},     {"area", "341004101205"},
                         {"enterprise_id", "E-1"}, {"level", "general"}};
  data.update(nlohmann::json::parse("{" + more + "}"));
  event(at, "hazard.reported", data.dump());
}

std::vector<std::string> Stage::said(const std::string& until) {
  scene.run_to(zone().parse(until).value());
  std::vector<std::string> out;
  for (const app::Said& alert : scene.alerts())
    out.push_back(zone().format(alert.at).substr(0, 16) + " " + alert.stage + " " +
                  alert.subject.substr(alert.subject.find('/') + 1));
  return out;
}

std::vector<std::string> Stage::refused() const {
  std::vector<std::string> out;
  for (const ledger::DeadLetter& letter : scene.refused()) out.push_back(letter.code + " " + letter.reason);
  return out;
}

}  // namespace duban::test
