#include "app/command_demo.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdio>
#include <iostream>

#include "app/daemon.hpp"
#include "app/demo_data.hpp"
#include "app/exit_codes.hpp"
#include "app/signals.hpp"
#include "app/temporary_folder.hpp"
#include "core/log.hpp"
#include "delivery/console.hpp"
#include "intake/embedded_broker.hpp"
#include "intake/kafka_source.hpp"

namespace duban::app {
namespace {

constexpr Duration kFrame{40};                   // between two steps of the virtual clock
constexpr Duration kLongestStep{3'600 * 1'000};  // so far the clock is ahead of what the daemon has done
// The clock begins in the morning of the first day: at midnight the holiday before it would not be over.
constexpr TimeOfDay kBegin{6 * 3'600};

/// The console channel, with the progress line taken away before an alert is printed over it.
class DemoConsole final : public delivery::Channel {
 public:
  DemoConsole(std::string name, Zone zone, bool terminal)
      : name_(std::move(name)), zone_(std::move(zone)), terminal_(terminal) {}
  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return 64; }
  void send(delivery::Message message, std::function<void(delivery::Outcome)> done) override {
    fmt::print("{}{}\n", terminal_ ? "\r\033[K" : "", delivery::console_line(message.body, zone_, terminal_));
    done({delivery::Outcome::Kind::delivered, "printed", Duration{0}});
  }
  void close(Duration, std::function<void()> closed) override {
    std::fflush(stdout);
    closed();
  }

 private:
  std::string name_;
  Zone zone_;
  bool terminal_;
};

/// Plays the year: moves the clock, produces what has happened by then, shows how far it is.
class Play {
 public:
  Play(asio::io_context& loop, const DemoArguments& arguments, std::vector<DemoEvent> events, Zone zone,
       intake::EmbeddedBroker& broker, VirtualClock& clock, const Clock& real)
      : arguments_(arguments),
        events_(std::move(events)),
        zone_(std::move(zone)),
        broker_(broker),
        clock_(clock),
        real_(real),
        timer_(loop),
        from_(clock.now()),
        until_(zone_.instant(zone_.date(from_) + arguments.days, TimeOfDay{0})) {}

  void start(Daemon& daemon) {
    daemon_ = &daemon;
    started_ = real_.monotonic();
    step();
  }
  void stop() { timer_.cancel(); }
  std::string summary() const {
    const PumpState& state = daemon_->state();
    return fmt::format("{} 事件 {},提醒 {},重复 {},退回 {}", zone_.date(clock_.now()).str(), produced_,
                       state.alerts, state.duplicates, state.dead_letters);
  }

 private:
  /// The clock waits for the daemon if that cannot keep up: what was late would be told as missed.
  void step() {
    const double days =
        std::chrono::duration<double>(real_.monotonic() - started_).count() * arguments_.speed;
    const Instant wished = std::min(until_, from_ + Duration{static_cast<int64_t>(days * 86'400'000.0)});
    const Instant now = std::max(clock_.now(), std::min(wished, daemon_->state().settled + kLongestStep));
    for (; produced_ < events_.size() && events_[produced_].at <= now; ++produced_) {
      const DemoEvent& event = events_[produced_];
      broker_.produce({std::string(event.topic),
                       event.key,
                       event.json,
                       {{"content-type", "application/cloudevents+json"}},
                       event.at,
                       -1});
    }
    broker_.flush();
    clock_.set(now);
    daemon_->wake();
    if (arguments_.progress && real_.monotonic() - shown_ >= 5 * kFrame) {
      shown_ = real_.monotonic();
      fmt::print(stderr, "\r\033[K{}", summary());
    }
    if (now >= until_ && daemon_->state().settled >= until_) return daemon_->stop();
    timer_.expires_after(now < wished ? Duration{1} : kFrame);
    timer_.async_wait([this](asio::error_code cancelled) {
      if (!cancelled) step();
    });
  }

