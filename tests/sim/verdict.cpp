#include "verdict.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "core/hash.hpp"
#include "fault_disk.hpp"
#include "life.hpp"
#include "oracle.hpp"

namespace duban::sim {
namespace {

std::unique_ptr<ledger::Ledger> open(const std::string& path) {
  ledger::Options options;
  options.path = path;
  options.own_thread = false;
  return std::make_unique<ledger::Ledger>(options);
}

std::string line(const Said& said) {
  std::string text = Zone::shanghai().format(said.at).substr(0, 16) + ' ' + said.rule + ' ' + said.subject +
                     ' ' + said.stage + " [";
  for (const std::string& who : said.to) text += (text.ends_with('[') ? "" : " ") + who;
  return text + "]";
}

class Judge {
 public:
  Judge(const Plan& plan, const Broker& broker, const std::vector<Receiver>& receivers, Instant until)
      : plan_(plan), broker_(broker), receivers_(receivers), until_(until) {}

  Verdict decide() {
    const int shards = plan_.world.at("shards");
    for (int i = 0; i < shards; ++i) read(*open(ledger_path(i, shards)));
    compare_alerts();
    for (const Receiver& receiver : receivers_) look_at(receiver);
    verdict_.alerts = alerts_.size();
    verdict_.ledgers = hash128(ledgers_).hex();
    return std::move(verdict_);
  }

 private:
  struct Delivered {
    std::string channel;
    ledger::DeliveryState state;
  };

  void fault(const std::string& what) {
    if (verdict_.faults.size() < 20) verdict_.faults.push_back(what);
  }

  void read(ledger::Ledger& ledger) {
    ledger.begin();
    int64_t before = INT64_MAX;
    for (;;) {
      const std::vector<ledger::Alert> page = ledger.alerts_before(before, 500);
      for (const ledger::Alert& alert : page) note(ledger, alert);
      if (page.size() < 500) break;
      before = page.back().sequence;
    }
    for (const ledger::DeadLetter& letter : ledger.dead_letters(100'000)) {
      keys_.insert(letter.topic + '/' + std::to_string(letter.partition) + '/' +
                   std::to_string(letter.offset));
    }
    look_at(ledger.positions());
    std::ostringstream dump;
    ledger.dump(dump);
    ledgers_ += dump.str();
    const ledger::Ledger::Counts counts = ledger.counts();
    if (counts.pending > 0)
      fault(std::to_string(counts.pending) + " deliveries still wait although nothing keeps them");
    if (counts.held > 0) fault(std::to_string(counts.held) + " alerts are still held");
    ledger.rollback();
  }

  void note(ledger::Ledger& ledger, const ledger::Alert& alert) {
    const auto json = nlohmann::json::parse(alert.json);
    Said said{alert.at, ledger.text(alert.rule), json["subject"]["id"], ledger.text(alert.stage), json["to"]};
    if (!alerts_.emplace(alert.id, said).second) fault("two shards have the alert " + alert.id);
    keys_.insert(alert.id);
    std::map<std::string, int> receipts;
    for (const ledger::Ledger::Attempt& attempt : ledger.attempts(alert.id)) ++receipts[attempt.channel];
    for (const ledger::Ledger::DeliveryStatus& status : ledger.delivery_status(alert.id))
      check(alert.id, status, receipts[status.channel]);
  }

  /// No receipt without an attempt; nothing counts as delivered that nobody heard.
  void check(const std::string& id, const ledger::Ledger::DeliveryStatus& status, int receipts) {
    const auto receiver = std::find_if(receivers_.begin(), receivers_.end(),
                                       [&](const Receiver& r) { return r.name == status.channel; });
    if (receiver == receivers_.end()) return fault("a delivery to the unknown channel " + status.channel);
    const auto count = [&](const std::map<std::string, int>& of) {
      const auto found = of.find(id);
      return found == of.end() ? 0 : found->second;
    };
    const std::string what = "alert " + id + " on " + status.channel;
    if (receipts > count(receiver->attempts))
      fault(what + " has " + std::to_string(receipts) + " receipts of " +
            std::to_string(count(receiver->attempts)) + " attempts");
    const bool delivered = status.state == ledger::DeliveryState::delivered;
    if (delivered && count(receiver->heard) == 0) fault(what + " counts as delivered, and nobody heard it");
    if (status.state == ledger::DeliveryState::rejected && count(receiver->refused) == 0)
      fault(what + " counts as rejected, and nobody refused it");
    if (!delivered && status.state != ledger::DeliveryState::rejected &&
        status.state != ledger::DeliveryState::dropped)
      fault(what + " was not delivered: " + std::string(ledger::name(status.state)));
  }

  /// Every record has been read, none beyond the end.
  void look_at(const std::vector<ledger::Position>& positions) {
    for (const Broker::Partition& partition : broker_.partitions()) {
      int64_t next = 0;
      for (const ledger::Position& position : positions)
        if (position.input == partition.input) next = position.next_offset;
      if (next != partition.end())
        fault("partition " + std::to_string(partition.input.partition) + " was read up to " +
              std::to_string(next) + " of " + std::to_string(partition.end()));
    }
  }

  void compare_alerts() {
    std::vector<std::tuple<Instant, int32_t, int64_t, Fact>> records;
    for (const Broker::Partition& partition : broker_.partitions())
      for (int64_t i = 0; i < partition.end(); ++i) {
        const Broker::Stored& stored = partition.records[static_cast<size_t>(i)];
        records.emplace_back(stored.at, partition.input.partition, i, Fact{stored.at, stored.payload});
      }
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
      return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
             std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
    });
    std::vector<Fact> facts;
    for (auto& record : records) facts.push_back(std::move(std::get<3>(record)));
    const std::vector<Said> must = what_must_be_said(plan_.world.at("rules"), facts, until_);
    std::vector<Said> was;
    for (const auto& [id, said] : alerts_) was.push_back(said);
    std::sort(was.begin(), was.end());
    std::vector<Said> lost, groundless;
    std::set_difference(must.begin(), must.end(), was.begin(), was.end(), std::back_inserter(lost));
    std::set_difference(was.begin(), was.end(), must.begin(), must.end(), std::back_inserter(groundless));
    for (const Said& said : lost) fault("not said: " + line(said));
    for (const Said& said : groundless) fault("said without cause: " + line(said));
  }

