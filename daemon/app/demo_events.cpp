// What happens besides: accidents here and elsewhere, a campaign, tasks, tips, registers that run out.
#include <chrono>

#include "app/demo_year.hpp"

namespace duban::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Invented for the demo; the second number of a place is its division code.
struct Accident {
  int month, day;
  const char *kind, *title, *area, *industry, *tag;
  int deaths;
};
constexpr Accident kAccidents[] = {
    {3, 14, "fire", "外市“3·14”厂房火灾", "341702", "fire", "crowded_place", 4},
    {5, 18, "fall_from_height", "邻县“5·18”高坠事故", "341003", "construction", "work_at_height", 1},
    {7, 2, "drowning", "邻县“7·2”溺水事件", "341021", "water_area", "reservoir", 2},
    {8, 23, "explosion", "外省“8·23”燃气爆炸", "640100", "gas", "lpg", 31},
    {10, 11, "road", "本市“10·11”道路交通事故", "341004103", "road", "heavy_truck", 3},
};

class Happenings {
 public:
  Happenings(DemoScript& script, const std::vector<Enterprise>& enterprises)
      : script_(script), dice_(script.plan.seed + 2), enterprises_(enterprises) {}

  void accidents() {
    for (const Accident& accident : kAccidents) {
      const Date day = Date::of(script_.plan.year, static_cast<unsigned>(accident.month),
                                static_cast<unsigned>(accident.day));
      const std::string id = "A-" + day.str();
      const Instant at = script_.at(day, 16, 30);
      script_.add(at, "incident.reported", id,
                  {{"incident_id", id},
                   {"title", accident.title},
                   {"kind", accident.kind},
                   {"area", accident.area},
                   {"industry", accident.industry},
                   {"tags", Json::array({accident.tag})},
                   {"deaths", accident.deaths},
                   {"occurred_at", script_.zone.format(at - hours(3))}});
      for (const std::string& department : departments()) {
        if (!dice_.chance(75)) continue;
        const Instant held = script_.in_hours(script_.workdays_after(day, dice_.between(8, 18)));
        script_.add(held, "activity.held", department,
                    {{"kind", "case_lesson"},
                     {"unit", department},
                     {"on", script_.date(held).str()},
                     {"incident_id", id}});
      }
    }
  }

  void campaign() {
    const int year = script_.plan.year;
    const Instant at = script_.at(Date::of(year, 5, 4), 10, 0);
    const std::string id = "JZ-" + std::to_string(year);
    script_.add(at, "campaign.announced", id,
                {{"campaign_id", id},
                 {"title", "重大事故隐患专项排查整治行动"},
                 {"owner", "OFFICE-341004"},
                 {"areas", Json::array({kDistrict})},
                 {"from", Date::of(year, 5, 4).str()},
                 {"to", Date::of(year, 12, 31).str()}});
    for (unsigned month = 5; month <= 12; ++month) {
      if (month == 9) continue;
      const Date day = script_.workdays_after(Date::of(year, month, 20), dice_.below(4));
      const std::string meeting = "M-" + id + "-" + std::to_string(month);
      script_.add(
          script_.at(day, 15, 0), "meeting.held", meeting,
          {{"meeting_id", meeting}, {"kind", "task_force"}, {"unit", "OFFICE-341004"}, {"on", day.str()}});
    }
    std::vector<std::string> units = departments();
    for (const std::string& town : towns()) units.push_back("TOWN-" + town);
    for (const Village& village : villages()) units.push_back("VILLAGE-" + village.code);
    units.push_back("ZONE-341004400");
    for (const std::string& unit : units) answer(unit, id, at);
  }

  void tasks() {
    static const std::vector<std::string> titles = {"老旧小区消防改造", "燃气管网更新",  "农村公路护栏安装",
                                                    "消火栓系统维修",   "病险水库加固",  "特种设备隐患清零",
                                                    "自建房排查整治",   "电动车充电设施"};
    for (int i = 1; i <= 32; ++i) {
      const std::string id = "K-" + std::to_string(100 + i);
      const Date due = script_.first_day() + dice_.between(60, 364);
      const std::string department = dice_.pick(departments());
      Json data = {{"task_id", id},
                   {"title", dice_.pick(titles)},
                   {"due", due.str()},
                   {"responsible", Json::array({department})},
                   {"lead", "OFFICE-341004"},
                   {"list", "key_work"},
                   {"origin_level", dice_.chance(30) ? "city" : "district"},
                   {"area", kDistrict}};
      script_.add(script_.at(Date::of(script_.plan.year, 1, 6), 9, 0) + minutes(i), "task.upserted", id,
                  data);
      if (!dice_.chance(84)) continue;
      data["status"] = "done";
      const Date done = script_.workdays_after(due, -dice_.between(-4, 12));
      script_.add(script_.in_hours(done), "task.upserted", id, std::move(data));
    }
  }

