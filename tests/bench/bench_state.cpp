// What a ledger costs: memory and start-up with many open items, and a burst of alerts at one instant.
//
//   bench_state fill LEDGER ITEMS    makes a ledger with so many open hazards, all due on one day
//   bench_state open LEDGER          opens it as a fresh process: start-up time; then 20,000 events, resident
//   memory bench_state burst LEDGER         raises the alerts that fall due at one instant
#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "app/settings.hpp"
#include "bench_events.hpp"
#include "engine/engine.hpp"

using namespace duban;

namespace {

using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point begin) {
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

/// Resident memory of this process now, and at its highest, in MiB.
double resident(std::string_view field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::strtod(line.c_str() + field.size() + 1, nullptr) / 1024;
  return 0;
}

Instant at(const char* text) { return Zone::shanghai().parse(text).value(); }

/// The shipped configuration and an engine on a ledger file.
struct Shop {
  explicit Shop(const std::string& path) {
    Diagnostics findings;
    loaded = app::load_all(DUBAN_SOURCE_DIR "/config/duban.yaml", findings);
    if (!loaded.configuration) throw std::runtime_error(findings.text());
    const auto begin = clock_type::now();
    ledger::Options storage;
    storage.path = path;
    ledger = std::make_unique<ledger::Ledger>(storage);
    engine = std::make_unique<engine::Engine>(*ledger, loaded.configuration, engine::Options{});
    opening = seconds_since(begin);
    decoder = std::make_unique<event::Decoder>(loaded.configuration->catalog, loaded.configuration->zone);
    for (const ledger::Position& position : ledger->positions()) offset = position.next_offset;
  }

  void apply(const std::vector<bench::BenchEvent>& events) {
    for (size_t i = 0; i < events.size();) {
      cel::Arena arena;
      engine::Batch batch;
      std::vector<event::Record> records(std::min<size_t>(5000, events.size() - i));
      for (event::Record& record : records) {
        record.input = &input;
        record.offset = offset++;
        record.at = events[i].at;
        record.payload = events[i].json;
        ++i;
        batch.inputs.push_back(decoder->decode(record, arena));
      }
      batch.frontier = records.back().at;
      batch.positions = {{input, offset, -1, "bench"}};
      if (engine->apply(batch).dead_letters > 0) throw std::runtime_error("events were refused");
    }
  }

  app::Loaded loaded;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<event::Decoder> decoder;
  event::Input input{"bench", 0};
  int64_t offset = 0;
  double opening = 0;
};

/// Each hazard is reported and ordered with one due date: two events, one open item with ten stages, one with
/// two.
void fill(const std::string& path, size_t items) {
  Shop shop(path);
  for (size_t first = 0; first < items; first += 100'000) {
    const size_t count = std::min<size_t>(100'000, items - first);
    std::vector<bench::BenchEvent> events;
    for (size_t i = first; i < first + count; ++i) {
      const std::string key = fmt::format("H-{}", i);
      const auto add = [&](const char* type, const std::string& data) {
        events.push_back(
            {at("2023-02-20T08:00"), key,
             fmt::format(
                 R"({{"specversion":"1.0","id":"{}-{}","source":"bench","type":"{}","time":"2023-02-20T08:00:00+08:00","subject":"{}","data":{{"hazard_id":"{}",{}}}}})",
                 type, i, type, key, key, data)});
      };
      add("hazard.reported",
          fmt::format(
              R"("level":"general","area":"341004101{:03d}","industry":"fire","title":"疏散通道堵塞,消防栓无水","origin":"inspection","found_on":"2023-02-20","enterprise_id":"E-{}","tags":["evacuation_route"])",
              i % 200, i / 10));
      add("hazard.ordered",
          fmt::format(R"("order_id":"O-{}","issued_on":"2023-02-20","due":"2023-03-06")", i));
    }
    shop.apply(events);
  }
  fmt::print("{:>9} open hazards, {:.0f} MB on disk\n", items,
             static_cast<double>(std::filesystem::file_size(path)) / 1e6);
}

void open(const std::string& path) {
  Shop shop(path);
  const auto counts = shop.ledger->counts();
  const double idle = resident("VmRSS:");
  std::vector<bench::BenchEvent> events;
  const size_t entities = static_cast<size_t>(counts.entities);
  for (size_t i = 0; i < 20'000; ++i) {
    const std::string key = fmt::format("H-{}", i * 7919 % entities);
    events.push_back(
        {at("2023-02-20T09:00"), key,
         fmt::format(
             R"({{"specversion":"1.0","id":"p-{}","source":"bench","type":"hazard.progress","time":"2023-02-20T09:00:00+08:00","subject":"{}","data":{{"hazard_id":"{}","percent":{}}}}})",
             i + getpid() * 100'000ULL, key, key, i % 100)});
  }
  shop.apply(events);
  fmt::print(
      "{:>9} open items: start-up {:>6.1f} ms, resident {:>5.1f} MiB at rest, {:>5.1f} MiB after 20,000 "
      "events\n",
      counts.open_items, shop.opening * 1e3, idle, resident("VmHWM:"));
}

void burst(const std::string& path) {
  Shop shop(path);
  engine::Batch until;
  until.frontier = at("2023-03-01T08:59");  // three workdays before the due date, a minute before its stage
  while (shop.engine->apply(until).more) {
  }
  const auto begin = clock_type::now();
  until.frontier = at("2023-03-01T09:00");
  size_t alerts = 0;
  for (bool more = true; more;) {
    const engine::Applied applied = shop.engine->apply(until);
    alerts += applied.alerts;
    more = applied.more;
  }
  const double seconds = seconds_since(begin);
  fmt::print("{:>9} alerts at one instant: {:.2f} s, {:.0f} alerts/s, resident {:.1f} MiB\n", alerts, seconds,
             static_cast<double>(alerts) / seconds, resident("VmHWM:"));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_state fill LEDGER ITEMS | open LEDGER | burst LEDGER\n");
    return 2;
  }
  const std::string_view what = argv[1];
  try {
    if (what == "fill" && argc > 3)
      fill(argv[2], std::strtoull(argv[3], nullptr, 10));
    else if (what == "open")
      open(argv[2]);
    else if (what == "burst")
      burst(argv[2]);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "bench_state: {}\n", failure.what());
    return 1;
  }
}
