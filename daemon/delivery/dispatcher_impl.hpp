// The dispatcher's inside: dispatcher.cpp asks the outboxes, dispatcher_sending.cpp sends and settles.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "delivery/backoff.hpp"
#include "delivery/box.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/failure_log.hpp"
#include "delivery/lane.hpp"
#include "delivery/pacer.hpp"

namespace duban::delivery {

using LanePtr = std::shared_ptr<Lane>;

struct Dispatcher::Impl : std::enable_shared_from_this<Impl> {
  Impl(const Clock& c, Scheduler& s, DispatcherOptions o)
      : clock(c), scheduler(s), options(std::move(o)), backoff(options.first_retry, options.seed) {}

  const Clock& clock;
  Scheduler& scheduler;
  DispatcherOptions options;
  Backoff backoff;
  std::vector<Box> boxes;
  std::map<std::string, LanePtr> lanes;
  std::map<std::string, Counts> counts;
  std::map<std::string, FailureLog> failures;
  std::map<std::string, Pacer> pacers;
  std::map<std::string, Rate> rates;
  std::set<std::string> unknown;  // without a lane, as of the last answers
  std::set<std::string> said;     // of these, complained about
  bool wake_posted = false;
  Duration timer_at = Duration::max();
  bool stopping = false;
  bool retiring = false;      // not all channels have been told to close
  std::set<LanePtr> closing;  // whose channels have not yet said `closed`
  std::function<void()> stopped;

  void install(std::vector<std::unique_ptr<Channel>> channels);
  void retire(const LanePtr& lane, Duration limit);
  void wake();
  void fetch_all();
  void fetch(size_t box);
  void take_answer(size_t box, const Request& request, Fetched fetched);
  std::vector<ledger::SentWanted> unknown_sends(Box& box);
  void remember_sent(const std::vector<ledger::SentWanted>& wanted, const Fetched& fetched);
  Duration next_fetch() const;
  Duration next_free() const;
  void complain_about(const std::vector<std::string>& channels);
  void pump_all();
  void pump(const LanePtr& lane);
  void send(const LanePtr& lane, Lane::Taken taken);
  void take_outcome(const LanePtr& lane, const Sent& sent, Outcome outcome);
  Instant next_attempt(Lane& lane, const Sent& sent, const Outcome& outcome);
  void note_people(Box& box, const Outcome& outcome);
  void note_answer(Lane& lane, const Sent& sent, const Outcome& outcome);
  void settle(size_t box);
  void take_stored(size_t box, const std::vector<ledger::Receipt>& receipts);
  void arm();
  void finish_if_idle();
  void finish();
};

}  // namespace duban::delivery
