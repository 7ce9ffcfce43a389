// Webhook and mail deliveries a second: dispatcher, channel (CloudEvent and HMAC; MIME) and an outbox in
// memory, beside bare libcurl sending the same bytes to the same receiver. The processor time a delivery
// costs stands beside the rate: it says the same on a busy machine too. bench_delivery [alerts] [rounds]
#include <signal.h>

#include <asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "delivery/asio_scheduler.hpp"
#include "delivery/bench/bare_posts.hpp"
#include "delivery/bench/series.hpp"
#include "delivery/bench/sink.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/cloud_event.hpp"
#include "delivery/mail.hpp"
#include "delivery/webhook.hpp"

using namespace duban;
using namespace duban::delivery;

namespace {

constexpr size_t kConcurrency = 64;

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
  bench::BenchOutbox outbox(*scheduler, "hook", alerts);
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

/// A message as the webhook's, to one person.
constexpr const char* kTo = "officer@example.org";

class MailScene {
 public:
  explicit MailScene(unsigned short port) : url_("smtp://127.0.0.1:" + std::to_string(port)) {}

  double bare(size_t alerts) const {
    Mail mail;
    mail.from = "duban@example.org";
    mail.from_name = "督办";
    mail.to = kTo;
    mail.key = "5f-1000000";
    mail.reading = reading_of(test::alert_message("5f-1000000"));
    return bench::bare_mails(url_, mail.from, kTo, mail_text(mail, Zone::shanghai()), alerts);
  }

  double dispatched(size_t alerts) const {
    asio::io_context loop(1);
    const auto clock = make_system_clock();
    const auto scheduler = make_asio_scheduler(loop);
    bench::BenchOutbox outbox(*scheduler, "mail", alerts);
    ChannelSettings settings;
    settings.name = "mail";
    settings.type = "smtp";
    settings.url = url_;
    settings.tls = "none";
    settings.from = "duban@example.org";
    std::vector<std::unique_ptr<Channel>> channels;
    channels.push_back(
        std::make_unique<ToOnePerson>(make_channel(settings, {loop, *clock, Zone::shanghai()}).channel));
    Dispatcher dispatcher({&outbox}, std::move(channels), *clock, *scheduler, {});
    const Duration begin = clock->monotonic();
    dispatcher.wake();
    while (!outbox.pending.empty()) loop.run_one();
    return std::chrono::duration<double>(clock->monotonic() - begin).count();
  }

 private:
  /// What routing does: the message knows whom it is for.
  class ToOnePerson final : public Channel {
   public:
    explicit ToOnePerson(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}
    const std::string& name() const override { return channel_->name(); }
    size_t concurrency() const override { return channel_->concurrency(); }
    void send(Message message, std::function<void(Outcome)> done) override {
      message.to = {{"E-1/officer", "王小明", "", kTo, ""}};
      channel_->send(std::move(message), std::move(done));
    }
    void close(Duration limit, std::function<void()> closed) override {
      channel_->close(limit, std::move(closed));
    }

   private:
    std::unique_ptr<Channel> channel_;
  };

  std::string url_;
};

}  // namespace

int main(int count, char** arguments) {
  const size_t alerts = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 30'000;
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 7;
  const bench::Sink sink = bench::start_sink();
  const bench::Sink mail_sink = bench::start_mail_sink();
  const std::string url = "http://127.0.0.1:" + std::to_string(sink.port) + "/alerts";
  bench::compare({"bare libcurl", [&url](size_t n) { return bare(url, n); }},
                 {"dispatcher and webhook", [&url](size_t n) { return dispatched(url, n); }}, alerts, rounds);
  const MailScene mail(mail_sink.port);
  bench::compare({"bare libcurl, mails", [&mail](size_t n) { return mail.bare(n); }},
                 {"dispatcher and smtp", [&mail](size_t n) { return mail.dispatched(n); }}, alerts / 3,
                 rounds);
  kill(sink.process, SIGKILL);
  kill(mail_sink.process, SIGKILL);
}
