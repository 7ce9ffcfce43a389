#include "random_events.hpp"

#include <random>

#include "core/time.hpp"

namespace duban::test {

const char* const kRandomRules = R"(
rules:
  - id: rectify
    title: 限期整改
    subject: hazard
    when: hazard.level == 'general' && has(hazard.due) && unit.kind == 'enterprise'
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    reopen_level: 1
    stages:
      - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: overdue, at: due + 1wd 09:00, level: urge, unless: acknowledged, to: [unit.principal, town, department] }
      - { id: again, at: due + 2wd 09:00, every: 48h, times: 4, level: urge, to: [town.duty] }
      - { id: interview, at: due + 5wd 09:00, level: interview, to: [office] }
      - { id: after, at: decided(interview) + 2wd, level: remind, to: [office] }
      - { id: over, at: ended, if: "item.outcome == 'fulfilled_late'", level: remind, to: [told] }
  - id: storm
    title: 暴雨检查
    trigger: { event: weather.warning, when: "trigger.color in ['orange', 'red']" }
    subject: hazard
    when: hazard.open && within(hazard.area, trigger.areas)
    due: opened + 24h
    done_by: { event: inspection.completed, when: "event.target_enterprise == hazard.enterprise_id && event.leader_led && event.warning_id in trigger.ids" }
    stages:
      - { id: now, at: opened, level: remind, severity: critical, to: [unit.principal, town] }
      - { id: unseen, at: opened + 2h, unless: { acknowledged: now, by: town }, level: remind, to: [office.duty] }
      - { id: missed, at: due, level: circular, to: [office] }
      - { id: over, at: ended, if: "item.outcome == 'expired'", level: remind, to: [told] }
  - id: storm-merged
    title: 暴雨合并
    trigger: { event: weather.warning, when: "trigger.color in ['orange', 'red']" }
    overlap: merge
    subject: unit
    when: within(unit.area, trigger.areas)
    due: trigger.expires - 1h
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.warning_id in trigger.ids" }
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal] }
      - { id: missed, at: due, level: circular, to: [office] }
      - { id: daily, at: opened + 1h, every: 1wd, level: urge, to: [town] }
      - { id: over, at: ended, level: remind, to: [told] }
  - id: unanswered
    title: 建议未答复
    subject: proposal
    due: opened + 5wd
    stages: [{ id: late, at: due + 1wd 09:00, level: urge, to: [office] }]
  - id: storm-town
    title: 镇街检查
    trigger: { event: weather.warning, when: "trigger.color != 'blue'" }
    subject: unit
    when: unit.kind == 'town' && within(unit.area, trigger.areas)
    due: opened + 1d
    outlives: true
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led", count: 2 }
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal] }
      - { id: end, at: trigger.end + 1h, level: remind, to: [unit.principal] }
      - { id: missed, at: due + 1d, level: circular, to: [office] }
  - id: monthly
    title: 每月检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led && 'monthly' in event.kind" }
    stages:
      - { id: t-2, at: due - 2wd 09:00, level: remind, to: [unit.officer] }
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal, office] }
      - { id: third, at: due + 1wd 09:00, if: item.streak >= 2, level: interview, to: [office] }
  - id: lessons
    title: 事故教训
    trigger: { event: incident.reported, when: "trigger.grade != 'general'", for: 10wd }
    subject: unit
    when: unit.kind == 'enterprise' && same_area(unit.area, trigger.area, 'city')
    due: opened + 5wd
    stages:
      - { id: now, at: opened, level: remind, to: [unit.principal] }
      - { id: due, at: due 09:00, level: remind, to: [unit.principal] }
  - id: flood
    title: 汛期
    trigger: { season: flood, from: start - 20d }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.start
    stages:
      - { id: t-5, at: due - 5wd 09:00, level: remind, to: [unit.principal] }
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [unit.principal] }
  - id: meeting
    title: 会议前检查
    trigger: { node: party_meeting, from: start - 10d }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.start - 1d
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && event.leader_led" }
    stages:
      - { id: t-5, at: due - 5d 09:00, level: remind, to: [unit.principal] }
      - { id: missed, at: trigger.end 10:00, level: urge, to: [unit.principal] }
      - { id: gone, at: ended, if: "item.outcome == 'void'", level: remind, to: [told] }
  - id: holiday
    title: 节前检查
    trigger: { holiday: any, from: start - 10wd, to: end }
    subject: unit
    when: unit.kind == 'town'
    due: trigger.start - 1d
    done_by: { event: inspection.completed, when: "event.unit == unit.unit_id && 'pre_holiday' in event.kind" }
    stages:
      - { id: t-3, at: due - 3wd 09:00, level: remind, to: [unit.principal] }
      - { id: missed, at: due + 1d 09:00, level: urge, to: [unit.principal] }
)";

