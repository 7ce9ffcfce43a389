// What units owe by the calendar, and mostly do: reports, plans, meetings, trainings, activities, drills.
#include <chrono>

#include "app/demo_year.hpp"

namespace duban::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr char kOffice[] = "OFFICE-341004";
constexpr char kCityOffice[] = "OFFICE-3410";
constexpr char kGovernment[] = "GOVERNMENT-341004";

std::string two_digits(unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); }

class Duties {
 public:
  Duties(DemoScript& script, const std::vector<Enterprise>& enterprises)
      : script_(script), dice_(script.plan.seed + 1), enterprises_(enterprises) {
    for (const std::string& town : towns()) units_.push_back("TOWN-" + town);
    units_.push_back("ZONE-341004400");
    units_.insert(units_.end(), departments().begin(), departments().end());
  }

  void each_month() {
    for (unsigned month = 1; month <= 12; ++month) {
      const std::string period = year() + "-" + two_digits(month);
      const Date last = last_of(month);
      for (const std::string& unit : units_) report(unit, "monthly_progress", period, last, 91, 5);
      for (const Enterprise& enterprise : enterprises_)
        if (enterprise.key) report(enterprise.id, "zero_report", period, last, 90, 4);
      for (const std::string& department : departments()) {
        if (!dice_.chance(88)) continue;
        const std::string id = "problems/" + department;
        add(some_day_before(last, 8), "ledger.updated", id,
            {{"list_id", id}, {"list", "problems"}, {"owner", department}});
      }
    }
  }

  /// What the year before has left to be handed in.
  void from_last_year() {
    const std::string period = std::to_string(script_.plan.year - 1) + "-Q4";
    const Date day = script_.workdays_after(script_.first_day(), 2);
    for (const std::string& department : departments())
      report(department, "typical_case", period, day, 88, 0);
  }

  void each_quarter() {
    for (unsigned quarter = 1; quarter <= 4; ++quarter) {
      const Date last = last_of(3 * quarter);
      const std::string period = year() + "-Q" + std::to_string(quarter);
      for (const std::string& department : departments())
        report(department, "typical_case", period, last, 84, 8);
      meeting(kCityOffice, "quarter_dispatch", last, quarter != 3);
    }
  }

  void each_half_year() {
    for (unsigned half = 1; half <= 2; ++half) {
      const Date last = last_of(6 * half);
      const std::string period = year() + "-H" + std::to_string(half);
      for (const std::string& unit : units_) report(unit, "self_assessment", period, last, 90, 6);
      const std::string id = "T-" + period;
      add(some_day_before(last, 12), "training.completed", id,
          {{"training_id", id},
           {"kind", "enforcement"},
           {"unit", kOffice},
           {"place", "区应急管理局"},
           {"content", "行政执法程序"},
           {"attendees", Json::array({"P-01", "P-02", "P-03"})},
           {"result", "合格"}});
      for (const Enterprise& enterprise : enterprises_)
        if (enterprise.crowded && dice_.chance(84)) drill(enterprise, period, last);
    }
  }

  void each_year() {
    const Date march = last_of(3);
    for (const std::string& unit : units_) {
      if (!dice_.chance(93)) continue;
      Json plan = {{"year", script_.plan.year}, {"unit", unit}, {"enterprises", Json::array()}};
      for (const Enterprise& enterprise : enterprises_)
        if (enterprise.key && enterprise.trade->department == unit && dice_.chance(96))
          plan["enterprises"].push_back(enterprise.id);
      script_.add(some_day_before(march, 20), "plan.upserted", "PLAN-" + unit, std::move(plan));
    }
    std::vector<std::string> leaders{kGovernment};
    for (const std::string& town : towns()) leaders.push_back("TOWN-" + town);
    for (const std::string& unit : leaders) {
      if (dice_.chance(88))
        add(some_day_before(march, 20), "document.submitted", "DUTY-" + unit,
            {{"doc_kind", "duty_list"}, {"owner", unit}});
    }
    for (const Enterprise& enterprise : enterprises_)
      if (enterprise.key) report(enterprise.id, "principal_annual", year(), script_.last_day(), 90, 0);
    for (const std::string& unit : units_)
      if (dice_.chance(92)) activity(unit, "safety_month", some_day_before(last_of(6), 15));
    activity("DEPT-341004-fire", "fire_month", some_day_before(last_of(11), 12));
  }