  void look_at(const Receiver& receiver) {
    if (receiver.contradictions > 0) fault(receiver.name + " heard one key with two contents");
    for (const auto& [key, times] : receiver.heard)
      if (receiver.name == "out" && !keys_.contains(key))
        fault(receiver.name + " heard " + key + ", which no ledger has");
  }

  const Plan& plan_;
  const Broker& broker_;
  const std::vector<Receiver>& receivers_;
  Instant until_;
  Verdict verdict_;
  std::map<std::string, Said> alerts_;
  std::set<std::string> keys_;
  std::string ledgers_;
};

}  // namespace

Verdict judge(const Plan& plan, const Broker& broker, const std::vector<Receiver>& receivers, Instant until) {
  return Judge(plan, broker, receivers, until).decide();
}

std::vector<std::string> lost_after_crash(int shards, const std::set<std::string>& sent) {
  std::set<std::string> missing;
  for (const std::string& text : sent)
    if (text.starts_with("out ")) missing.insert(text.substr(4, text.find(' ', 4) - 4));
  if (missing.empty()) return {};
  constexpr const char* kCopy = "/copy.db";
  FaultDisk& disk = FaultDisk::instance();
  for (int i = 0; i < shards; ++i) {
    if (!disk.find(ledger_path(i, shards))) continue;
    disk.copy(ledger_path(i, shards), kCopy);
    {
      const auto ledger = open(kCopy);
      std::erase_if(missing, [&](const std::string& id) { return ledger->alert(id).has_value(); });
    }
    disk.remove(kCopy);
  }
  std::vector<std::string> faults;
  for (const std::string& id : missing) faults.push_back("sent before the crash and gone after it: " + id);
  return faults;
}

}  // namespace duban::sim
