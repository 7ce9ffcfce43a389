// Draws a world and what happens in it.
#include <random>

#include "core/time.hpp"
#include "engine/random_events.hpp"
#include "plan.hpp"

namespace duban::sim {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) { world_["seed"] = seed; }

  Plan plan() {
    const bool wild = one_in(4);
    days_ = 20 + below(160);
    begin_ = Date::of(2023, 1, 1) + static_cast<int>(below(500));
    world_["begin"] = begin_.str() + "T00:00";
    world_["days"] = days_;
    world_["shards"] = one_in(3) ? 2 + below(2) : 1;
    world_["partitions"] = 1 + below(3);
    world_["ticks"] = one_in(2) ? 5000 : 1 + below(4);
    world_["subjects"] = one_in(2) ? 500 : 1 + below(4);
    world_["wal_pages"] = 5 + below(200);
    world_["people"] = one_in(2);
    world_["routes"] = routes(world_["people"]);
    world_["rules"] = Json::array();
    if (wild) {
      wild_events();
    } else {
      world_["rules"] = rules();
      units();
      events();
    }
    if (!wild && one_in(3)) untimely();
    if (!one_in(5)) faults();  // without any, the oracle and the daemon must agree, too
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
    return {std::move(world_), std::move(steps_)};
  }

 private:
  int64_t below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool one_in(int64_t n) { return below(n) == 0; }
  template <typename T>
  T of(std::initializer_list<T> choices) {
    return *(choices.begin() + below(static_cast<int64_t>(choices.size())));
  }
  std::string text_of(std::initializer_list<const char*> choices) { return of(choices); }

  std::string routes(bool people) {
    std::string text = "routes:\n  - { channels: [out], continue: true }\n";
    if (!people) return "default: [out]\n";
    const std::string wait = ", group_wait: " + text_of({"0s", "30s", "10m"});
    const std::string quiet = one_in(2) ? ", quiet: '20:00-08:40'" : "";
    text += "  - { to: ['*/officer'], notify: [robot, { channel: sms, after: 10m }]" + wait + " }\n";
    text += "  - { notify: [" + text_of({"robot", "sms", "robot, sms"}) + "]" + wait + quiet + " }\n";
    return text + "default: [out]\n";
  }

  // ---- rules

  Json rules() {
    Json rules = Json::array();
    const int64_t count = 1 + below(4);
    for (int64_t i = 0; i < count; ++i) rules.push_back(task_rule("r" + std::to_string(i)));
    return rules;
  }
  Json steps_of(int64_t from, int64_t to) {
    return {{"n", from + below(to - from + 1)}, {"unit", text_of({"d", "wd"})}};
  }
  Json task_rule(const std::string& id) {
    Json rule{{"form", "task"},
              {"id", id},
              {"sort", text_of({"a", "b"})},
              {"missed", text_of({"all", "latest", "none"})}};
    rule["due"] = {{"anchor", "due"}};
    if (one_in(3)) {
      rule["due"] = steps_of(1, 12);
      rule["due"]["anchor"] = "opened";
    } else if (one_in(4)) {
      rule["due"].update(steps_of(-3, 5));
    }
    if (one_in(4)) rule["roll"] = text_of({"next", "previous"});
    if (one_in(3)) rule["day_off"] = text_of({"after", "keep", "skip"});
    rule["stages"] = ladder();
    return rule;
  }
  Json ladder() {
    Json stages = Json::array();
    const int64_t count = 1 + below(5);
    int64_t from = -8;
    const std::vector<std::string> levels{"remind", "urge", "circular"};
    int64_t level = 0;
    for (int64_t i = 0; i < count; ++i) {
      Json stage{{"id", "s" + std::to_string(i)}, {"anchor", "due"}};
      from += below(6);
      stage["n"] = from;
      stage["unit"] = from >= 0 && one_in(6) ? "h" : text_of({"d", "wd"});
      if (stage["unit"] != "h") stage["time"] = text_of({"09:00", "08:30", "17:00", "24:00", "00:00"});
      if (from >= 0) level = std::min<int64_t>(2, level + below(2));
      stage["level"] = levels[static_cast<size_t>(level)];
      if (one_in(5)) {
        stage["every"] = of({24, 48, 168});
        if (from < 0 || one_in(2)) stage["times"] = 2 + below(4);
        if (!stage.contains("times")) stage["times"] = 6;
      }
      stage["severity"] = text_of({"notice", "warning", "serious", "critical"});
      stage["to"] = recipients();
      stages.push_back(std::move(stage));
    }
    if (one_in(4))
      stages.push_back({{"id", "now"}, {"anchor", "opened"}, {"level", "remind"}, {"to", recipients()}});
    if (one_in(3))
      stages.push_back({{"id", "over"}, {"anchor", "ended"}, {"level", "remind"}, {"to", {"told"}}});
    return stages;
  }
  Json recipients() {
    Json to = Json::array({text_of({"unit.officer", "unit", "town"})});
    if (one_in(2)) to.push_back(text_of({"office", "office.duty", "unit.principal"}));
    return to;
  }

  // ---- what happens

  int64_t moment() { return kDay / 2 + below(days_ * kDay); }
  void add(int64_t at, std::string act, Json with) {
    steps_.push_back({at, std::move(act), std::move(with)});
  }
  /// An event tells of something that happened before; now and then much earlier, or by a clock that is
  /// ahead.
  std::string time_of(int64_t at) {
    const int64_t before = one_in(6) ? below(6 * kDay) : one_in(10) ? -below(kHour) : below(kMinute);
    return zone_.format(zone_.instant(begin_, TimeOfDay{0}) + Duration{at - before});
  }
  void event(int64_t at, const std::string& key, const std::string& type, Json data, int64_t in = -1) {
    Json event{{"specversion", "1.0"},   {"id", "e" + std::to_string(++events_)},
               {"source", "sim"},        {"type", type},
               {"subject", key},         {"time", time_of(at)},
               {"data", std::move(data)}};
    const int64_t partition = in >= 0 ? in : static_cast<int64_t>(std::hash<std::string>{}(key) % 16);
    add(at, "event", {{"in", partition}, {"key", key}, {"event", event}});
    if (one_in(8)) {  // delivered again, now and then elsewhere
      Json again = steps_.back().with;
      if (one_in(3)) again["in"] = below(3);
      add(at + below(one_in(2) ? kMinute : 3 * kDay), "event", std::move(again));
    }
  }
  std::string day(int64_t at, int64_t from, int64_t to) {
    return (begin_ + static_cast<int>(at / kDay + from + below(to - from + 1))).str();
  }

  void units() {
    const auto unit = [&](const char* id, const char* kind, const char* area) {
      event(1000 + below(5000), id, "party.upserted",
            {{"party_id", id}, {"kind", kind}, {"name", id}, {"area", area}}, 0);
    };
    unit("O-1", "office", "3410");
    unit("E-1", "enterprise", "341004101205");
    unit("E-2", "enterprise", "341002101201");
    unit("T-1", "town", "341004101");
    if (one_in(2)) unit("T-2", "town", "341002101");
    if (one_in(2)) unit("O-2", "office", "341004");
  }
  void events() {
    const int64_t tasks = 1 + days_ / (3 + below(20));
    for (int64_t i = 0; i < tasks; ++i) task("task-" + std::to_string(i));
    for (int64_t i = below(3); i > 0; --i)
      add(moment(), "event",
          {{"in", below(3)}, {"raw", text_of({"no event", "{}", "{\"specversion\":\"1.0\"}"})}});
  }
  /// The shipped catalog and a bit of every kind of rule: only an undisturbed run knows what they must say.
  void wild_events() {
    world_["kind"] = "wild";
    begin_ = Date::of(2023, 3, 20);
    world_["begin"] = begin_.str() + "T00:00";
    const Instant from = zone_.instant(begin_, TimeOfDay{0});
    for (const test::Line& line : test::random_events(random_(), 20 + static_cast<size_t>(below(100)))) {
      const int64_t at = (line.at - from).count();
      add(at, "event", {{"in", below(3)}, {"raw", line.payload}, {"short", true}});
      days_ = at / kDay + 1;
    }
    world_["days"] = days_;
  }
  void task(const std::string& key) {
    int64_t at = moment();
    Json data{{"task_id", key},
              {"title", key},
              {"unit", text_of({"E-1", "E-2", "E-9"})},
              {"sort", text_of({"a", "b"})}};
    if (!one_in(4)) data["due"] = day(at, -10, 40);
    event(at, key, "task.opened", data);
    const int64_t more = below(5);
    for (int64_t i = 0; i < more; ++i) {
      at += one_in(3) ? below(kHour) : below(15 * kDay);
      if (one_in(4)) at = at / kDay * kDay + 9 * kHour;  // at the very instant of a stage
      const std::string type =
          text_of({"task.moved", "task.moved", "task.closed", "task.reopened", "task.opened"});
      Json change{{"task_id", key}};
      if (type == "task.opened") change["title"] = key;
      if (type == "task.moved" || (type == "task.reopened" && one_in(2))) change["due"] = day(at, -5, 30);
      event(at, key, type, change, one_in(6) ? below(3) : -1);
    }
  }

  /// What no oracle can foretell, for it hangs on the moment at which the daemon comes to it: rules that are
  /// edited, a clock that is off by a little, records that retention has taken.
  void untimely() {
    world_["timely"] = false;
    Json rules = world_["rules"];
    for (int64_t i = below(4); i > 0; --i) {
      const auto changed = static_cast<size_t>(below(static_cast<int64_t>(rules.size()) + 1));
      if (changed == rules.size())
        rules.push_back(task_rule("n" + std::to_string(i)));
      else if (rules.size() > 1 && one_in(4))
        rules.erase(changed);
      else
        rules[changed] = task_rule(rules[changed]["id"]);
      const int64_t at = moment();
      add(at, "edit", {{"rules", rules}});
      if (one_in(2)) add(at, "kill", {{"power", one_in(2)}, {"down", below(kHour)}, {"steps", below(40)}});
    }
    for (int64_t i = below(3); i > 0; --i)
      add(moment(), "clock", {{"by", below(6 * kHour) - 5 * kHour}, {"for", below(2 * kDay)}});
    for (int64_t i = below(3); i > 0; --i) {
      const int64_t at = moment();
      add(at, "stop", {{"down", below(20 * kDay)}});
      add(at + below(20 * kDay), "truncate", {{"in", below(3)}, {"keep", below(4)}});
    }
  }
  void faults() {
    // A start by a wrong clock believes it: only a process that sees it jump does not.
    const bool jumps = one_in(6);
    if (jumps)
      add(moment(), "clock", {{"by", 2 * kHour + below(40 * kDay)}, {"for", kMinute + below(5 * kDay)}});
    for (int64_t i = jumps ? 0 : below(2 + days_ / 10); i > 0; --i) kill();
    for (int64_t i = below(1 + days_ / 20); i > 0; --i)
      add(moment(), "disk", {{"after", below(20)}, {"count", 1 + below(4)}, {"full", one_in(2)}});
    for (int64_t i = below(1 + days_ / 20); i > 0; --i)
      add(moment(), "receiver",
          {{"who", below(4)},
           {"manner", text_of({"away", "deaf", "lies", "hears", "refuses"})},
           {"latency", 1 + below(20'000)},
           {"for", below(6 * kHour)}});
    for (int64_t i = below(1 + days_ / 20); i > 0; --i)
      add(moment(), "broker", {{"for", below(4 * kMinute)}});
    for (int64_t i = jumps ? 0 : below(1 + days_ / 40); i > 0; --i)
      add(moment(), "stop", {{"down", below(3 * kDay)}});
  }
  void kill() {
    Json with{{"power", one_in(2)}, {"down", one_in(3) ? below(4 * kDay) : 100 + below(kHour)}};
    with[one_in(2) ? "io" : "steps"] = below(60);
    int64_t at = moment();
    if (one_in(2)) at = at / kDay * kDay + of({9 * kHour, 9 * kHour - kMinute, 0 * kHour, 17 * kHour});
    if (one_in(2) && !steps_.empty())
      at = steps_[static_cast<size_t>(below(static_cast<int64_t>(steps_.size())))].at;
    add(at, "kill", std::move(with));
  }

  std::mt19937_64 random_;
  Json world_;
  std::vector<Step> steps_;
  const Zone zone_ = Zone::shanghai();
  int64_t days_ = 0;
  Date begin_;
  int64_t events_ = 0;
};

}  // namespace

Plan draw(uint64_t seed) { return Draw(seed).plan(); }

}  // namespace duban::sim