  void doors(const Storm& storm) {
    for (const Village& village : villages())
      if (dice_.chance(86))
        activity("VILLAGE-" + village.code, "door_knock", storm.begin + minutes(dice_.between(90, 1'400)));
  }

 private:
  std::string year() const { return std::to_string(script_.plan.year); }
  Date last_of(unsigned month) const {
    return month == 12 ? script_.last_day() : Date::of(script_.plan.year, month + 1, 1) - 1;
  }
  /// In the working hours of one of the last `most` workdays up to `last`.
  Instant some_day_before(Date last, int most) {
    const Date day = script_.workdays_after(last + 1, -dice_.between(1, most));
    return script_.at(day, 9, 0) + minutes(dice_.below(480));
  }
  void add(Instant at, std::string type, std::string subject, Json data) {
    if (at >= script_.end()) return;
    data["on"] = script_.date(at).str();
    script_.add(at, std::move(type), std::move(subject), std::move(data));
  }

  /// In time with a chance of `in_time` in a hundred, some workdays late with one of `late`, else never.
  void report(const std::string& unit, const std::string& kind, const std::string& period, Date due,
              int in_time, int late) {
    const int luck = dice_.below(100);
    if (luck >= in_time + late) return;
    const bool is_late = luck >= in_time;
    const Date day = script_.workdays_after(due, is_late ? dice_.between(1, 4) : 0);
    const Instant at = is_late ? script_.at(day, 10, 0) + minutes(dice_.below(400))
                               : some_day_before(due, due < script_.first_day() + 10 ? 1 : 9);
    if (at >= script_.end()) return;
    script_.add(
        at, "report.submitted", unit,
        {{"kind", kind}, {"unit", unit}, {"period", period}, {"submitted_at", script_.zone.format(at)}});
  }

  void meeting(const std::string& unit, const std::string& kind, Date last, bool held) {
    if (!held) return;
    const Instant at = some_day_before(last, 15);
    const std::string id = "M-" + kind + "-" + script_.date(at).str();
    add(at, "meeting.held", id, {{"meeting_id", id}, {"kind", kind}, {"unit", unit}});
  }

  void activity(const std::string& unit, const std::string& kind, Instant at) {
    add(at, "activity.held", unit, {{"kind", kind}, {"unit", unit}});
  }

  void drill(const Enterprise& enterprise, const std::string& period, Date last) {
    const std::string id = "DR-" + enterprise.id + "-" + period;
    const Instant at = some_day_before(last, 60);
    add(at, "drill.completed", id,
        {{"drill_id", id}, {"enterprise_id", enterprise.id}, {"kind", "on_site"}, {"area", enterprise.area}});
    const Date evaluated = script_.workdays_after(script_.date(at), dice_.between(2, 12));
    if (dice_.chance(88))
      add(script_.at(evaluated, 15, 0), "drill.evaluated", id,
          {{"drill_id", id}, {"score", 70 + dice_.below(30)}});
  }

  DemoScript& script_;
  Dice dice_;  // of its own: what is added here leaves the rest of the year as it is
  const std::vector<Enterprise>& enterprises_;
  std::vector<std::string> units_;  // towns, the zone, departments
};

}  // namespace

void fulfil_duties(DemoScript& script, const std::vector<Enterprise>& enterprises,
                   const std::vector<Storm>& storms) {
  Duties duties(script, enterprises);
  duties.each_month();
  duties.from_last_year();
  duties.each_quarter();
  duties.each_half_year();
  duties.each_year();
  for (const Storm& storm : storms)
    if (storm.calls_at_doors) duties.doors(storm);
}

}  // namespace duban::app
