// Events per second from a broker to the ledger: the bare libraries, then the daemon, on the same records.
//
//   bench_pipeline [EVENTS] [HAZARDS]
//
// The broker is librdkafka's mock cluster in a process of its own. `bare` does the same I/O without rules:
// librdkafka batches, simdjson, and in SQLite what any system that forgets nothing has to write for an event:
// the hazard's row, its earliest instant, one append to the history, the offsets, in one transaction; WAL,
// synchronous=FULL, batches of 5,000. What it knows of a hazard it looks up and reads there, once a batch,
// for its memory has to stay flat as well. `daemon` is the whole daemon with the shipped rules.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "app/daemon.hpp"
#include "bare_pipeline.hpp"
#include "bench_events.hpp"
#include "core/limits.hpp"
#include "intake/embedded_broker.hpp"
#include "intake/kafka_source.hpp"

using namespace duban;

namespace {

constexpr const char* kTopic = "bench";
constexpr int kPartitions = 12;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Of this process and all its threads, in seconds.
double processor_time() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Prints a line about `run`, which gives its seconds; returns them.
template <typename Run>
double measure(const char* name, size_t count, Run run) {
  const double before = processor_time();
  const double seconds = run();
  const auto n = static_cast<double>(count);
  fmt::print("{:<12} {:>9.0f} events/s, {:>5.1f} us of the processor each\n", name, n / seconds,
             1e6 * (processor_time() - before) / n);
  return seconds;
}

/// A process that holds the broker; ends with this object.
class BrokerProcess {
 public:
  BrokerProcess(size_t events, size_t hazards) {
    int channel[2];
    if (pipe(channel) != 0) throw std::runtime_error("pipe");
    child_ = fork();
    if (child_ == 0) serve(channel[1], events, hazards);
    close(channel[1]);
    char buffer[64] = {};
    if (read(channel[0], buffer, sizeof buffer - 1) <= 0)
      throw std::runtime_error("the broker did not start");
    close(channel[0]);
    bootstrap = buffer;
  }
  ~BrokerProcess() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;
  std::string bootstrap;

 private:
  [[noreturn]] static void serve(int out, size_t count, size_t hazards) {
    intake::EmbeddedBroker broker({{kTopic, kPartitions}});
    const Instant from = Zone::shanghai().parse("2026-03-01T08:00").value();
    for (const bench::BenchEvent& event :
         bench::bench_events(count, hazards, from, std::chrono::hours(24), 1))
      broker.produce(
          {kTopic, event.key, event.json, {{"content-type", "application/cloudevents+json"}}, event.at, -1});
    broker.flush(std::chrono::minutes(2));
    if (write(out, broker.bootstrap().data(), broker.bootstrap().size()) < 0) _exit(1);
    for (;;) pause();
  }
  pid_t child_ = 0;
};

double run_daemon(const std::string& bootstrap, size_t count, const std::string& store) {
  Diagnostics findings;
  app::Loaded loaded = app::load_all(DUBAN_SOURCE_DIR "/config/duban.yaml", findings);
  if (!loaded.configuration) throw std::runtime_error(findings.text());
  loaded.settings.store_directory = store;
  loaded.settings.channels.clear();
  loaded.settings.dead_letter_topic.clear();
  loaded.settings.directory_file.clear();
  log::start(log::Level::warning);
  asio::io_context loop(1);
  const auto clock = make_system_clock();
  intake::KafkaOptions kafka;
  kafka.topics = {kTopic};
  kafka.properties = {{"bootstrap.servers", bootstrap}, {"group.id", "duban"}, {"fetch.wait.max.ms", "5"}};
  std::string error;
  auto source = intake::make_kafka_source(loop, std::move(kafka), error);
  if (!source) throw std::runtime_error(error);
  app::DaemonOptions options;
  options.own_channels = [] { return std::vector<std::unique_ptr<delivery::Channel>>{}; };
  app::Daemon daemon(loop, *clock, std::move(loaded), std::move(source), std::move(options));
  std::chrono::steady_clock::time_point begin;
  double seconds = 0;
  daemon.on_ready = [&] { begin = std::chrono::steady_clock::now(); };
  asio::steady_timer poll(loop);
  std::function<void()> watch = [&] {
    poll.expires_after(std::chrono::milliseconds(5));
    poll.async_wait([&](asio::error_code) {
      if (daemon.state().events < count) return watch();
      seconds = seconds_since(begin);
      daemon.stop();
    });
  };
  watch();
  daemon.start([&](int code) {
    if (code != 0) throw std::runtime_error("the daemon ended with " + std::to_string(code));
    loop.stop();
  });
  loop.run();
  if (daemon.state().dead_letters > 0) throw std::runtime_error("events were refused");
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400'000;
  const size_t hazards = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const auto folder = std::filesystem::temp_directory_path() / ("duban-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  try {
    const BrokerProcess broker(count, hazards);
    const double bare = measure("bare stack", count, [&] {
      return bench::run_bare(broker.bootstrap, kTopic, kPartitions, count, (folder / "bare.db").string());
    });
    const double whole = measure(
        "daemon", count, [&] { return run_daemon(broker.bootstrap, count, (folder / "ledger").string()); });
    fmt::print("ratio        {:>9.2f}\n", bare / whole);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "bench_pipeline: {}\n", failure.what());
    std::filesystem::remove_all(folder);
    return 1;
  }
  std::filesystem::remove_all(folder);
}
