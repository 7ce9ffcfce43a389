#include "api/reader.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <atomic>
#include <charconv>

#include "api/error.hpp"
#include "api/limits.hpp"
#include "core/log.hpp"

namespace duban::api {
namespace {

class OpenLedgers final : public Snapshots {
 public:
  explicit OpenLedgers(std::vector<std::string> files) : files_(std::move(files)), ledgers_(files_.size()) {}

  size_t count() const override { return files_.size(); }

  ledger::Ledger& ledger(size_t shard) override {
    Open& open = ledgers_.at(shard);
    if (!open.ledger) {
      ledger::Options options;
      options.path = files_[shard];
      options.page_cache_kib = limits::kReaderCacheKib;
      options.read_only = true;
      open.ledger = std::make_unique<ledger::Ledger>(options);
      if (configuration_) open.ledger->use(configuration_->catalog);
    }
    if (!std::exchange(open.reading, true)) open.ledger->begin();
    return *open.ledger;
  }

  ledger::Ledger* of_alert(std::string_view id) override {
    const std::optional<uint8_t> slot = slot_of_alert(id);
    return slot ? &ledger(*slot % files_.size()) : nullptr;
  }

  /// A new catalog has layouts that an open ledger does not know.
  void use(const std::shared_ptr<const rule::Configuration>& configuration) {
    if (configuration == configuration_) return;
    close();
    configuration_ = configuration;
  }

  void end() {
    for (Open& open : ledgers_)
      if (std::exchange(open.reading, false)) open.ledger->rollback();
  }

  void close() {
    for (Open& open : ledgers_) open = {};
  }

 private:
  struct Open {
    std::unique_ptr<ledger::Ledger> ledger;
    bool reading = false;
  };
  std::vector<std::string> files_;
  std::vector<Open> ledgers_;
  std::shared_ptr<const rule::Configuration> configuration_;
};

Response unavailable(const std::string& why, const std::string& remedy) {
  Response response = error_response({503, "ledger", why, "a ledger that can be read", remedy});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

std::optional<uint8_t> slot_of_alert(std::string_view id) {
  unsigned slot = 0;
  if (id.size() < 4 || id[2] != '-') return std::nullopt;
  const auto [end, failed] = std::from_chars(id.data(), id.data() + 2, slot, 16);
  if (failed != std::errc{} || end != id.data() + 2) return std::nullopt;
  return static_cast<uint8_t>(slot);
}

struct Reader::Impl {
  Impl(asio::io_context& loop_in, std::vector<std::string> files)
      : loop(loop_in), ledgers(std::move(files)) {}

  /// On the reader's thread. A ledger may have changed its layouts or its file since it was opened: a second
  /// try opens it anew.
  Response run(const std::shared_ptr<const rule::Configuration>& configuration, const Work& work) {
    std::string why;
    for (int attempt = 0; attempt < 2; ++attempt) {
      try {
        ledgers.use(configuration);
        Response response = work(ledgers);
        ledgers.end();
        refused = false;
        return response;
      } catch (const ledger::StorageError& error) {
        why = error.what();
        ledgers.close();
      }
    }
    if (!std::exchange(refused, true))  // once, until it works again: anybody may ask any number of times
      log::warning("http: requests are refused: {}", why);
    return unavailable("it cannot be read", "try again; the daemon's log says what is wrong with it");
  }

  asio::io_context& loop;
  bool refused = false;            // the thread's: the last one was
  OpenLedgers ledgers;             // the thread's
  std::atomic<size_t> waiting{0};  // pieces of work not finished
  asio::thread_pool thread{1};     // last: it ends first
};

Reader::Reader(asio::io_context& loop, std::vector<std::string> files)
    : impl_(std::make_unique<Impl>(loop, std::move(files))) {}

Reader::~Reader() {
  impl_->thread.stop();
  impl_->thread.join();
}

void Reader::read(std::shared_ptr<const rule::Configuration> configuration, Work work, Respond respond) {
  if (impl_->waiting >= limits::kWaitingReads)
    return respond(unavailable("too many requests wait for it", "try again later, with fewer at once"));
  ++impl_->waiting;
  asio::post(impl_->thread, [impl = impl_.get(), configuration = std::move(configuration),
                             work = std::move(work), respond = std::move(respond)]() mutable {
    Response response = impl->run(configuration, work);
    --impl->waiting;
    asio::post(impl->loop, [respond = std::move(respond), response = std::move(response)]() mutable {
      respond(std::move(response));
    });
  });
}

}  // namespace duban::api