  const DemoArguments& arguments_;
  std::vector<DemoEvent> events_;
  Zone zone_;
  intake::EmbeddedBroker& broker_;
  VirtualClock& clock_;
  const Clock& real_;
  asio::steady_timer timer_;
  Instant from_;
  Instant until_;
  Daemon* daemon_ = nullptr;
  Duration started_{};
  size_t produced_ = 0;
  Duration shown_{};  // when the progress was last shown
};

/// The configured rules, catalog and units; the broker, the ledger and the channel are the demo's own.
void make_demo(Settings& settings, const std::string& store, const intake::EmbeddedBroker& broker) {
  settings.store_directory = store;
  settings.kafka = {{"bootstrap.servers", broker.bootstrap()}, {"group.id", "duban-demo"}};
  for (const auto& [name, value] : broker.consumer_properties()) settings.kafka[name] = value;
  settings.kafka_secret_files.clear();
  settings.channels.clear();
  settings.sources.channels = {"screen"};
  settings.http = {};
  settings.sources.routes_file.clear();
}

int play(const DemoArguments& arguments, Loaded loaded, std::vector<DemoEvent> events,
         intake::EmbeddedBroker& broker) {
  const Zone zone = loaded.configuration->zone;
  VirtualClock clock(zone.instant(zone.date(events.front().at), kBegin));
  const auto real = make_system_clock();
  asio::io_context loop(1);
  intake::KafkaOptions kafka;
  kafka.topics = loaded.settings.topics;
  kafka.properties = loaded.settings.kafka;
  kafka.ends_pause = Duration{0};  // the broker is our own, and virtual time waits for each answer
  std::string error;
  auto source = intake::make_kafka_source(loop, std::move(kafka), error);
  if (!source) throw std::runtime_error(error);
  DaemonOptions options;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  options.own_channels = [zone, terminal] {
    std::vector<std::unique_ptr<delivery::Channel>> channels;
    channels.push_back(std::make_unique<DemoConsole>("screen", zone, terminal));
    return channels;
  };
  int code = kInternal;
  Play play(loop, arguments, std::move(events), zone, broker, clock, *real);
  Daemon daemon(loop, clock, std::move(loaded), std::move(source), std::move(options));
  Signals signals(loop);
  signals.on_stop = [&] { daemon.stop(); };
  daemon.on_ready = [&] { play.start(daemon); };
  daemon.start([&](int ended) {
    code = ended;
    play.stop();
    signals.close();
    loop.stop();
  });
  loop.run();
  std::fflush(stdout);
  fmt::print(stderr, "{}{}\n", arguments.progress ? "\r\033[K" : "", play.summary());
  return code;
}

}  // namespace

int demo_command(const DemoArguments& arguments) {
  Diagnostics findings;
  Settings settings = load_settings(arguments.config, findings);
  if (findings.has_errors()) {
    std::cerr << findings.text();
    return kConfiguration;
  }
  log::start(log::Level::warning);
  const TemporaryFolder folder("demo");
  std::vector<intake::EmbeddedBroker::Topic> topics;
  for (const std::string& topic : settings.topics) topics.push_back({topic, 2});
  if (!settings.dead_letter_topic.empty()) topics.push_back({settings.dead_letter_topic, 1});
  intake::EmbeddedBroker broker(topics);
  make_demo(settings, folder.path(), broker);
  Loaded loaded{std::move(settings), nullptr};
  loaded.configuration = rule::load(loaded.settings.sources, findings);
  if (!loaded.configuration) {
    std::cerr << findings.text();
    return kConfiguration;
  }
  DemoPlan plan;
  plan.seed = arguments.seed;
  std::vector<DemoEvent> events = demo_year(plan, *loaded.configuration->calendar);
  fmt::print(stderr,
             "broker {} · {} events of {} hazards and {} inspections · {} days a second · Ctrl-C ends it\n",
             broker.bootstrap(), events.size(), plan.hazards, plan.inspections, arguments.speed);
  return play(arguments, std::move(loaded), std::move(events), broker);
}

}  // namespace duban::app