  void tips() {
    for (int i = 1; i <= 36; ++i) {
      const std::string id = "J-" + std::to_string(1'000 + i);
      const Instant at = script_.in_hours(script_.workdays_after(script_.first_day(), dice_.between(2, 240)));
      const auto step = [&](const char* type, Instant when, Json data) {
        data["tip_id"] = id;
        data["at"] = script_.zone.format(when);
        script_.add(when, type, id, std::move(data));
        return when;
      };
      step("tip.received", at, {{"handler", dice_.pick(departments())}, {"kind", "hazard"}});
      const Instant accepted = step("tip.accepted", at + hours(26), Json::object());
      if (!dice_.chance(90)) continue;
      const Instant resolved =
          step("tip.resolved", accepted + hours(24 * dice_.between(6, 66)), {{"result", "属实"}});
      if (dice_.chance(85)) step("tip.answered", resolved + hours(24 * dice_.between(1, 12)), Json::object());
    }
  }

  /// Serious violations with their penalties, mostly decided and published in time.
  void violations() {
    for (int i = 1; i <= 54; ++i) {
      const Enterprise& enterprise = dice_.pick(enterprises_);
      const std::string id = "V-" + std::to_string(1'000 + i);
      const Date day = script_.workdays_after(script_.first_day(), dice_.between(3, 225));
      const auto step = [&](const char* type, Date on, Json data) {
        data["violation_id"] = id;
        script_.add(script_.in_hours(on), type, id, std::move(data));
      };
      step("violation.recorded", day,
           {{"kind", "illegal_operation"},
            {"enterprise_id", enterprise.id},
            {"area", enterprise.area},
            {"industry", enterprise.trade->industry},
            {"serious", true},
            {"on", day.str()}});
      if (!dice_.chance(88)) continue;
      const Date decided = script_.workdays_after(day, dice_.between(6, 26));
      step("penalty.decided", decided,
           {{"amount_cny", 5'000.0 * dice_.between(1, 8)}, {"decided_on", decided.str()}});
      const Date published = script_.workdays_after(decided, dice_.between(2, 9));
      if (dice_.chance(92)) step("penalty.published", published, {{"published_on", published.str()}});
    }
  }

  void certificates() {
    for (const Enterprise& enterprise : enterprises_) {
      if (!enterprise.key) continue;
      const std::string id = "AZX-" + enterprise.id;
      const Date valid_to = script_.first_day() + dice_.between(40, 364);
      Json data = {{"certificate_id", id},
                   {"title", "安全生产责任保险"},
                   {"kind", "liability_insurance"},
                   {"holder", enterprise.id},
                   {"valid_to", valid_to.str()}};
      script_.add(script_.at(script_.workdays_after(script_.first_day(), 1), 11, 0), "certificate.upserted",
                  id, data);
      if (!dice_.chance(92)) continue;
      data["valid_to"] = (valid_to + 365).str();
      const Date renewed = script_.workdays_after(valid_to, -dice_.between(-3, 20));
      script_.add(script_.in_hours(renewed), "certificate.upserted", id, std::move(data));
    }
  }

 private:
  void answer(const std::string& unit, const std::string& campaign, Instant announced) {
    if (!dice_.chance(88)) return;
    const Instant at =
        script_.in_hours(script_.workdays_after(script_.date(announced), dice_.between(3, 11)));
    script_.add(
        at, "document.submitted", unit,
        {{"doc_kind", "plan"}, {"owner", unit}, {"campaign_id", campaign}, {"on", script_.date(at).str()}});
    const Instant met = at + hours(24 * dice_.between(1, 12));
    const std::string meeting = "M-" + campaign + "-" + unit;
    script_.add(met, "meeting.held", meeting,
                {{"meeting_id", meeting},
                 {"kind", "leading_group"},
                 {"unit", unit},
                 {"on", script_.date(met).str()}});
  }

  DemoScript& script_;
  Dice dice_;  // of its own: what is added here leaves the rest of the year as it is
  const std::vector<Enterprise>& enterprises_;
};

}  // namespace

void happen(DemoScript& script, const std::vector<Enterprise>& enterprises) {
  Happenings happenings(script, enterprises);
  happenings.accidents();
  happenings.campaign();
  happenings.tasks();
  happenings.tips();
  happenings.violations();
  happenings.certificates();
}

}  // namespace duban::app
