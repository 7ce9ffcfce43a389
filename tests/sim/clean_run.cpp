#include "clean_run.hpp"

#include <algorithm>

#include "engine/engine.hpp"
#include "engine/slices.hpp"

namespace duban::sim {

std::pair<std::string, std::string> entry(const ledger::DeadLetter& letter) {
  return {letter.topic + '/' + std::to_string(letter.partition) + '/' + std::to_string(letter.offset),
          letter.code + ' ' + letter.reason};
}

std::vector<event::Record> in_order(const Broker& broker) {
  std::vector<event::Record> records;
  for (const Broker::Partition& partition : broker.partitions())
    for (int64_t i = 0; i < partition.end(); ++i)
      records.push_back(partition.records[static_cast<size_t>(i)].record(partition.input, i));
  std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, *a.input, a.offset) < std::tie(b.at, *b.input, b.offset);
  });
  return records;
}

Outcome clean_run(const std::shared_ptr<const rule::Configuration>& configuration, const Broker& broker,
                  Instant from, Instant until) {
  Outcome outcome;
  ledger::Ledger ledger({});
  engine::slices() = {};
  engine::Options options;
  options.on_alert = [&](const ledger::Alert& alert) { outcome[alert.id] = alert.json; };
  options.on_dead_letter = [&](const ledger::DeadLetter& letter) { outcome.insert(entry(letter)); };
  engine::Engine engine(ledger, configuration, options);
  event::Decoder decoder(configuration->catalog, configuration->zone);
  const std::vector<event::Record> records = in_order(broker);
  cel::Arena arena;
  engine::Batch batch;
  batch.frontier = until;
  for (const event::Record& record : records) {
    batch.inputs.push_back(decoder.decode(record, arena));
    if (auto* event = std::get_if<event::Event>(&batch.inputs.back())) event->record = &record;
  }
  engine::Batch rest;
  rest.frontier = from;
  engine.apply(rest);  // a ledger begins with the world, not with its first record
  rest.frontier = until;
  for (bool more = engine.apply(batch).more; more;) more = engine.apply(rest).more;
  return outcome;
}

}  // namespace duban::sim
