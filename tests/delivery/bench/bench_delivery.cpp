// Webhook deliveries a second: dispatcher, webhook channel (CloudEvent, HMAC) and an outbox in memory, beside
// bare libcurl posting the same bytes to the same receiver. The processor time a delivery costs stands beside
// the rate: it says the same on a busy machine too. bench_delivery [alerts] [rounds]
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "delivery/asio_scheduler.hpp"
#include "delivery/bench/bare_posts.hpp"
#include "delivery/bench/sink.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/cloud_event.hpp"
#include "delivery/dispatcher.hpp"
#include "delivery/webhook.hpp"
#include "support/sample_alert.hpp"

using namespace duban;
using namespace duban::delivery;

namespace {

constexpr size_t kConcurrency = 64;

/// Answers on the loop, a little later, as a shard's thread would.
class BenchOutbox final : public Outbox {
 public:
  BenchOutbox(Scheduler& scheduler, size_t alerts) : scheduler_(scheduler) {
    for (size_t i = 0; i < alerts; ++i) {
      ledger::Delivery delivery;
      delivery.id = static_cast<int64_t>(i) + 1;
      delivery.channel = "hook";
      delivery.alert = "5f-" + std::to_string(1'000'000 + i);
      delivery.body = test::alert_json(delivery.alert);
      pending.emplace(delivery.id, std::move(delivery));
    }
  }
  void fetch(Request request, std::function<void(Fetched)> answer) override {
    Fetched fetched;
    fetched.channels = {"hook"};
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
  Scheduler& scheduler_;
};

std::string secret_file() {
  const std::string path = (std::filesystem::temp_directory_path() / "bench-delivery-secret").string();
  std::ofstream(path) << "a secret of thirty-two characters";
  std::filesystem::permissions(path,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  return path;
}

double dispatched(const std::string& url, size_t alerts) {
  asio::io_context loop(1);
  const auto clock = make_system_clock();
  const auto scheduler = make_asio_scheduler(loop);
  BenchOutbox outbox(*scheduler, alerts);
  ChannelSettings settings;
  settings.name = "hook";
  settings.type = "webhook";
  settings.url = url;
  settings.secret_file = secret_file();
  settings.concurrency = kConcurrency;
  std::vector<std::unique_ptr<Channel>> channels;
  channels.push_back(make_channel(settings, {loop, *clock, Zone::shanghai()}).channel);
  Dispatcher dispatcher({&outbox}, std::move(channels), *clock, *scheduler, {});
  const Duration begin = clock->monotonic();
  dispatcher.wake();
  while (!outbox.pending.empty()) loop.run_one();
  return std::chrono::duration<double>(clock->monotonic() - begin).count();
}

double bare(const std::string& url, size_t alerts) {
  const std::string body = structured(*cloud_event(test::alert_message("5f-1000000"), "/duban"));
  return bench::bare_posts(
      url, body,
      {"Content-Type: application/cloudevents+json; charset=utf-8", "User-Agent: duban",
       "Idempotency-Key: 5f-1000000",
       "X-Duban-Signature: " + signature("a secret of thirty-two characters", Instant{}, body)},
      alerts, kConcurrency);
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The rounds of one way of posting.
struct Series {
  const char* name;
  double (*run)(const std::string& url, size_t alerts);
  std::vector<double> rates;         // a second
  std::vector<double> microseconds;  // of the processor, for one

  void round(const std::string& url, size_t alerts) {
    const double before = processor_seconds();
    const double took = run(url, alerts);
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

}  // namespace

int main(int count, char** arguments) {
  const size_t alerts = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 30'000;
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 7;
  const bench::Sink sink = bench::start_sink();
  const std::string url = "http://127.0.0.1:" + std::to_string(sink.port) + "/alerts";
  Series plain{"bare libcurl", &bare, {}, {}}, ours{"dispatcher and webhook", &dispatched, {}, {}};
  for (int round = 0; round < rounds; ++round) {
    plain.round(url, alerts);
    ours.round(url, alerts);
  }
  plain.print();
  ours.print();
  std::printf("ratio: %.2f of the rate, %.2f by processor time (medians of %d rounds of %zu alerts)\n",
              median(ours.rates) / median(plain.rates),
              median(plain.microseconds) / median(ours.microseconds), rounds, alerts);
  kill(sink.process, SIGKILL);
}
