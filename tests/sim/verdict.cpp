#include "verdict.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "clean_run.hpp"
#include "core/hash.hpp"
#include "fault_disk.hpp"
#include "life.hpp"
#include "oracle.hpp"

namespace duban::sim {
namespace {

using State = ledger::DeliveryState;

std::unique_ptr<ledger::Ledger> open(const std::string& path) {
  ledger::Options options;
  options.path = path;
  options.own_thread = false;
  return std::make_unique<ledger::Ledger>(options);
}

std::string line(const Said& said) {
  std::string text = Zone::shanghai().format(said.at).substr(0, 19) + ' ' + said.rule + ' ' + said.subject +
                     ' ' + said.stage + " [";
  for (const std::string& who : said.to) text += (text.ends_with('[') ? "" : " ") + who;
  return text + "]";
}

/// Where two texts part.
std::string part(const std::string& one, const std::string& other) {
  const auto at = static_cast<size_t>(
      std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first - one.begin());
  const size_t from = at < 30 ? 0 : at - 30;
  return "'" + one.substr(from, 90) + "' and not '" + other.substr(from, 90) + "'";
}

/// An alert with what became of it.
struct Known {
  Said said;
  std::string item;
  bool dropped = false;
  std::string states{};
  bool refused = false;  // of people: some way of telling somebody was refused
};

class Judge {
 public:
  explicit Judge(const Remains& remains) : world_(remains.plan.world), remains_(remains) {}

  Verdict decide() {
    const int shards = world_.at("shards");
    for (int i = 0; i < shards; ++i) read(*open(ledger_path(i, shards)));
    const bool timely = world_.value("timely", true);
    if (timely && world_.value("kind", "tasks") == "tasks") compare_with_oracle();
    if (timely) compare_with_clean_run();
    said_once();
    for (const auto& [id, alert] : alerts_) look_at(id, alert);
    for (const Receiver& receiver : remains_.receivers) look_at(receiver);
    verdict_.alerts = alerts_.size();
    verdict_.ledgers = hash128(ledgers_).hex();
    return std::move(verdict_);
  }

