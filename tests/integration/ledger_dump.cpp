// What is in the ledgers of a store, for tests: `content` is Ledger::dump of each shard, `counts` one JSON
// line with the sums. Reads a snapshot beside a running daemon.
#include <algorithm>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/store_files.hpp"
#include "ledger/ledger.hpp"

namespace {

using duban::ledger::Ledger;

void add(nlohmann::json& sum, const char* name, int64_t count) {
  sum[name] = sum.value(name, int64_t{0}) + count;
}

/// Positions are the lowest of all shards: from there a restart reads on.
void add_counts(nlohmann::json& sum, Ledger& ledger) {
  const Ledger::Counts counts = ledger.counts();
  add(sum, "open_items", counts.open_items);
  add(sum, "alerts", counts.alerts);
  add(sum, "pending", counts.pending);
  add(sum, "held", counts.held);
  add(sum, "rejected", counts.rejected);
  add(sum, "dead_letters", counts.dead_letters);
  add(sum, "entities", counts.entities);
  for (const duban::ledger::Position& position : ledger.positions()) {
    const std::string input = position.input.topic + "/" + std::to_string(position.input.partition);
    auto& known = sum["positions"][input];
    known = known.is_null() ? position.next_offset : std::min(known.get<int64_t>(), position.next_offset);
  }
}

int run(const std::string& command, const std::string& store) {
  std::string error;
  const auto files = duban::app::store_files(store, error);
  if (files.empty()) throw std::runtime_error(error);
  nlohmann::json sum{{"positions", nlohmann::json::object()}};
  for (const duban::app::StoreFile& file : files) {
    duban::ledger::Options options;
    options.path = file.path;
    options.read_only = true;
    Ledger ledger(options);
    ledger.begin();
    if (command == "content")
      ledger.dump(std::cout);
    else
      add_counts(sum, ledger);
    ledger.commit();
  }
  if (command == "counts") std::cout << sum << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || (std::strcmp(argv[1], "content") != 0 && std::strcmp(argv[1], "counts") != 0)) {
    std::cerr << "usage: ledger_dump content|counts STORE\n";
    return 2;
  }
  try {
    return run(argv[1], argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "ledger_dump: " << error.what() << '\n';
    return 1;
  }
}
