#include "broker.hpp"

#include <utility>

#include "event/cloudevents.hpp"

namespace duban::sim {

/// One process's view: fetches in portions of any size, each partition at its own pace.
class Broker::Connection final : public intake::Source {
 public:
  explicit Connection(Broker& broker) : broker_(broker) {}
  ~Connection() override {
    if (broker_.connection_ == this) broker_.connection_ = nullptr;
  }

  void open(std::function<void(std::vector<event::Input>, std::string)> ready) override {
    ready_ = std::move(ready);
    try_to_open();
  }
  std::string cluster() const override { return "sim"; }
  void start(const std::map<event::Input, intake::Start>& from, intake::Sink& sink) override {
    sink_ = &sink;
    for (Partition& partition : broker_.partitions_) {
      const auto start = from.find(partition.input);
      const bool known = start != from.end();
      int64_t next = known ? start->second.next_offset : partition.first;
      if (next == kEarliest) next = partition.first;
      const bool there = next >= partition.first && next <= partition.end();
      positions_.push_back({next, !there, false, false});
      if (!there)
        later([this, &partition] {
          if (stopped_) return;
          sink_->on_stopped(partition.input,
                            "offset out of range of partition " + std::to_string(partition.input.partition));
        });
    }
    fetch_all();
  }
  void pause(const event::Input& input) override { position(input).paused = true; }
  void resume(const event::Input& input) override {
    position(input).paused = false;
    fetch(static_cast<size_t>(input.partition));
  }
  void ends(std::function<void(std::optional<intake::Ends>)> answer) override {
    later([this, answer = std::move(answer)] {
      if (!broker_.reachable_ || stopped_) return answer(std::nullopt);
      intake::Ends ends;
      for (const Partition& partition : broker_.partitions_)
        ends.next_offset[partition.input] = partition.end();
      answer(ends);
    });
  }
  void hint(const std::vector<std::pair<event::Input, int64_t>>&) override {}
  void stop(Duration, std::function<void()> done) override {
    stopped_ = true;
    later(std::move(done));
  }

  void fetch_all() {
    for (size_t i = 0; i < positions_.size(); ++i) fetch(i);
  }
  void fetch(size_t index) {
    if (stopped_ || index >= positions_.size() || !broker_.reachable_) return;
    Position& position = positions_[index];
    const Partition& partition = broker_.partitions_[index];
    if (position.fetching || position.paused || position.halted || position.next >= partition.end()) return;
    position.fetching = true;
    later([this, index] { deliver(index); });
  }
  void reachable_changed() {
    later([this] {
      if (stopped_) return;
      if (ready_) return try_to_open();
      if (sink_ != nullptr) sink_->on_reachable(broker_.reachable_, "simulated");
      fetch_all();
    });
  }

 private:
  static constexpr int64_t kEarliest = -2;
  struct Position {
    int64_t next = 0;
    bool halted = false;
    bool paused = false;
    bool fetching = false;
  };

  void later(std::function<void()> what) {
    broker_.time_.after(Duration{1 + static_cast<int64_t>(broker_.random_() % 30)}, std::move(what));
  }
  Position& position(const event::Input& input) { return positions_[static_cast<size_t>(input.partition)]; }

  void try_to_open() {
    if (!broker_.reachable_) return;
    later([this] {
      if (!broker_.reachable_ || !ready_) return;
      std::vector<event::Input> inputs;
      for (const Partition& partition : broker_.partitions_) inputs.push_back(partition.input);
      std::exchange(ready_, nullptr)(inputs, {});
    });
  }
  void deliver(size_t index) {
    Position& position = positions_[index];
    position.fetching = false;
    const Partition& partition = broker_.partitions_[index];
    if (stopped_ || !broker_.reachable_ || position.paused) return;
    if (position.next < partition.first) {
      position.halted = true;
      return sink_->on_stopped(partition.input, "retention has run past the reader");
    }
    const int64_t left = partition.end() - position.next;
    const int64_t count = 1 + static_cast<int64_t>(broker_.random_() % static_cast<uint64_t>(left));
    std::vector<event::Record> records;
    for (int64_t i = 0; i < count; ++i, ++position.next) {
      const Stored& stored = partition.records[static_cast<size_t>(position.next)];
      records.push_back(stored.record(partition.input, position.next));
    }
    sink_->on_records(std::move(records));
    fetch(index);
  }

  Broker& broker_;
  std::function<void(std::vector<event::Input>, std::string)> ready_;
  intake::Sink* sink_ = nullptr;
  std::vector<Position> positions_;
  bool stopped_ = false;
};

Broker::Broker(SimTime& time, size_t partitions, uint64_t seed) : time_(time), random_(seed) {
  for (size_t i = 0; i < partitions; ++i) {
    partitions_.emplace_back();
    partitions_.back().input = {"events", static_cast<int32_t>(i)};
  }
}

event::Record Broker::Stored::record(const event::Input& input, int64_t offset) const {
  event::Record record;
  record.input = &input;
  record.offset = offset;
  record.leader_epoch = 1;
  record.at = at;
  record.key = key;
  record.payload = payload;
  if (short_form) record.headers.push_back({event::kShortFormHeader, "1"});
  return record;
}

void Broker::append(size_t index, Stored what) {
  if (!reachable_) {
    waiting_.push_back({index, std::move(what)});
    return;
  }
  const size_t chosen = index % partitions_.size();
  what.at = time_.true_now();
  partitions_[chosen].records.push_back(std::move(what));
  if (connection_ != nullptr) connection_->fetch(chosen);
}

void Broker::set_reachable(bool reachable) {
  if (reachable == std::exchange(reachable_, reachable)) return;
  if (reachable)
    for (Waiting& waiting : std::exchange(waiting_, {})) append(waiting.partition, std::move(waiting.what));
  if (connection_ != nullptr) connection_->reachable_changed();
}

void Broker::truncate(size_t index, int64_t kept) {
  Partition& partition = partitions_[index % partitions_.size()];
  partition.first = std::max(partition.first, partition.end() - kept);
}

std::unique_ptr<intake::Source> Broker::connect() {
  auto connection = std::make_unique<Connection>(*this);
  connection_ = connection.get();
  return connection;
}

}  // namespace duban::sim
