#include "oracle.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "configure.hpp"

namespace duban::sim {
namespace {

const Zone& zone() {
  static const Zone shanghai = Zone::shanghai();
  return shanghai;
}

// ---- days, one at a time

bool workday(Date d) { return the_calendar().is_workday(d); }

Date workdays_from(Date d, int n) {
  if (n == 0)
    while (!workday(d)) ++d;
  for (; n > 0; --n) do
      ++d;
    while (!workday(d));
  for (; n < 0; ++n) do
      --d;
    while (!workday(d));
  return d;
}

Date moved(Date d, const Json& by) {
  if (!by.contains("unit")) return d;
  const int n = by.at("n");
  return by["unit"] == "wd" ? workdays_from(d, n) : d + n;
}

// ---- who exists

struct Unit {
  std::string id, kind, area;
  Instant since{};
};

struct Task {
  bool open = false;
  std::string unit, sort, episode;
  std::optional<Date> due;
};

/// The nearest unit of this kind whose area holds `area`; its office answers for one that is not there.
std::string recipient(const std::string& to, const Unit& unit, const std::map<std::string, Unit>& units) {
  const size_t dot = to.find('.');
  const std::string role = to.substr(0, dot);
  const std::string post = dot == std::string::npos ? "principal" : to.substr(dot + 1);
  if (role == "unit" && !unit.id.empty()) return unit.id + "/" + post;
  const auto nearest = [&](const std::string& kind) {
    const Unit* best = nullptr;
    for (const auto& [id, candidate] : units)
      if (candidate.kind == kind && unit.area.starts_with(candidate.area) &&
          (best == nullptr || candidate.area.size() > best->area.size()))
        best = &candidate;
    return best;
  };
  if (const Unit* found = nearest(role)) return found->id + "/" + post;
  const Unit* office = nearest("office");
  return office != nullptr ? office->id + "/orphan" : "orphan";
}

// ---- one duty of one subject

struct Item {
  bool open = true;
  Instant opened{};   // by the event's own time
  Instant noticed{};  // when it came
  Instant planned{}, due = kNever, ended{};
  std::optional<Date> due_date;
  std::set<std::string> said;  // stages
  std::vector<std::string> told;
};

/// The instant of a stage's first saying; nothing if what it hangs on is not known.
std::optional<Instant> first_of(const Json& stage, const Json& rule, const Item& item) {
  const std::string anchor = stage.at("anchor");
  if (anchor == "ended") return item.open ? std::nullopt : std::optional(item.ended);
  if (anchor == "opened" && !stage.contains("unit")) return std::max(item.opened, item.noticed);
  if (anchor == "due" && item.due == kNever) return std::nullopt;
  if (stage.value("unit", "") == "h")
    return (anchor == "due" ? item.due : item.opened) + std::chrono::hours(stage["n"].get<int>());
  const Date day = moved(anchor == "due" ? *item.due_date : zone().date(item.opened), stage);
  const TimeOfDay time = TimeOfDay::parse(stage.value("time", "09:00")).value();
  const Instant at = zone().instant(day, time);
  if (at >= item.due || workday(day)) return at;
  const std::string how = rule.value("day_off", "before");  // reminders avoid days off
  if (how == "keep") return at;
  if (how == "skip") return std::nullopt;
  Date other = day;
  while (!workday(other)) how == "before" ? --other : ++other;
  const Instant result = zone().instant(other, time);
  return result < item.noticed ? at : result;
}

/// The instant of its next saying.
std::optional<Instant> next_of(const Json& stage, const Json& rule, const Item& item) {
  const std::optional<Instant> first = first_of(stage, rule, item);
  if (!first || (!item.open && stage.at("anchor") != "ended")) return std::nullopt;
  if (!stage.contains("every")) {
    if (item.said.contains(stage.at("id")) || *first < item.planned) return std::nullopt;
    return first;
  }
  int n = 0;
  Instant at = *first;
  for (; at < item.planned; ++n) at += std::chrono::hours(stage["every"].get<int>());
  if (stage.contains("times") && n >= stage["times"].get<int>()) return std::nullopt;
  return at;
}

class Duty {
 public:
  Duty(const Json& rule, std::string subject, const std::map<std::string, Unit>& units,
       std::vector<Said>& out)
      : rule_(rule), subject_(std::move(subject)), units_(units), out_(out) {}

  /// Says what is due before `t`, or up to it.
  void say_until(Instant t, bool inclusive, const Unit& unit) {
    while (item) {
      Instant next = kNever;
      for (const Json& stage : rule_.at("stages"))
        if (const auto at = next_of(stage, rule_, *item)) next = std::min(next, *at);
      if (next > t || (next == t && !inclusive) || next == kNever) return;
      say_at(next, unit);
    }
  }
  /// Opened when its time was over already: it begins with the last thing that should have been said.
  void say_overdue(Instant now, const Unit& unit) {
    if (item->due > now) return;
    const Json* last = nullptr;
    Instant latest{};
    for (const Json& stage : rule_.at("stages")) {
      const auto at = first_of(stage, rule_, *item);
      if (!at || *at < item->due || *at >= item->planned || *at < latest) continue;
      last = &stage;
      latest = *at;
    }
    if (last != nullptr && !item->said.contains(last->at("id"))) say(*last, now, unit);
  }

  std::optional<Item> item;

