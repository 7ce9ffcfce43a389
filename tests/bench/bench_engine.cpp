// Events per second through decoder, engine and ledger on disk, without a broker: where the time goes.
//
//   bench_engine [EVENTS] [HAZARDS] [LEDGER]
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "app/settings.hpp"
#include "bench_events.hpp"
#include "engine/engine.hpp"

using namespace duban;

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400'000;
  const size_t hazards = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const std::string path = argc > 3 ? argv[3] : "/tmp/bench-engine.db";
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  Diagnostics findings;
  app::Loaded loaded;
  loaded.settings = app::load_settings(DUBAN_SOURCE_DIR "/config/duban.yaml", findings);
  Diagnostics rule_findings;
  loaded.configuration = rule::load(loaded.settings.sources, rule_findings);
  if (!loaded.configuration) {
    fmt::print(stderr, "{}", findings.text());
    return 1;
  }
  const Instant from = Zone::shanghai().parse("2023-03-01T08:00").value();
  const auto events = bench::bench_events(count, hazards, from, std::chrono::hours(24), 1);
  ledger::Options storage;
  storage.path = path;
  ledger::Ledger ledger(storage);
  engine::Engine engine(ledger, loaded.configuration, {});
  event::Decoder decoder(loaded.configuration->catalog, loaded.configuration->zone);
  const event::Input input{"bench", 0};
  using clock = std::chrono::steady_clock;
  double decoding = 0;
  engine::Applied sum;
  const auto begin = clock::now();
  for (size_t i = 0; i < events.size();) {
    const auto batch_begin = clock::now();
    cel::Arena arena;
    engine::Batch batch;
    std::vector<event::Record> records(std::min<size_t>(5000, events.size() - i));
    batch.inputs.reserve(records.size());
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
    decoding += std::chrono::duration<double>(clock::now() - batch_begin).count();
    const engine::Applied applied = engine.apply(batch);
    sum.events += applied.events;
    sum.dead_letters += applied.dead_letters;
    sum.alerts += applied.alerts;
    sum.parked += applied.parked;
  }
  const double seconds = std::chrono::duration<double>(clock::now() - begin).count();
  fmt::print(
      "{} events of {} hazards: {:.0f} events/s, decoding {:.2f} s of {:.2f} s; {} refused, {} alerts, {} "
      "parked\n",
      sum.events, hazards, static_cast<double>(count) / seconds, decoding, seconds, sum.dead_letters,
      sum.alerts, sum.parked);
}
