#include <algorithm>
#include <chrono>
#include <map>

#include "app/demo_year.hpp"

namespace duban::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Share of a year's routine checks by month: June is the month of safety, the year's end its assessment.
constexpr int kMonths[12] = {8, 6, 8, 8, 9, 12, 9, 7, 9, 6, 8, 10};

class Inspections {
 public:
  Inspections(DemoScript& script, const std::vector<Enterprise>& enterprises)
      : script_(script), dice_(script.dice), enterprises_(enterprises) {
    for (const Enterprise& enterprise : enterprises) {
      by_town_[enterprise.town()].push_back(&enterprise);
      by_department_[enterprise.trade->department].push_back(&enterprise);
    }
    for (Date d = script.first_day(); d <= script.last_day(); ++d) {
      if (!script.calendar.is_workday(d)) continue;
      days_.push_back(d);
      weights_.push_back(kMonths[d.month() - 1]);
    }
  }

  void before_holidays() {
    for (const auto& holiday : script_.calendar.holidays(script_.first_day() + 7, script_.last_day())) {
      if (holiday.id == "mid-autumn" && holiday.name.find("国庆") != std::string::npos) continue;
      for (const std::string& department : departments()) {
        if (dice_.chance(14)) continue;
        const Date day = script_.workdays_after(holiday.first, -dice_.between(1, 7));
        check(script_.in_hours(day), department, {"pre_holiday"}, dice_.chance(92), holiday.name);
      }
    }
  }

  void before_the_flood_season() {
    for (const std::string& town : towns()) {
      if (dice_.chance(18)) continue;
      const Date day = script_.workdays_after(Date::of(script_.plan.year, 5, 1), -dice_.between(2, 18));
      check(script_.in_hours(day), "TOWN-" + town, {"pre_flood"}, dice_.chance(90), "汛前检查");
    }
  }

