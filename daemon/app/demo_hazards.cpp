#include "app/demo_hazards.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/demo_life.hpp"

namespace duban::app {
namespace {

using std::chrono::minutes;

constexpr int kWithdrawn = 14;
constexpr int kDeferred = 12;
constexpr int kListed = 9;

/// Leaves the hazard where it stood some steps before its closing.
void stall(DemoScript& script, Life& life) {
  const int closing = static_cast<int>(life.steps.size()) - 1;
  life.steps.resize(script.dice.between(2, std::max(2, closing)));
  if (life.closed_at(kNever)) life.steps.resize(2);
}

void end_by(DemoScript& script, Life& life, std::string type, Json data) {
  life.steps.resize(2);  // reported and ordered
  Json whole = {{"hazard_id", life.id}};
  whole.update(data);
  const Date on = script.workdays_after(script.date(life.steps[1].at), 1);
  life.steps.push_back({script.in_hours(on), std::move(type), std::move(whole)});
}

/// Makes exactly as many stay open as the plan says. Later ones are likelier: old hazards have been pressed.
void settle(DemoScript& script, std::vector<Life>& lives) {
  std::vector<size_t> closed;
  for (size_t i = 0; i < lives.size(); ++i) {
    if (lives[i].closed_at(script.end())) closed.push_back(i);
  }
  int surplus = static_cast<int>(closed.size()) - script.plan.closed;
  int withdrawn = 0, deferred = 0;
  while (surplus > 0) {
    const size_t at = script.dice.below(static_cast<int>(closed.size()));
    Life& life = lives[closed[at]];
    const int month = static_cast<int>(script.date(life.steps[0].at).month());
    if (life.on_spot || script.dice.below(12) >= month) continue;
    closed.erase(closed.begin() + static_cast<std::ptrdiff_t>(at));
    --surplus;
    if (!life.major && withdrawn < kWithdrawn) {
      ++withdrawn;
      end_by(script, life, "hazard.withdrawn", {{"reason", "重复登记"}, {"approved_by", "OFFICE-341004"}});
    } else if (!life.major && deferred < kDeferred) {
      ++deferred;
      end_by(script, life, "hazard.deferred",
             {{"target_date", std::to_string(script.plan.year + 1) + "-06-30"},
              {"interim_measures", "设置警戒并每日巡查"},
              {"approved_by", "COMMITTEE-341004"}});
    } else {
      stall(script, life);
    }
  }
}

/// 挂牌督办 of a major hazard: proposed, listed, followed month by month, taken off when it is closed.
void supervise(DemoScript& script, const Life& life, int number) {
  const Instant ordered = life.steps[1].at;
  const Date day = script.workdays_after(script.date(ordered), script.dice.between(4, 12));
  const std::string id = "L-" + std::to_string(script.plan.year) + "-" + std::to_string(number);
  const auto on = [&](int workdays) { return script.in_hours(script.workdays_after(day, workdays)); };
  const Json about = {{"listing_id", id},
                      {"hazard_id", life.id},
                      {"level", "district"},
                      {"title", life.title},
                      {"area", life.enterprise->area},
                      {"industry", life.enterprise->trade->industry},
                      {"enterprise_id", life.enterprise->id}};
  Json proposed = about;
  proposed["reason"] = "重大隐患";
  script.add(on(0), "supervision.proposed", id, proposed);
  Json listed = about;
  const Date listed_on = script.workdays_after(day, 2);
  listed["listed_on"] = listed_on.str();
  listed["due"] = (listed_on + 30 * script.dice.between(2, 4)).str();
  listed["tracker"] = life.enterprise->trade->department;
  script.add(on(2), "supervision.listed", id, listed);
  script.add(on(script.dice.between(4, 8)), "publication.made", id,
             {{"kind", "listing"}, {"ref", id}, {"channel", "区政府网站"}, {"on", script.date(on(5)).str()}});
  Instant last = on(10);
  for (int month = 1; month <= 3; ++month) {
    last = on(12 + 18 * month);
    if (script.dice.chance(75))
      script.add(last, "supervision.progress", id, {{"listing_id", id}, {"percent", 25 * month}});
  }
  const Step& closing = life.steps.back();
  if (!life.closed_at(script.end())) return;
  const Instant asked = std::max(closing.at, last) + minutes(90);
  const std::string date = script.date(asked).str();
  script.add(asked, "supervision.delist.requested", id,
             {{"listing_id", id}, {"on", date}, {"by", life.enterprise->id}});
  script.add(
      script.in_hours(script.workdays_after(script.date(asked), 3)), "supervision.delisted", id,
      {{"listing_id", id}, {"on", date}, {"by", "COMMITTEE-341004"}, {"reinspection_by", life.inspector}});
}

/// What the office decides about the acts that are proposed while nothing comes (约谈 … after 7, 10 and 15
/// workdays).
void decide_acts(DemoScript& script, Dice& dice, const Life& life) {
  constexpr std::pair<const char*, int> kActs[] = {
      {"interview", 7}, {"caution", 10}, {"exposure", 15}, {"listing", 15}};
  const auto ends = [](const Step& step) {
    return step.type == "hazard.rectified" || step.type == "hazard.reinspected" ||
           step.type == "hazard.withdrawn" || step.type == "hazard.deferred";
  };
  if (life.on_spot || life.major) return;
  const auto end = std::find_if(life.steps.begin(), life.steps.end(), ends);
  const Instant over = end == life.steps.end() ? script.end() : end->at;
  for (const auto& [stage, workdays] : kActs) {
    const Date proposed = script.workdays_after(life.due, workdays);
    const Instant at = script.at(script.workdays_after(proposed, dice.between(1, 4)), 10, dice.below(60));
    if (at >= over || !dice.chance(90)) continue;
    script.add(
        at, "escalation.decided", life.id,
        {{"ref", life.id}, {"stage", stage}, {"decided_by", "OFFICE-341004"}, {"on", script.date(at).str()}});
  }
}

void remember(const DemoScript& script, const Life& life, Examples& examples) {
  const std::string& last = life.steps.back().type;
  if (life.closed_at(script.end()) && life.steps.back().at < script.end() - std::chrono::hours(24 * 30))
    examples.closed.push_back(life.id);
  else if (last == "hazard.withdrawn")
    examples.withdrawn.push_back(life.id);
  else if (last == "hazard.ordered" && life.due > script.last_day() - 60)
    examples.ordered.push_back(life.id);
  if (life.major) examples.major.emplace_back(life.id, life.steps[0].at);
}

}  // namespace

Examples live(DemoScript& script, std::vector<Found> found) {
  std::vector<Life> lives;
  lives.reserve(found.size());
  for (size_t i = 0; i < found.size(); ++i)
    lives.push_back(course(script, found[i], static_cast<int>(i) + 1));
  settle(script, lives);
  Examples examples;
  Dice dice(script.plan.seed + 3);  // of its own: what is decided leaves the rest of the year as it is
  int listed = 0;
  for (Life& life : lives) {
    if (life.major && listed < kListed && script.dice.chance(20)) supervise(script, life, ++listed);
    remember(script, life, examples);
    decide_acts(script, dice, life);
    // Now and then the order overtakes the report on its way.
    if (life.steps.size() > 1 && life.steps[1].type == "hazard.ordered" && script.dice.permille(6))
      life.steps[0].at = life.steps[1].at + minutes(script.dice.between(2, 25));
    for (Step& step : life.steps) script.add(step.at, std::move(step.type), life.id, std::move(step.data));
  }
  return examples;
}

}  // namespace duban::app
