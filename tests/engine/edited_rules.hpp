// The rules that test_edits.cpp edits: a ladder, a second rule beside it, a periodic window, a holiday, a
// warning.
#pragma once

#include <string>

namespace duban::test {

inline const std::string kLadder = R"(
ladders:
  steps:
    - { id: t-3, at: due - 3wd 09:00, level: remind, to: [unit.officer] }
    - { id: t-0, at: due 09:00, level: remind, to: [unit.officer] }
    - { id: overdue, at: due + 1wd 09:00, level: urge, to: [office] }
    - { id: again, at: due + 3wd, every: 7d, times: 3, level: circular, to: [office] }
rules:
  - id: rectify
    title: 限期整改
    subject: hazard
    when: has(hazard.due)
    due: hazard.due
    until: hazard.state in ['awaiting_reinspection', 'closed', 'withdrawn', 'deferred']
    ladder: steps
)";

inline const std::string kOther = R"(
  - id: found
    title: 发现后跟踪
    subject: hazard
    due: hazard.found_on + $reinspection
    stages:
      - { id: eve, at: due - 1wd 09:00, level: remind, to: [unit.officer] }
      - { id: late, at: due + 20wd, level: urge, to: [office] }
)";

inline const std::string kMonthly = R"(
rules:
  - id: monthly
    title: 每月检查
    trigger: { every: month }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.end
    done_by: { event: inspection.completed, count: 2, when: "event.unit == unit.unit_id && event.leader_led" }
    stages:
      - { id: t-5, at: due - 5wd 09:00, level: remind, to: [unit.officer] }
      - { id: t-2, at: due - 2wd 09:00, level: remind, to: [unit.officer] }
      - { id: missed, at: due + 1wd 09:00, level: urge, to: [office] }
)";

inline const std::string kHoliday = R"(
rules:
  - id: eve
    title: 节前检查
    trigger: { holiday: qingming, from: start - 12wd, to: end }
    subject: unit
    when: unit.kind == 'department'
    due: trigger.start - 1wd
    stages:
      - { id: t-7, at: due - 7wd 09:00, level: remind, to: [unit.officer] }
      - { id: t-2, at: due - 2wd 09:00, level: remind, to: [unit.officer] }
      - { id: missed, at: trigger.start + 1wd 09:00, level: urge, to: [office] }
)";

inline const std::string kStorm = R"(
rules:
  - id: storm
    title: 暴雨
    trigger: { event: weather.warning, when: "trigger.color in ['orange', 'red']" }
    subject: hazard
    when: hazard.open
    due: opened + 30h
    stages:
      - { id: now, at: opened, level: remind, to: [unit.officer] }
      - { id: day, at: opened + 24h, level: urge, to: [unit.officer] }
      - { id: late, at: due, level: urge, to: [town] }
      - { id: over, at: ended, level: remind, to: [unit.officer] }
)";

}  // namespace duban::test
