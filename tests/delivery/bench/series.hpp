// An outbox in memory, and the rounds of one way of sending with their rates and their processor time.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "delivery/dispatcher.hpp"
#include "support/sample_alert.hpp"

namespace duban::bench {

/// Answers on the loop, a little later, as a shard's thread would.
class BenchOutbox final : public delivery::Outbox {
 public:
  BenchOutbox(delivery::Scheduler& scheduler, std::string channel, size_t alerts)
      : scheduler_(scheduler), channel_(std::move(channel)) {
    for (size_t i = 0; i < alerts; ++i) {
      ledger::Delivery delivery;
      delivery.id = static_cast<int64_t>(i) + 1;
      delivery.channel = channel_;
      delivery.alert = "5f-" + std::to_string(1'000'000 + i);
      delivery.body = test::alert_json(delivery.alert);
      pending.emplace(delivery.id, std::move(delivery));
    }
  }
  void fetch(delivery::Request request, std::function<void(delivery::Fetched)> answer) override {
    delivery::Fetched fetched;
    fetched.channels = {channel_};
    const size_t room = request.rooms.empty() ? 0 : request.rooms[0].room;
    for (auto it = pending.begin(); it != pending.end() && fetched.deliveries.size() < room; ++it) {
      if (!request.in_flight.contains(it->first)) fetched.deliveries.push_back(it->second);
    }
    scheduler_.after(Duration{0},
                     [answer = std::move(answer), fetched = std::move(fetched)] { answer(fetched); });
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    for (const ledger::Receipt& receipt : receipts) {
      if (receipt.state == ledger::DeliveryState::delivered) pending.erase(receipt.delivery);
    }
    scheduler_.after(Duration{1}, [stored = std::move(stored)] { stored(true); });
  }

  std::map<int64_t, ledger::Delivery> pending;

 private:
  delivery::Scheduler& scheduler_;
  std::string channel_;
};

inline double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Series {
  const char* name;
  std::function<double(size_t alerts)> run;  // seconds
  std::vector<double> rates{};               // a second
  std::vector<double> microseconds{};        // of the processor, for one

  void round(size_t alerts) {
    const double before = processor_seconds();
    const double took = run(alerts);
    rates.push_back(static_cast<double>(alerts) / took);
    microseconds.push_back((processor_seconds() - before) * 1e6 / static_cast<double>(alerts));
  }
  void print() const {
    std::printf("%-24s %7.0f/s   %5.1f us of the processor each   (", name, median(rates),
                median(microseconds));
    for (const double rate : rates) std::printf(" %.0f", rate);
    std::printf(" )\n");
  }
};

/// Rounds of both in turn, and the second's part of the first.
inline void compare(Series plain, Series ours, size_t alerts, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    plain.round(alerts);
    ours.round(alerts);
  }
  plain.print();
  ours.print();
  std::printf("ratio: %.2f of the rate, %.2f by processor time (medians of %d rounds of %zu alerts)\n",
              median(ours.rates) / median(plain.rates),
              median(plain.microseconds) / median(ours.microseconds), rounds, alerts);
}

}  // namespace duban::bench
