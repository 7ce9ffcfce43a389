#include "app/demo_data.hpp"

#include <algorithm>
#include <chrono>

#include "app/demo_hazards.hpp"
#include "app/demo_script.hpp"
#include "app/demo_units.hpp"
#include "app/demo_year.hpp"

namespace duban::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string_view topic_of(std::string_view type) {
  const std::string_view family = type.substr(0, type.find('.'));
  if (family == "hazard" || family == "supervision" || family == "escalation") return "safety.hazards";
  if (family == "inspection") return "safety.inspections";
  if (family == "weather" || family == "risk") return "safety.warnings";
  if (family == "calendar" || family == "season") return "safety.calendar";
  if (family == "party") return "safety.parties";
  return "safety.evidence";
}

Json envelope(const DemoScript& script, const DemoFact& fact, const std::string& id) {
  const Instant time = fact.time == kNever ? fact.at - seconds(15) : fact.time;
  return {{"specversion", "1.0"},
          {"id", id},
          {"source", "/huizhou/safety"},
          {"type", fact.type},
          {"subject", fact.subject},
          {"time", script.zone.format(time)},
          {"datacontenttype", "application/json"},
          {"data", fact.data}};
}

/// What the rules of the catalog do not allow: each is refused with its reason and disturbs nothing else.
void illegal(DemoScript& script, const Examples& some) {
  const Date day = Date::of(script.plan.year, 12, 20);
  int minute = 0;
  const auto add = [&](const char* type, const std::string& subject, Json data) {
    script.add(script.at(day, 10, 0) + minutes(7 * minute++), type, subject, std::move(data));
  };
  const auto hazard = [&](const char* type, const std::vector<std::string>& ids, Json data) {
    if (ids.empty()) return;
    data["hazard_id"] = ids.front();
    add(type, ids.front(), std::move(data));
  };
  hazard("hazard.rectified", some.closed, {{"completed_on", day.str()}});
  hazard("hazard.extended", some.closed, {{"new_due", day.str()}, {"approved_by", "TOWN-341004100"}});
  hazard("hazard.reinspected", some.withdrawn,
         {{"result", "passed"}, {"by", "TOWN-341004100"}, {"on", day.str()}});
  hazard("hazard.extended", some.ordered, {{"new_due", "2020-01-01"}, {"approved_by", "TOWN-341004100"}});
  if (!some.major.empty()) {
    const auto& [id, reported] = some.major.front();
    script.add(reported + minutes(12), "hazard.closed", id,
               {{"hazard_id", id}, {"on", script.date(reported).str()}, {"on_spot", true}});
  }
  add("hazard.rectified", "H-unknown", {{"hazard_id", "H-unknown"}, {"completed_on", day.str()}});
  add("hazard.reported", "H-incomplete", {{"hazard_id", "H-incomplete"}, {"title", "缺少区划的隐患"}});
  add("hazard.reported", "H-misdated",
      {{"hazard_id", "H-misdated"},
       {"area", kDistrict},
       {"industry", "fire"},
       {"title", "日期有误的隐患"},
       {"origin", "tip"},
       {"found_on", "2023-02-30"}});
  add("hazard.vanished", "H-unknown", {{"hazard_id", "H-unknown"}});
}

/// Redeliveries of the same event, some minutes to hours later.
void repeat(DemoScript& script, std::vector<DemoEvent>& events) {
  const size_t once = events.size();
  for (size_t i = 0; i < once; ++i) {
    if (!script.dice.permille(6)) continue;
    DemoEvent again = events[i];
    again.at += minutes(script.dice.between(1, 180));
    if (again.at < script.end()) events.push_back(std::move(again));
  }
}

}  // namespace

std::vector<DemoEvent> demo_year(const DemoPlan& plan, const calendar::Calendar& calendar) {
  DemoScript script(plan, calendar);
  const std::vector<Enterprise> enterprises = found_enterprises(script);
  const std::vector<Storm> storms = weather(script);
  const Examples examples = live(script, inspect(script, enterprises, storms));
  fulfil_duties(script, enterprises, storms);
  happen(script, enterprises);
  illegal(script, examples);
  std::stable_sort(script.facts.begin(), script.facts.end(),
                   [](const DemoFact& a, const DemoFact& b) { return a.at < b.at; });
  std::vector<DemoEvent> events;
  events.reserve(script.facts.size() + script.facts.size() / 100);
  for (const DemoFact& fact : script.facts) {
    if (fact.at >= script.end()) break;
    const std::string id =
        "huizhou-" + std::to_string(plan.year) + "-" + std::to_string(1'000'000 + events.size()).substr(1);
    events.push_back({fact.at, topic_of(fact.type), fact.subject, envelope(script, fact, id).dump()});
  }
  repeat(script, events);
  std::stable_sort(events.begin(), events.end(),
                   [](const DemoEvent& a, const DemoEvent& b) { return a.at < b.at; });
  return events;
}

std::string demo_line(const DemoEvent& event) {
  static const Zone zone = Zone::shanghai();
  return "{\"at\":\"" + zone.format(event.at) + "\"," + event.json.substr(1);
}

}  // namespace duban::app
