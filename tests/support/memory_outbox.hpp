// An outbox in memory that behaves like a ledger on another thread: what is asked is done later, in order,
// and answered then. What is stored survives crash().
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "delivery/dispatcher.hpp"
#include "ledger/rows.hpp"

namespace duban::test {

class MemoryOutbox final : public delivery::Outbox {
 public:
  struct Row {
    ledger::Delivery delivery;
    ledger::DeliveryState state = ledger::DeliveryState::pending;
    std::vector<ledger::Receipt> receipts;
  };

  MemoryOutbox(delivery::Scheduler& scheduler, Duration latency)
      : scheduler_(&scheduler), latency_(latency) {}

  int64_t add(std::string channel, Instant at, uint8_t severity = 0, std::string body = "{}") {
    const int64_t id = static_cast<int64_t>(rows.size()) + 1;
    ledger::Delivery delivery;
    delivery.id = id;
    delivery.channel = std::move(channel);
    delivery.alert = "alert-" + std::to_string(id);
    delivery.at = delivery.next = at;
    delivery.severity = severity;
    delivery.body = std::move(body);
    rows[id].delivery = std::move(delivery);
    return id;
  }

  void fetch(delivery::Request request, std::function<void(delivery::Fetched)> answer) override {
    ++fetches;
    if (disk_full) return scheduler_->after(latency_, [answer = std::move(answer)] { answer({}); });
    scheduler_->after(latency_ / 2, [this, request = std::move(request), answer = std::move(answer)] {
      scheduler_->after(latency_ - latency_ / 2, [answer, fetched = read(request)] { answer(fetched); });
    });
  }
  void settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) override {
    scheduler_->after(latency_ / 2, [this, receipts = std::move(receipts), stored = std::move(stored)] {
      const bool works = !disk_full;
      if (works) store(receipts);
      scheduler_->after(latency_ - latency_ / 2, [stored, works] { stored(works); });
    });
  }

  size_t count(ledger::DeliveryState state) const {
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [state](auto& row) { return row.second.state == state; }));
  }

  std::map<int64_t, Row> rows;
  size_t fetches = 0;
  bool disk_full = false;

 private:
  delivery::Fetched read(const delivery::Request& request) const {
    delivery::Fetched fetched;
    for (const auto& [id, row] : rows) {
      if (row.state != ledger::DeliveryState::pending) continue;
      if (std::find(fetched.channels.begin(), fetched.channels.end(), row.delivery.channel) ==
          fetched.channels.end()) {
        fetched.channels.push_back(row.delivery.channel);
      }
    }
    for (const ledger::ChannelRoom& room : request.rooms) read_channel(request, room, fetched);
    return fetched;
  }
  void read_channel(const delivery::Request& request, const ledger::ChannelRoom& room,
                    delivery::Fetched& fetched) const {
    std::vector<const ledger::Delivery*> due;
    for (const auto& [id, row] : rows) {
      if (row.state != ledger::DeliveryState::pending || row.delivery.channel != room.channel) continue;
      if (row.delivery.next > request.now) {
        fetched.next = std::min(fetched.next, row.delivery.next);
      } else if (!request.in_flight.contains(id)) {
        due.push_back(&row.delivery);
      }
    }
    std::stable_sort(due.begin(), due.end(), [](auto* a, auto* b) {
      return a->severity != b->severity ? a->severity > b->severity : a->next < b->next;
    });
    due.resize(std::min(due.size(), room.room));
    for (const ledger::Delivery* delivery : due) fetched.deliveries.push_back(*delivery);
  }
  void store(const std::vector<ledger::Receipt>& receipts) {
    for (const ledger::Receipt& receipt : receipts) {
      Row& row = rows.at(receipt.delivery);
      row.receipts.push_back(receipt);
      row.state = receipt.state;
      row.delivery.next = receipt.next;
      ++row.delivery.attempts;
    }
  }

  delivery::Scheduler* scheduler_;
  Duration latency_;
};

}  // namespace duban::test
