// A real server on a free port of the loopback, its loop on a thread of its own, beside a real ledger.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <future>
#include <mutex>
#include <thread>

#include "api/server.hpp"
#include "ledger/ledger.hpp"
#include "support/temporary_folder.hpp"

namespace duban::test {

inline constexpr const char* kToken = "0123456789abcdef0123456789abcdef";
inline constexpr const char* kLinkKey = "fedcba9876543210fedcba9876543210";

/// Called on the loop's thread; a test changes it only through ApiServer::on_loop().
struct FakeBackend : api::Backend {
  api::Status status() override { return state; }
  std::shared_ptr<const rule::Configuration> configuration() override { return config; }
  void acknowledge(api::Acknowledging ack, std::function<void(api::Acknowledged)> done) override {
    acknowledged.push_back(ack);
    done(on_acknowledge ? on_acknowledge(ack) : api::Acknowledged::now);
  }
  void add_silence(engine::SilenceRequest request, Instant,
                   std::function<void(std::optional<engine::SilenceAnswer>)> done) override {
    silences.push_back(request);
    done(writable ? std::optional(engine::SilenceAnswer{"s-1", {}}) : std::nullopt);
  }
  void end_silence(engine::SilenceEnding ending, Instant,
                   std::function<void(std::optional<engine::SilenceEnded>)> done) override {
    ended.push_back(ending);
    done(writable ? std::optional(ends) : std::nullopt);
  }
  std::vector<engine::SilenceRequest> silences;
  std::vector<engine::SilenceEnding> ended;
  engine::SilenceEnded ends = engine::SilenceEnded::now;
  bool writable = true;
  std::vector<api::Acknowledging> acknowledged;
  std::function<api::Acknowledged(const api::Acknowledging&)> on_acknowledge;
  api::Status state;
  std::shared_ptr<const rule::Configuration> config;
};

class ApiServer {
 public:
  explicit ApiServer(api::ListenOptions listen = {}) {
    ledger::Options storage;
    storage.path = folder.file("shard-0-of-1.db");
    ledger = std::make_unique<ledger::Ledger>(storage);
    api::ServerOptions options;
    options.listen = listen;
    options.token = kToken;
    options.link_key = kLinkKey;
    options.ledgers = {storage.path};
    server_ = std::make_unique<api::Server>(loop_, clock, backend, std::move(options));
    thread_ = std::thread([this] { loop_.run(); });
    on_loop([this] { server_->start(); });
    on_loop([this] { port = server_->port(); });
  }
  ~ApiServer() {
    on_loop([this] { server_.reset(); });
    guard_.reset();
    loop_.stop();
    thread_.join();
  }

  void on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  void in_transaction(const std::function<void(ledger::Ledger&)>& work) {
    ledger->begin();
    work(*ledger);
    ledger->commit();
  }

  TemporaryFolder folder;
  std::unique_ptr<ledger::Ledger> ledger;
  VirtualClock clock{instant_of_ms(1'700'000'000'000)};
  FakeBackend backend;
  uint16_t port = 0;

 private:
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(loop_);
  std::unique_ptr<api::Server> server_;
  std::thread thread_;
};

}  // namespace duban::test