 private:
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
    for (const ledger::DeadLetter& letter : ledger.dead_letters(100'000))
      if (!stored_.insert(entry(letter)).second) fault("two dead letters of " + entry(letter).first);
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
    Known known{
        {alert.at, ledger.text(alert.rule), json["subject"]["id"], ledger.text(alert.stage), json["to"]},
        alert.item};
    if (!stored_.emplace(alert.id, alert.json).second) fault("two shards have the alert " + alert.id);
    std::map<std::string, int> receipts;
    for (const ledger::Ledger::Attempt& attempt : ledger.attempts(alert.id)) ++receipts[attempt.channel];
    for (const ledger::Ledger::DeliveryStatus& status : ledger.delivery_status(alert.id)) {
      known.states += ' ' + status.channel + ' ' + std::string(ledger::name(status.state));
      known.dropped = known.dropped || status.state == State::dropped;
      if (status.channel == "out")
        check(alert.id, status.state, receipts[status.channel]);
      else
        known.refused = known.refused || status.state == State::rejected;
    }
    alerts_.emplace(alert.id, std::move(known));
  }

  const Receiver& receiver(const std::string& name) const {
    return *std::find_if(remains_.receivers.begin(), remains_.receivers.end(),
                         [&](const Receiver& r) { return r.name == name; });
  }

  /// No receipt without an attempt; nothing counts as delivered that nobody heard.
  void check(const std::string& id, State state, int receipts) {
    const Receiver& out = receiver("out");
    const auto count = [&](const std::map<std::string, int>& of) {
      const auto found = of.find(id);
      return found == of.end() ? 0 : found->second;
    };
    const std::string what = "alert " + id;
    if (state == State::dropped) {
      if (count(out.attempts) > 0) fault(what + " was dropped and sent all the same");
      return;
    }
    if (receipts > count(out.attempts))
      fault(what + " has " + std::to_string(receipts) + " receipts of " +
            std::to_string(count(out.attempts)) + " attempts");
    if (state != State::pending && receipts == 0) fault(what + " was settled without a receipt");
    if (state == State::delivered && count(out.heard) == 0)
      fault(what + " counts as delivered, and nobody heard it");
    if (state == State::rejected && count(out.refused) == 0)
      fault(what + " counts as rejected, and nobody refused it");
    if (state != State::delivered && state != State::rejected)
      fault(what + " was not delivered: " + std::string(ledger::name(state)));
  }

  /// Every record has been read, none beyond the end.
  void look_at(const std::vector<ledger::Position>& positions) {
    for (const Broker::Partition& partition : remains_.broker.partitions()) {
      int64_t next = 0;
      for (const ledger::Position& position : positions)
        if (position.input == partition.input) next = position.next_offset;
      if (next != partition.end())
        fault("partition " + std::to_string(partition.input.partition) + " was read up to " +
              std::to_string(next) + " of " + std::to_string(partition.end()));
    }
  }

  void compare_with_oracle() {
    std::vector<Fact> facts;
    for (const event::Record& record : in_order(remains_.broker))
      facts.push_back({record.at, std::string(record.payload)});
    const std::vector<Said> must = what_must_be_said(world_.at("rules"), facts, remains_.until);
    std::vector<Said> was;
    for (const auto& [id, alert] : alerts_) was.push_back(alert.said);
    std::sort(was.begin(), was.end());
    std::vector<Said> lost, groundless;
    std::set_difference(must.begin(), must.end(), was.begin(), was.end(), std::back_inserter(lost));
    std::set_difference(was.begin(), was.end(), must.begin(), must.end(), std::back_inserter(groundless));
    for (const Said& said : lost) fault("not said: " + line(said));
    for (const Said& said : groundless) fault("said without cause: " + line(said));
  }

  /// One thing has one id.
  void said_once() {
    std::set<std::tuple<std::string, std::string, std::string, Instant>> things;
    for (const auto& [id, alert] : alerts_)
      if (!things.emplace(alert.said.rule, alert.said.subject, alert.item + alert.said.stage, alert.said.at)
               .second)
        fault("said under two ids: " + line(alert.said));
  }

  /// Byte for byte what an undisturbed run of the same records gives.
  void compare_with_clean_run() {
    const Outcome clean = clean_run(remains_.configuration, remains_.broker, remains_.from, remains_.until);
    for (const auto& [id, what] : clean) {
      const auto found = stored_.find(id);
      if (found == stored_.end())
        fault("without faults there would be " + what);
      else if (found->second != what)
        fault("without faults " + (alerts_.contains(id) ? line(alerts_.at(id).said) : id) + " would have " +
              part(what, found->second));
    }
    for (const auto& [id, what] : stored_)
      if (!clean.contains(id)) fault("without faults there would not be " + what);
  }

  /// Dropped is only what passed while nothing ran, as the rule's `missed` says; all else has reached
  /// everybody.
  void look_at(const std::string& id, const Known& alert) {
    if (!alert.dropped) return look_at_people(id, alert);
    if (!world_.value("timely", true)) return;
    const auto passed = [&](const auto& away) {
      return away.first - std::chrono::minutes(1) <= alert.said.at && alert.said.at <= away.second;
    };
    if (std::none_of(remains_.away.begin(), remains_.away.end(), passed))
      fault("dropped although the daemon was there: " + line(alert.said));
    for (const Json& rule : world_.at("rules")) {
      if (rule.at("id") != alert.said.rule) continue;
      const std::string missed = rule.value("missed", "all");
      if (missed == "all") fault("dropped although the rule says missed: all: " + line(alert.said));
      const bool later = std::any_of(alerts_.begin(), alerts_.end(), [&](const auto& other) {
        return other.second.item == alert.item && !other.second.dropped &&
               other.second.said.at >= alert.said.at;
      });
      if (missed == "latest" && !later) fault("dropped although nothing later was said: " + line(alert.said));
    }
  }

  void look_at_people(const std::string& id, const Known& alert) {
    if (!world_.value("people", false) || alert.refused) return;
    for (const std::string& who : alert.said.to) {
      size_t keys = 0;
      for (const char* channel : {"robot", "sms"}) {
        const auto& told = receiver(channel).told;
        const auto person = told.find(who);
        if (person == told.end() || !person->second.contains(id)) continue;
        keys = std::max(keys, person->second.at(id).size());
      }
      if (keys == 0) fault(who + " was never told: " + line(alert.said) + alert.states);
      if (keys > 1) fault(who + " was told under several keys: " + line(alert.said));
    }
  }

  void look_at(const Receiver& receiver) {
    if (receiver.contradictions > 0) fault(receiver.name + " heard one key with two contents");
    for (const auto& [key, times] : receiver.heard)
      if (receiver.name == "out" && !stored_.contains(key))
        fault(receiver.name + " heard " + key + ", which no ledger has");
  }

  const Json& world_;
  const Remains& remains_;
  Verdict verdict_;
  std::map<std::string, Known> alerts_;
  Outcome stored_;
  std::string ledgers_;
};

}  // namespace

Verdict judge(const Remains& remains) { return Judge(remains).decide(); }

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
