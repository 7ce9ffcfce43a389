// What rules cost: the same events under 10 and under 100 rules. Rules are indexed by the kind of their
// subject and by the types of their events, so most of a hundred do not look at an event at all.
//
//   bench_rules [EVENTS] [HAZARDS]
#include <fmt/core.h>
#include <time.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench_events.hpp"
#include "engine/engine.hpp"

using namespace duban;

namespace {

/// Rules as a district has them: of ten, two about hazards (one of them with a ladder), the others about
/// registers, inspections and units. Each has a condition of its own.
std::string rules(int count) {
  static constexpr const char* kKinds[] = {"hazard",  "unit",        "incident", "inspection", "unit",
                                           "warning", "enforcement", "unit",     "hazard",     "unit"};
  std::string text = "rules:\n";
  for (int i = 0; i < count; ++i) {
    const std::string kind = kKinds[i % 10];
    const bool hazard = kind == "hazard";
    // The conditions of the hundred share the hazards between them, as rules for trades and levels do.
    const std::string when = hazard ? fmt::format("has(hazard.due) && hazard.fail_count == {}", i / 10)
                             : kind == "unit"
                                 ? fmt::format("unit.kind == 'department' && unit.name != '{}'", i)
                                 : fmt::format("{}.open", kind);
    text += fmt::format(
        "  - {{ id: r{}, title: 第{}条, subject: {}, when: \"{}\", {}stages: [{{ id: a, at: {}, level: "
        "remind, to: "
        "[office] }}, {{ id: b, at: {}, level: urge, to: [office] }}] }}\n",
        i, i, kind, when,
        hazard           ? "due: hazard.due, "
        : kind == "unit" ? "trigger: { every: month }, due: trigger.end, "
                         : "",
        hazard || kind == "unit" ? "due - 1wd" : "opened + 300d",
        hazard || kind == "unit" ? "due + 1wd" : "opened + 301d");
  }
  return text;
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Processor seconds for all events, decoding included.
double run(int count, const std::vector<bench::BenchEvent>& events) {
  const std::string file =
      fmt::format("{}/bench-rules-{}.yaml", std::filesystem::temp_directory_path().string(), count);
  std::ofstream(file) << rules(count);
  Diagnostics findings;
  rule::Sources sources;
  sources.catalog_directory = DUBAN_SOURCE_DIR "/config/catalog";
  sources.calendar_directory = DUBAN_SOURCE_DIR "/config/calendar";
  sources.rules = {file};
  sources.channels = {"out"};
  sources.constants_yaml = "{ ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365 }";
  const auto configuration = rule::load(sources, findings);
  std::filesystem::remove(file);
  if (!configuration) {
    fmt::print(stderr, "{}", findings.text());
    std::exit(1);
  }
  ledger::Options storage;
  storage.path = ":memory:";
  ledger::Ledger ledger(storage);
  engine::Engine engine(ledger, configuration, {});
  event::Decoder decoder(configuration->catalog, configuration->zone);
  const event::Input input{"bench", 0};
  size_t alerts = 0;
  const double begin = processor_seconds();
  for (size_t i = 0; i < events.size();) {
    cel::Arena arena;
    engine::Batch batch;
    std::vector<event::Record> records(std::min<size_t>(5000, events.size() - i));
    for (event::Record& record : records) {
      record.input = &input;
      record.offset = static_cast<int64_t>(i);
      record.at = events[i].at;
      record.payload = events[i].json;
      ++i;
      batch.inputs.push_back(decoder.decode(record, arena));
    }
    batch.frontier = records.back().at;
    batch.positions = {{input, static_cast<int64_t>(i), -1, "bench"}};
    alerts += engine.apply(batch).alerts;
  }
  const double seconds = processor_seconds() - begin;
  fmt::print("{:3} rules: {:.2f} us an event ({:.1f} s of processor time, {} alerts)\n", count,
             seconds * 1e6 / static_cast<double>(events.size()), seconds, alerts);
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const size_t hazards = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const Instant from = Zone::shanghai().parse("2023-03-01T08:00").value();
  const auto events = bench::bench_events(count, hazards, from, std::chrono::hours(24), 1);
  const double ten = run(10, events);
  const double hundred = run(100, events);
  fmt::print("ratio {:.2f}\n", hundred / ten);
}