  void during(const Storm& storm) {
    std::vector<std::string> called = storm_departments();
    for (const std::string& town : towns()) called.push_back("TOWN-" + town);
    for (const std::string& unit : called) {
      if (dice_.chance(20)) continue;
      const Instant at = storm.begin + minutes(dice_.between(120, 1'300));
      check(at, unit, {"disaster"}, dice_.chance(88), "暴雨预警检查", storm.first_id);
    }
  }

  void each_month() {
    for (unsigned month = 1; month <= 12; ++month) {
      const Date first = Date::of(script_.plan.year, month, 1);
      for (const std::string& department : departments()) {
        if (dice_.chance(9)) continue;
        const Date day = script_.workdays_after(first, dice_.between(3, 17));
        check(script_.in_hours(day), department, {"monthly"}, dice_.chance(95), "每月排查");
      }
    }
  }

  /// The office's rounds, at each unit once a quarter; the special committees' own.
  void supervise() {
    std::vector<std::string> units = departments();
    for (const std::string& town : towns()) units.push_back("TOWN-" + town);
    units.push_back("ZONE-341004400");
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
      const Date first = Date::of(script_.plan.year, 3 * quarter + 1, 1);
      for (const std::string& unit : units) {
        if (dice_.chance(7)) continue;
        const Date day = script_.workdays_after(first, dice_.between(5, 55));
        if (Inspection* round = check(script_.in_hours(day), "OFFICE-341004",
                                      {dice_.chance(50) ? "supervision" : "covert"}, true, "督导"))
          round->data["target_unit"] = unit;
      }
      for (const char* department : {"DEPT-341004-emergency", "DEPT-341004-housing"})
        check(script_.in_hours(script_.workdays_after(first, dice_.between(10, 50))), department, {"covert"},
              false, "special_operation");
    }
    for (unsigned month = 1; month <= 12; ++month) {
      for (const char* committee : {"SC-341004-fire", "SC-341004-road", "SC-341004-construction"}) {
        if (dice_.chance(12)) continue;
        const Date day = script_.workdays_after(Date::of(script_.plan.year, month, 1), dice_.between(3, 17));
        check(script_.in_hours(day), committee, {"joint"}, true, "专委会督导");
      }
    }
  }

  /// Key enterprises look at themselves each quarter.
  void self_checks() {
    for (unsigned quarter = 0; quarter < 4; ++quarter) {
      const Date first = Date::of(script_.plan.year, 3 * quarter + 1, 1);
      for (const Enterprise& enterprise : enterprises_) {
        if (!enterprise.key || dice_.chance(9)) continue;
        const Date day = script_.workdays_after(first, dice_.between(15, 56));
        record(script_.in_hours(day), enterprise.id, enterprise, {"self_comprehensive"}, true, "", "");
      }
    }
  }

  /// The rest up to the plan's number: routine, special, covert …
  void routine() {
    static const std::vector<std::string> kinds = {
        "special",     "special", "double_random", "covert",
        "grid_patrol", "joint",   "supervision",   "four_no_two_direct",
        "look_back",   "expert",  "surprise",      "self_comprehensive"};
    while (number_ < script_.plan.inspections) {
      const Date day = days_[dice_.weighted(weights_)];
      const std::string unit = dice_.chance(45) ? "TOWN-" + dice_.pick(towns()) : dice_.pick(departments());
      check(script_.in_hours(day), unit, {dice_.pick(kinds)}, dice_.chance(30), "");
    }
  }

  /// Hazards that enterprises, grid workers and citizens report, up to the plan's number.
  void others() {
    static const std::vector<std::string> origins = {"self", "self",   "grid", "grid",
                                                     "tip",  "expert", "sweep"};
    while (static_cast<int>(found_.size()) > script_.plan.hazards)
      found_.erase(found_.begin() + dice_.below(static_cast<int>(found_.size())));
    while (static_cast<int>(found_.size()) < script_.plan.hazards) {
      const Enterprise& enterprise = dice_.pick(enterprises_);
      const Instant at = script_.in_hours(days_[dice_.weighted(weights_)]);
      found_.push_back({&enterprise, at, dice_.pick(origins), "", "TOWN-" + enterprise.town()});
    }
    std::stable_sort(found_.begin(), found_.end(),
                     [](const Found& a, const Found& b) { return a.at < b.at; });
  }

  /// Records the inspections, now that it is known what each has found.
  std::vector<Found> finish() {
    std::map<std::string, int> findings;
    for (const Found& found : found_) ++findings[found.inspection];
    for (Inspection& inspection : inspections_) {
      inspection.data["findings"] = findings[inspection.id];
      script_.add(inspection.at, "inspection.completed", inspection.id, std::move(inspection.data));
    }
    return std::move(found_);
  }

 private:
  struct Inspection {
    std::string id;
    Instant at{};
    Json data;
  };

  const Enterprise& target(const std::string& unit) {
    const auto& in_town = by_town_[unit.starts_with("TOWN-") ? unit.substr(5) : ""];
    if (!in_town.empty()) return *dice_.pick(in_town);
    const auto& supervised = by_department_[unit];
    return supervised.empty() ? dice_.pick(enterprises_) : *dice_.pick(supervised);
  }

  /// Null once the plan's number is reached.
  Inspection* check(Instant at, const std::string& unit, std::vector<std::string> kinds, bool leader_led,
                    const std::string& topic, const std::string& warning = "") {
    return record(at, unit, target(unit), std::move(kinds), leader_led, topic, warning);
  }

  Inspection* record(Instant at, const std::string& unit, const Enterprise& enterprise,
                     std::vector<std::string> kinds, bool leader_led, const std::string& topic,
                     const std::string& warning) {
    if (number_ >= script_.plan.inspections || at >= script_.end()) return nullptr;
    const std::string id =
        "I-" + std::to_string(script_.plan.year) + "-" + std::to_string(10'000 + ++number_);
    Json data = {{"inspection_id", id},
                 {"kind", kinds},
                 {"area", unit.starts_with("TOWN-") ? unit.substr(5) : std::string(kDistrict)},
                 {"industry", enterprise.trade->industry},
                 {"unit", unit},
                 {"on", script_.date(at).str()},
                 {"leader_led", leader_led},
                 {"target_enterprise", enterprise.id}};
    if (!topic.empty()) data["topic"] = topic;
    if (!warning.empty()) data["warning_id"] = warning;
    inspections_.push_back({id, at, std::move(data)});
    find(enterprise, at, id, unit, kinds.front());
    return &inspections_.back();
  }

  void find(const Enterprise& enterprise, Instant at, const std::string& inspection, const std::string& unit,
            const std::string& kind) {
    static const int some[] = {24, 32, 22, 12, 7, 3};  // how often so many
    const int n = dice_.weighted(some);
    const std::string origin = kind == "covert" ? "covert" : kind == "expert" ? "expert" : "inspection";
    for (int i = 0; i < n; ++i)
      found_.push_back({&enterprise, at + minutes(6 + 3 * i), origin, inspection, unit});
  }

  DemoScript& script_;
  Dice& dice_;
  const std::vector<Enterprise>& enterprises_;
  std::map<std::string, std::vector<const Enterprise*>> by_town_;
  std::map<std::string, std::vector<const Enterprise*>> by_department_;
  std::vector<Date> days_;
  std::vector<int> weights_;
  std::vector<Inspection> inspections_;
  std::vector<Found> found_;
  int number_ = 0;
};

}  // namespace

std::vector<Found> inspect(DemoScript& script, const std::vector<Enterprise>& enterprises,
                           const std::vector<Storm>& storms) {
  Inspections inspections(script, enterprises);
  inspections.before_holidays();
  inspections.before_the_flood_season();
  for (const Storm& storm : storms) {
    if (storm.calls_for_check) inspections.during(storm);
  }
  inspections.each_month();
  inspections.supervise();
  inspections.self_checks();
  inspections.routine();
  inspections.others();
  return inspections.finish();
}

}  // namespace duban::app