namespace {

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed), at_(zone_.parse("2023-03-20T08:00").value()) {}

  std::vector<Line> events(size_t count) {
    for (int i = 0; i < 4; ++i) add("party.upserted", unit(i));
    while (out_.size() < count) {
      step();
      if (one_in(8)) {
        out_.push_back({at_, out_[below(out_.size())].payload});  // delivered again
        continue;
      }
      if (one_in(40)) {
        out_.push_back({at_, "no event"});
        continue;
      }
      any();
    }
    return std::move(out_);
  }

 private:
  size_t below(size_t n) { return random_() % n; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <size_t N>
  std::string of(const char* const (&names)[N]) {
    return names[below(N)];
  }
  std::string number(const std::string& prefix, size_t n) { return prefix + std::to_string(below(n)); }
  /// Ties, minutes, hours and days; now and then exactly at nine.
  void step() {
    const size_t how = below(10);
    if (how < 3) return;
    if (how < 6)
      at_ += std::chrono::minutes(below(90));
    else if (how < 9)
      at_ += std::chrono::hours(below(30));
    else
      at_ = std::max(at_, zone_.instant(zone_.date(at_) + static_cast<int>(below(6)), TimeOfDay{9 * 3600}));
  }
  std::string day(int from, size_t days) {
    return (zone_.date(at_) + from + static_cast<int>(below(days))).str();
  }
  std::string area() { return of({"341004101205", "341004102", "341002101201", "3410", "341004"}); }

  void add(const std::string& type, const std::string& data) {
    const std::string id = one_in(15) && !out_.empty() ? "e" + std::to_string(below(out_.size()))
                                                       : "e" + std::to_string(out_.size());
    out_.push_back({at_, R"({"specversion":"1.0","id":")" + id + R"(","source":"test","type":")" + type +
                             R"(","data":{)" + data + "}}"});
  }
  std::string unit(size_t which) {
    static constexpr const char* kKinds[] = {"enterprise", "town",       "department",
                                             "office",     "enterprise", "town"};
    static constexpr const char* kAreas[] = {"341004101205", "341004101",    "341004",
                                             "3410",         "341002101201", "341002101"};
    const bool odd = one_in(6);
    return R"("party_id":"U)" + std::to_string(which) + R"(","kind":")" +
           (odd ? kKinds[below(6)] : kKinds[which]) + R"(","name":"单位","area":")" +
           (odd ? area() : kAreas[which]) + R"(","industries":["fire"],"status":")" +
           (one_in(10) ? "closed" : "active") + "\"";
  }
  std::string hazard() { return R"("hazard_id":")" + number("H", 6) + "\""; }

  void any() {
    switch (below(14)) {
      case 0:
        return add("party.upserted", unit(below(6)));
      case 1:
      case 2:
        return add("hazard.reported",
                   hazard() + R"(,"title":"堵塞","origin":"inspection","industry":"fire","found_on":")" +
                       day(-2, 3) + R"(","area":")" + area() + R"(","enterprise_id":")" + number("U", 6) +
                       R"(","level":"general")");
      case 3:
        return add("hazard.ordered", hazard() + R"(,"order_id":"O","issued_on":")" + day(0, 1) +
                                         R"(","due":")" + day(0, 15) + "\"");
      case 4:
        return add("hazard.rectified", hazard() + R"(,"completed_on":")" + day(0, 1) + "\"");
      case 5:
        return add("hazard.reinspected", hazard() + R"(,"result":")" + of({"passed", "failed"}) +
                                             R"(","by":"D","on":")" + day(0, 1) + "\"");
      case 6:
        return one_in(2)
                   ? add("hazard.reopened", hazard() + R"(,"due":")" + day(1, 9) + R"(","found_by":"D")")
                   : add("hazard.extended",
                         hazard() + R"(,"new_due":")" + day(1, 20) + R"(","approved_by":"D")");
      case 7:
        return add("escalation.decided", R"("ref":")" + number("H", 6) + R"(","stage":")" +
                                             of({"interview", "caution", "circular"}) +
                                             R"(","decided_by":"D","on":")" + day(0, 1) + "\"");
      case 8:
      case 9:
        return inspection();
      case 10:
      case 11:
        return warning();
      case 12:
        return one_in(2)
                   ? add("incident.reported", R"("incident_id":")" + number("I", 3) +
                                                  R"(","kind":"fire","area":")" + area() + R"(","grade":")" +
                                                  of({"general", "larger"}) + R"(","occurred_at":")" +
                                                  zone_.format(at_) + "\"")
                   : add("incident.updated", R"("incident_id":")" + number("I", 3) + R"(","grade":"major")");
      default:
        return rare();
    }
  }
  void inspection() {
    add("inspection.completed",
        R"("inspection_id":")" + number("X", 40) + R"(","kind":[")" +
            of({"monthly", "pre_holiday", "disaster"}) + R"("],"area":"341004","unit":")" + number("U", 6) +
            R"(","on":")" + day(0, 1) + R"(","leader_led":)" + of({"true", "false"}) +
            R"(,"target_enterprise":")" + number("U", 6) + R"(","warning_id":")" + number("W", 8) + "\"" +
            (one_in(3) ? R"(,"period":")" + of({"2023-03", "2023-04"}) + "\"" : ""));
  }
  void warning() {
    const size_t which = below(8);
    const std::string issued = zone_.format(at_);
    std::string data = R"("warning_id":"W)" + std::to_string(which) + R"(","status":")" +
                       of({"alert", "alert", "update", "cancel"}) + R"(","type":"rainstorm","color":")" +
                       of({"blue", "yellow", "orange", "red"}) + R"(","areas":[")" + area() +
                       R"("],"issued_at":")" + issued + "\"";
    if (which > 0 && one_in(2)) data += R"(,"supersedes":"W)" + std::to_string(which - 1) + "\"";
    if (one_in(2)) data += R"(,"expires":")" + zone_.format(at_ + std::chrono::hours(below(40))) + "\"";
    add("weather.warning", data);
  }
  void rare() {
    const std::string year = "2023";
    switch (below(6)) {
      case 3:
        return add("calendar.withdrawn", R"("node_id":")" + number("P", 3) + "\"");
      case 4: {
        const int from = static_cast<int>(below(20)) - 5;
        return add("calendar.published", R"("node_id":")" + number("P", 3) +
                                             R"(","kind":"party_meeting","areas":[")" + area() +
                                             R"("],"from":")" + (zone_.date(at_) + from).str() +
                                             R"(","to":")" + (zone_.date(at_) + from + 3).str() + "\"");
      }
      case 0:
        return add("season.declared", R"("season_id":")" + number("S", 2) +
                                          R"(","season":"flood","areas":[")" +
                                          of({"341004", "3410", "341004101"}) + R"("],"from":")" +
                                          day(-5, 60) + R"(","to":"2023-09-15")");
      case 1:
        return add("obligation.waived", R"("obligation_key":"monthly","unit":")" + number("U", 6) +
                                            R"(","period":"2023-0)" + of({"3", "4"}) +
                                            R"(","approved_by":"D")");
      case 2:
        return add("obligation.fulfilled", R"("obligation_key":"monthly","unit":")" + number("U", 6) +
                                               R"(","period":"2023-0)" + of({"3", "4"}) + R"(","on":")" +
                                               day(0, 1) + "\"");
      default:
        return add("hazard.withdrawn", hazard() + R"(,"reason":"误报")");
    }
  }

  std::mt19937_64 random_;
  const Zone zone_ = Zone::shanghai();
  Instant at_;
  std::vector<Line> out_;
};

}  // namespace

std::vector<Line> random_events(uint64_t seed, size_t count) { return Generator(seed).events(count); }

}  // namespace duban::test
