#include "app/demo_life.hpp"

#include <algorithm>
#include <chrono>

namespace duban::app {
namespace {

using std::chrono::minutes;

std::string padded(int n) { return std::to_string(100'000 + n).substr(1); }

class Course {
 public:
  Course(DemoScript& script, const Found& found, int number)
      : script_(script), dice_(script.dice), found_(found) {
    const std::string text = padded(number);
    life_.id = "H-" + std::to_string(script.plan.year) + "-" + text;
    life_.enterprise = found.enterprise;
    life_.inspector = found.inspector;
  }

  Life run() {
    choose();
    report();
    if (!life_.major && dice_.chance(27)) {
      close_on_spot();
    } else {
      order();
      papers();
      rectify();
      if (dice_.permille(6)) rebound();
    }
    return std::move(life_);
  }

 private:
  void add(Instant at, std::string type, Json data) {
    Json whole = {{"hazard_id", life_.id}};
    whole.update(data);
    life_.steps.push_back({at, std::move(type), std::move(whole)});
  }
  Date workdays_after(Date d, int n) const { return script_.workdays_after(d, n); }
  /// Some working hour of the nth workday after `t`, later than `t`.
  Instant later(Instant t, int workdays) {
    if (workdays == 0) return t + minutes(dice_.between(40, 170));
    return script_.in_hours(workdays_after(script_.date(t), workdays));
  }

  void choose() {
    const Trade& trade = *life_.enterprise->trade;
    life_.major = !trade.major.empty() && dice_.permille(22);
    finding_ = dice_.pick(life_.major ? trade.major : trade.findings);
  }

  void report() {
    const Trade& trade = *life_.enterprise->trade;
    const bool new_field = !life_.major && dice_.permille(1);  // of an industry that no list has yet
    if (new_field) finding_ = {"无人机起降场未设隔离区", ""};
    life_.title = finding_.title;
    Json data = {{"enterprise_id", life_.enterprise->id},
                 {"area", life_.enterprise->area},
                 {"industry", new_field ? "low_altitude" : trade.industry},
                 {"title", finding_.title},
                 {"origin", found_.origin},
                 {"found_on", script_.date(found_.at).str()},
                 {"responsible_unit", life_.inspector}};
    if (!dice_.chance(2)) data["level"] = life_.major ? "major" : "general";
    if (life_.major) data["level"] = "major";
    if (!finding_.tag.empty()) data["tags"] = Json::array({finding_.tag});
    if (!found_.inspection.empty()) data["inspection_id"] = found_.inspection;
    add(found_.at, "hazard.reported", std::move(data));
  }

  void close_on_spot() {
    life_.on_spot = true;
    add(found_.at + minutes(dice_.between(5, 35)), "hazard.closed",
        {{"on", script_.date(found_.at).str()}, {"on_spot", true}, {"by", life_.inspector}});
  }

  void order() {
    Instant at = found_.at + minutes(dice_.between(40, 150));
    if (script_.zone.local(at).time.seconds > 18 * 3600) at = later(found_.at, 1);
    issued_ = script_.date(at);
    Json data = {{"order_id", "徽安改〔" + std::to_string(issued_.year()) + "〕" + life_.id.substr(7)},
                 {"issued_on", issued_.str()},
                 {"issued_by", life_.inspector}};
    if (life_.major) {
      const int days = dice_.between(2, 6) * 10;
      life_.due = issued_ + days;
      data["due"] = life_.due.str();
    } else {
      static const std::vector<int> limits = {3, 3, 5, 5, 5, 7, 7, 10, 10, 10, 10, 15, 15, 20};
      const int days = dice_.pick(limits);
      life_.due = workdays_after(issued_, days);
      data["limit"] = {{"n", days}, {"unit", "wd"}};
      // Half of them state the date instead.
      if (dice_.chance(50)) {
        data.erase("limit");
        data["due"] = life_.due.str();
      }
    }
    add(at, "hazard.ordered", std::move(data));
    now_ = at;
  }

  /// What is written between the order and the rectification.
  void papers() {
    if (life_.major) {
      add(later(now_, 0), "hazard.filed", {{"to", "authority"}});
      add(later(now_, dice_.between(1, 3)), "hazard.assigned",
          {{"to_unit", life_.inspector}, {"tracker", life_.enterprise->trade->department}});
    }
    const bool long_limit = life_.due - issued_ > 7;
    if (!dice_.chance(long_limit ? 93 : 20)) return;
    Json fixes = {{"measures", "按指令书逐项整改"},
                  {"responsible", "主要负责人"},
                  {"funds", std::to_string(dice_.between(2, 90) * 100) + "元"},
                  {"deadline", life_.due.str()},
                  {"contingency", "整改期间专人值守"}};
    if (dice_.chance(5)) fixes.erase("contingency");
    const int days = dice_.chance(88) ? dice_.between(1, 3) : dice_.between(4, 6);
    add(later(now_, days), "hazard.plan.submitted", {{"five_fixes", fixes}, {"signed_by", "主要负责人"}});
  }

  void rectify() {
    const int limit = std::max(1, script_.calendar.workdays_between(issued_, life_.due));
    const bool late = dice_.chance(life_.major ? 22 : 15);
    int days = dice_.between(std::max(1, limit * 2 / 5), limit);
    if (late) days = limit + dice_.between(1, dice_.chance(25) ? 14 : 5);
    if (dice_.chance(late ? 25 : 2)) {
      extend();
    } else if (late && days > limit + 8 && dice_.chance(50)) {
      decide(workdays_after(life_.due, 8));
    }
    if (limit >= 15 && dice_.chance(40))
      add(later(now_, std::max(4, limit / 2)), "hazard.progress", {{"percent", dice_.between(2, 8) * 10}});
    if (dice_.permille(8)) transfer();
    const Instant done = later(now_, days);
    add(done, "hazard.rectified", {{"completed_on", script_.date(done).str()}, {"signed_by", "主要负责人"}});
    now_ = done;
    reinspect();
  }

  void extend() {
    const Date new_due = workdays_after(life_.due, dice_.between(3, 12));
    const Date on = workdays_after(life_.due, dice_.chance(85) ? -dice_.between(1, 2) : 2);
    if (on <= issued_) return;
    add(script_.in_hours(on), "hazard.extended",
        {{"new_due", new_due.str()},
         {"approved_by", life_.inspector},
         {"reason", "设备采购周期较长"},
         {"requested_on", issued_.str()}});
    life_.due = new_due;
  }

  void decide(Date on) {
    Json data = {
        {"ref", life_.id}, {"stage", "interview"}, {"decided_by", "OFFICE-341004"}, {"on", on.str()}};
    life_.steps.push_back({script_.in_hours(on), "escalation.decided", std::move(data)});
  }

  void transfer() {
    add(later(now_, 1), "hazard.transferred",
        {{"from_unit", life_.inspector},
         {"to_unit", life_.enterprise->trade->department},
         {"reason", "职责调整"}});
  }

  void reinspect() {
    const std::string& industry = life_.enterprise->trade->industry;
    int days = industry == "fire" ? dice_.between(1, 3) : dice_.between(1, 6);
    if (dice_.chance(6)) days += dice_.between(4, 9);
    Instant at = later(now_, days);
    if (dice_.chance(7)) {
      Json data = {{"result", "failed"}, {"by", life_.inspector}, {"on", script_.date(at).str()}};
      if (dice_.chance(75)) {
        life_.due = std::max(life_.due, workdays_after(script_.date(at), dice_.between(4, 9)));
        data["new_due"] = life_.due.str();
      }
      add(at, "hazard.reinspected", std::move(data));
      const Instant done = later(at, dice_.between(2, 8));
      add(done, "hazard.rectified", {{"completed_on", script_.date(done).str()}});
      at = later(done, dice_.between(1, 4));
    }
    Json data = {{"result", "passed"}, {"by", life_.inspector}, {"on", script_.date(at).str()}};
    if (life_.major)
      data["third_party"] = {{"org", "某安全技术服务有限公司"}, {"report_no", "PG-" + life_.id}};
    add(at, "hazard.reinspected", std::move(data));
    now_ = at;
  }

  /// 回头看发现反弹: reopened weeks later, and fixed once more.
  void rebound() {
    const Instant at = later(now_, dice_.between(20, 60));
    life_.due = workdays_after(script_.date(at), dice_.between(5, 10));
    add(at, "hazard.reopened", {{"due", life_.due.str()}, {"found_by", life_.inspector}});
    now_ = later(at, dice_.between(2, 5));
    add(now_, "hazard.rectified", {{"completed_on", script_.date(now_).str()}});
    const Instant check = later(now_, dice_.between(1, 4));
    add(check, "hazard.reinspected",
        {{"result", "passed"}, {"by", life_.inspector}, {"on", script_.date(check).str()}});
  }

  DemoScript& script_;
  Dice& dice_;
  const Found& found_;
  Finding finding_;
  Life life_;
  Date issued_;
  Instant now_{};
};

/// Papers for a rectification that is already reported are never written.
void drop_what_came_too_late(std::vector<Step>& steps) {
  bool rectified = false;
  std::erase_if(steps, [&](const Step& step) {
    if (step.type == "hazard.rectified") rectified = true;
    const bool paper = step.type == "hazard.plan.submitted" || step.type == "hazard.progress" ||
                       step.type == "hazard.extended" || step.type == "hazard.assigned" ||
                       step.type == "hazard.transferred" || step.type == "escalation.decided";
    return paper && rectified;
  });
}

}  // namespace

bool Life::closed_at(Instant t) const {
  bool closed = false;
  for (const Step& step : steps) {
    if (step.at >= t) continue;
    if (step.type == "hazard.closed") closed = true;
    if (step.type == "hazard.reinspected") closed = step.data["result"] == "passed";
    if (step.type == "hazard.reopened") closed = false;
  }
  return closed;
}

Life course(DemoScript& script, const Found& found, int number) {
  Life life = Course(script, found, number).run();
  std::stable_sort(life.steps.begin(), life.steps.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
  drop_what_came_too_late(life.steps);
  return life;
}

}  // namespace duban::app
