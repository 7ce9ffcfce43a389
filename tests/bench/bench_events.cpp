#include "bench_events.hpp"

#include <fmt/format.h>

#include <random>

namespace duban::bench {
namespace {

struct Life {
  enum class State { none, reported, ordered, rectifying, waiting } state = State::none;
  int events = 0;
};

std::string envelope(size_t number, const std::string& type, Instant at, const std::string& key,
                     const std::string& data) {
  return fmt::format(
      R"({{"specversion":"1.0","id":"b-{}","source":"bench","type":"{}","time":"{}","subject":"{}","data":{{"hazard_id":"{}",{}}}}})",
      number, type, format_utc(at), key, key, data);
}

}  // namespace

std::vector<BenchEvent> bench_events(size_t count, size_t hazards, Instant from, Duration span,
                                     uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Life> lives(hazards);
  std::vector<BenchEvent> events;
  events.reserve(count);
  const Zone zone = Zone::shanghai();
  const std::string due = (zone.date(from + span) + 60).str();
  for (size_t i = 0; i < count; ++i) {
    const size_t number = random() % hazards;
    Life& life = lives[number];
    const Instant at = from + span * static_cast<int64_t>(i) / static_cast<int64_t>(count);
    const std::string key = "H-" + std::to_string(number);
    const std::string today = zone.date(at).str();
    using State = Life::State;
    std::string type;
    std::string data;
    ++life.events;
    switch (life.state) {
      case State::none:
        type = "hazard.reported";
        data = fmt::format(
            R"("level":"general","area":"3410041012{:02d}","industry":"fire","title":"疏散通道堵塞,消防栓无水,灭火器过期","origin":"inspection","found_on":"{}","enterprise_id":"E-{}","tags":["evacuation_route","hydrant"],"category":"消防设施","note":"现场负责人已签字确认,要求立即整改并落实防范措施")",
            number % 100, today, number / 10);
        life.state = State::reported;
        break;
      case State::reported:
        type = "hazard.ordered";
        data = fmt::format(
            R"("order_id":"O-{}","issued_on":"{}","due":"{}","issued_by":"徽州区应急管理局","requirements":["立即清理疏散通道","更换过期灭火器"],"note":"责令限期整改指令书已送达,请按期完成整改并书面报告结果")",
            i, today, due);
        life.state = State::ordered;
        break;
      default:
        if (life.events % 5 != 0) {
          type = "hazard.progress";
          data = fmt::format(
              R"("percent":{},"note":"整改进行中:通道已清理,设备采购中,预计下周到货安装;现场已设置警示标志并安排专人值守,每日巡查两次")",
              random() % 100);
        } else {
          type = "hazard.extended";
          data = fmt::format(
              R"("new_due":"{}","approved_by":"徽州区应急管理局","reason":"设备到货延迟,已落实临时管控措施")",
              (*Date::parse(due) + life.events).str());
        }
        break;
    }
    events.push_back({at, key, envelope(i, type, at, key, data)});
  }
  return events;
}

}  // namespace duban::bench
