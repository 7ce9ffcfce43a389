#include "journal.hpp"

#include <algorithm>
#include <sstream>

#include "engine/slices.hpp"
#include "event/cloudevents.hpp"

namespace duban::test {
namespace {

const event::Input kInput{"events", 0};

event::Record record_of(const Line& line, int64_t offset) {
  event::Record record;
  record.input = &kInput;
  record.offset = offset;
  record.at = line.at;
  record.payload = line.payload;
  record.headers.push_back({event::kShortFormHeader, "1"});
  return record;
}

class OneShard {
 public:
  OneShard(std::shared_ptr<const rule::Configuration> configuration, int index, const Run& run)
      : configuration_(std::move(configuration)),
        index_(index),
        run_(run),
        decoder_(configuration_->catalog, configuration_->zone) {
    open();
  }

  void feed(const std::vector<Line>& lines, size_t begin, size_t end, Instant frontier) {
    apply(lines, begin, end, frontier);
    if (!run_.restarts) return;
    open();
    apply(lines, begin, end, frontier);
  }

  std::string dump() {
    std::ostringstream out;
    ledger_->dump(out);
    return out.str();
  }

 private:
  void open() {
    engine_.reset();
    ledger_.reset();
    ledger::Options storage;
    storage.path = run_.path == ":memory:" ? run_.path : run_.path + "." + std::to_string(index_);
    ledger_ = std::make_unique<ledger::Ledger>(storage);
    engine::Options options;
    options.ownership = {index_, run_.shards};
    options.on_alert = [this](const ledger::Alert&) {
      if (run_.on_alert) run_.on_alert(alerts_++);
    };
    engine_ = std::make_unique<engine::Engine>(*ledger_, configuration_, std::move(options));
  }

  void apply(const std::vector<Line>& lines, size_t begin, size_t end, Instant frontier) {
    cel::Arena arena;
    std::vector<event::Record> records;
    records.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) records.push_back(record_of(lines[i], static_cast<int64_t>(i)));
    engine::Batch batch;
    batch.frontier = frontier;
    batch.positions = {{kInput, static_cast<int64_t>(end), -1, {}}};
    const engine::Ownership ownership{index_, run_.shards};
    for (const event::Record& record : records) {
      event::Decoded decoded = decoder_.decode(record, arena);
      const auto* event = std::get_if<event::Event>(&decoded);
      if (event != nullptr ? engine::concerns(*configuration_, *event, ownership) : index_ == 0)
        batch.inputs.push_back(std::move(decoded));
    }
    bool more = apply_until_it_stands(batch).more;
    while (more) {
      engine::Batch ticks;
      ticks.frontier = frontier;
      more = apply_until_it_stands(ticks).more;
    }
  }

  /// After a failure of the storage the same batch is applied again.
  engine::Applied apply_until_it_stands(const engine::Batch& batch) {
    for (;;) {
      try {
        return engine_->apply(batch);
      } catch (const ledger::StorageError&) {
      }
    }
  }

  std::shared_ptr<const rule::Configuration> configuration_;
  int index_;
  const Run& run_;
  event::Decoder decoder_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<engine::Engine> engine_;
  size_t alerts_ = 0;
};

}  // namespace

std::vector<std::string> play(const std::shared_ptr<const rule::Configuration>& configuration,
                              const std::vector<Line>& records, Instant end, const Run& run) {
  std::vector<std::string> dumps;
  for (int index = 0; index < run.shards; ++index) {
    OneShard shard(configuration, index, run);
    for (size_t begin = 0; begin < records.size();) {
      const size_t stop = begin + std::min(run.batch, records.size() - begin);
      // At the next record's instant its event comes before the ticks.
      const Instant frontier = stop == records.size() ? end : records[stop].at - Duration{1};
      shard.feed(records, begin, stop, frontier);
      begin = stop;
    }
    dumps.push_back(shard.dump());
  }
  return dumps;
}

std::vector<std::string> entries(const std::vector<std::string>& dumps, const std::string& word) {
  std::vector<std::string> out;
  for (const std::string& dump : dumps) {
    std::istringstream lines(dump);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(' ')) inside = line.starts_with(word + ' ');
      if (!inside) continue;
      if (line.starts_with(' '))
        out.back() += '\n' + line;
      else
        out.push_back(line);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

SmallSlices::SmallSlices(size_t ticks, size_t subjects) { engine::slices() = {ticks, subjects}; }
SmallSlices::~SmallSlices() { engine::slices() = {}; }

}  // namespace duban::test