 private:
  void say_at(Instant t, const Unit& unit) {
    std::vector<const Json*> due;
    for (const Json& stage : rule_.at("stages")) {
      const auto at = next_of(stage, rule_, *item);
      if (!at || *at != t) continue;
      // Of two of one level the later says it all.
      std::erase_if(due, [&](const Json* other) { return (*other)["level"] == stage["level"]; });
      due.push_back(&stage);
    }
    for (const Json* stage : due) say(*stage, t, unit);
    item->planned = t + Duration{1};
  }
  void say(const Json& stage, Instant t, const Unit& unit) {
    item->said.insert(stage.at("id").get<std::string>());
    std::vector<std::string> to;
    for (const Json& who : stage.at("to")) {
      if (who == "told")
        for (const std::string& one : item->told) to.push_back(one);
      else
        to.push_back(recipient(who, unit, units_));
    }
    std::vector<std::string> once;
    for (std::string& one : to)
      if (std::find(once.begin(), once.end(), one) == once.end()) once.push_back(one);
    for (const std::string& one : once)
      if (std::find(item->told.begin(), item->told.end(), one) == item->told.end()) item->told.push_back(one);
    out_.push_back({t, rule_.at("id"), subject_, stage.at("id"), std::move(once)});
  }

  const Json& rule_;
  std::string subject_;
  const std::map<std::string, Unit>& units_;
  std::vector<Said>& out_;
};

// ---- tasks: a deadline of their own

class Tasks {
 public:
  Tasks(const Json& rules, std::vector<Said>& out) : rules_(rules), out_(out) {}

  void take(Instant now, const Json& event) {
    const std::string type = event.at("type");
    const Json& data = event.at("data");
    const std::string id = event.at("id");
    const Instant time = zone().parse(event.at("time").get<std::string>()).value();
    if (type == "party.upserted")
      units_[data.at("party_id")] = {data.at("party_id"), data.at("kind"), data.at("area"), now};
    if (!type.starts_with("task.") || !data.contains("task_id")) return;
    const std::string key = data["task_id"];
    const bool known = tasks_.contains(key);
    if (known && !seen_[key].insert(id).second) return;  // it came before
    if (type == "task.opened" ? known || !data.contains("title") : !known) return;
    if (type == "task.moved" && (!tasks_[key].open || !data.contains("due"))) return;
    if (type == "task.closed" && !tasks_[key].open) return;
    if (type == "task.reopened" && tasks_[key].open) return;
    Task& task = tasks_[key];
    seen_[key].insert(id);
    for (Duty* duty : duties(key)) duty->say_until(now, false, unit_of(task.unit));
    if (data.contains("unit")) task.unit = data["unit"];
    if (data.contains("sort")) task.sort = data["sort"];
    if (data.contains("due")) task.due = Date::parse(data["due"].get<std::string>());
    task.open = type != "task.closed";
    const bool anew = type == "task.reopened";
    for (size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i].at("form") == "task")
        look(rules_[i], duties_.at({key, i}), task, {now, std::min(now, time)}, anew);
  }
  void finish(Instant until) {
    for (auto& [which, duty] : duties_) duty.say_until(until, true, unit_of(tasks_[which.first].unit));
  }

 private:
  struct Cause {
    Instant at;    // when it came
    Instant time;  // when it happened
  };
  /// The duty of this task under this rule, after something has changed.
  void look(const Json& rule, Duty& duty, const Task& task, Cause cause, bool anew) {
    const Instant now = cause.at;
    const bool of_field = rule.at("due").at("anchor") == "due";
    const bool holds = task.sort == rule.at("sort") && (!of_field || task.due);
    std::optional<Item>& item = duty.item;
    if (!task.open) {
      if (!item || !item->open) return;
      item->open = false;
      item->ended = item->planned = now;
      return;
    }
    if (!holds) return;
    const bool opens = !item || (!item->open && anew);
    if (opens) {
      item = Item{};
      item->opened = cause.time;
      item->noticed = item->planned = now;
    }
    const Date due = rolled(moved(of_field ? *task.due : zone().date(item->opened), rule.at("due")), rule);
    const Instant end = zone().end_of(due);
    if (!opens && end != item->due) {  // an event has set another date: all begins anew
      item->said.clear();
      item->planned = now;
    }
    item->due = end;
    item->due_date = due;
    if (opens) duty.say_overdue(now, unit_of(task.unit));
  }
  /// One of which nothing is known has at least its name.
  const Unit& unit_of(const std::string& id) {
    return units_.try_emplace(id, Unit{id, {}, {}, {}}).first->second;
  }
  static Date rolled(Date d, const Json& rule) {
    const std::string how = rule.value("roll", "none");
    while (how != "none" && !workday(d)) how == "next" ? ++d : --d;
    return d;
  }
  std::vector<Duty*> duties(const std::string& key) {
    std::vector<Duty*> found;
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i].at("form") != "task") continue;
      const auto at = duties_.try_emplace({key, i}, rules_[i], key, units_, out_).first;
      found.push_back(&at->second);
    }
    return found;
  }

  const Json& rules_;
  std::vector<Said>& out_;
  std::map<std::string, Unit> units_;
  std::map<std::string, Task> tasks_;
  std::map<std::string, std::set<std::string>> seen_;
  std::map<std::pair<std::string, size_t>, Duty> duties_;
};

}  // namespace

std::vector<Said> what_must_be_said(const Json& rules, const std::vector<Fact>& facts, Instant until) {
  std::vector<Said> said;
  Tasks tasks(rules, said);
  for (const Fact& fact : facts) {
    const Json event = Json::parse(fact.payload, nullptr, false);
    if (event.is_object() && event.contains("id") && event.contains("time")) tasks.take(fact.at, event);
  }
  tasks.finish(until);
  std::sort(said.begin(), said.end());
  return said;
}

}  // namespace duban::sim
