#include "app/shard.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <utility>

#include "core/log.hpp"

namespace duban::app {
namespace {

/// Rows of the audit log forgotten in one transaction: a short one, between two batches.
constexpr size_t kAuditSlice = 5'000;

}  // namespace

struct Shard::Impl {
  Impl(asio::io_context& loop_in, const asio::any_io_executor& work,
       std::shared_ptr<const rule::Configuration> configuration_in, ShardOptions options_in)
      : loop(loop_in),
        strand(asio::make_strand(work)),
        configuration(std::move(configuration_in)),
        options(std::move(options_in)) {}

  /// On the strand. Opens the ledger if it is not open; throws ledger::StorageError.
  engine::Engine& ready() {
    if (!engine) {
      ledger = std::make_unique<ledger::Ledger>(options.storage);
      engine = std::make_unique<engine::Engine>(*ledger, configuration, options.engine);
      engine->set_catching_up(options.catching_up);
    }
    return *engine;
  }

  /// On the strand: forgets an engine whose storage failed. No task is done until retry(): a later batch must
  /// not overtake the one that failed.
  void fail(const std::string& what) {
    failed = true;
    engine.reset();
    ledger.reset();
    asio::post(loop, [this, what] {
      if (owner != nullptr && owner->on_failure) owner->on_failure(what);
    });
  }

  Duration monotonic() const { return options.clock != nullptr ? options.clock->monotonic() : Duration{0}; }

  Progress apply(const Prepared& prepared) {
    const Duration began = monotonic();
    engine::Batch batch;
    batch.frontier = prepared.frontier;
    batch.positions = prepared.positions;
    batch.inputs_lost = prepared.inputs_lost;
    engine::Engine& shard = ready();
    const engine::Ownership& ownership = options.engine.ownership;
    batch.inputs.reserve(prepared.inputs.size());
    for (const event::Decoded& input : prepared.inputs) {
      const event::Event* event = std::get_if<event::Event>(&input);
      if (event != nullptr ? engine::concerns(*shard.configuration(), *event, ownership)
                           : ownership.index == 0)
        batch.inputs.push_back(input);
    }
    Progress progress;
    progress.applied = shard.apply(batch);
    progress.next = progress.applied.more ? prepared.frontier : shard.next_instant();
    progress.took = monotonic() - began;
    return progress;
  }

  asio::io_context& loop;
  asio::strand<asio::any_io_executor> strand;
  std::shared_ptr<const rule::Configuration> configuration;
  ShardOptions options;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<engine::Engine> engine;
  bool failed = false;
  Shard* owner = nullptr;  // on the loop
};

namespace {

/// Runs `work` on the strand and `answer(result)` on the loop; a storage failure gives `otherwise`.
template <typename Impl, typename Work, typename Result>
void run(const std::shared_ptr<Impl>& impl, Work work, Result otherwise, std::function<void(Result)> answer) {
  asio::post(impl->strand, [impl, work = std::move(work), otherwise = std::move(otherwise),
                            answer = std::move(answer)]() mutable {
    Result result = std::move(otherwise);
    try {
      if (!impl->failed) result = work(*impl);
    } catch (const ledger::StorageError& error) {
      impl->fail(error.what());
    }
    asio::post(impl->loop, [impl, answer = std::move(answer), result = std::move(result)]() mutable {
      answer(std::move(result));
    });
  });
}

}  // namespace

Shard::Shard(asio::io_context& loop, const asio::any_io_executor& work,
             std::shared_ptr<const rule::Configuration> configuration, ShardOptions options)
    : impl_(std::make_shared<Impl>(loop, work, std::move(configuration), std::move(options))) {
  impl_->owner = this;
}

Shard::~Shard() { impl_->owner = nullptr; }

void Shard::open(std::function<void(Opened)> done) {
  asio::post(impl_->strand, [impl = impl_, done = std::move(done)]() mutable {
    Opened opened;
    try {
      engine::Engine& engine = impl->ready();
      opened.positions = engine.ledger().positions();
      opened.reached = engine.instant();
    } catch (const ledger::StorageError& error) {
      opened.error = error.what();
    }
    asio::post(impl->loop, [impl, done = std::move(done), opened = std::move(opened)] { done(opened); });
  });
}

void Shard::retry(std::function<void(bool)> done) {
  asio::post(impl_->strand, [impl = impl_, done = std::move(done)]() mutable {
    impl->failed = false;
    try {
      impl->ready();
    } catch (const ledger::StorageError& error) {
      impl->fail(error.what());
    }
    asio::post(impl->loop, [impl, done = std::move(done), ok = !impl->failed] { done(ok); });
  });
}

void Shard::apply(std::shared_ptr<const Prepared> batch, std::function<void(std::optional<Progress>)> done) {
  run<Impl, std::function<std::optional<Progress>(Impl&)>, std::optional<Progress>>(
      impl_, [batch](Impl& shard) { return std::optional(shard.apply(*batch)); }, std::nullopt,
      std::move(done));
}

void Shard::caught_up(Instant at, std::function<void(bool)> done) {
  run<Impl, std::function<bool(Impl&)>, bool>(
      impl_,
      [at](Impl& shard) {
        shard.ready().caught_up(at);
        shard.options.catching_up = false;
        return true;
      },
      false, std::move(done));
}

void Shard::objection(std::shared_ptr<const rule::Configuration> next,
                      std::function<void(std::string)> done) {
  run<Impl, std::function<std::string(Impl&)>, std::string>(
      impl_, [next](Impl& shard) { return shard.ready().objection(*next); }, "the ledger is not available",
      std::move(done));
}

void Shard::configure(std::shared_ptr<const rule::Configuration> next, Instant at,
                      std::function<void(std::string)> done) {
  asio::post(impl_->strand, [impl = impl_, next] {
    if (impl->failed) impl->configuration = next;
  });
  run<Impl, std::function<std::string(Impl&)>, std::string>(
      impl_,
      [next, at](Impl& shard) {
        engine::Engine& engine = shard.ready();
        const auto before = std::exchange(shard.configuration, next);
        std::string refused = engine.configure(next, at);
        if (!refused.empty()) shard.configuration = before;
        return refused;
      },
      "the ledger is not available", std::move(done));
}

void Shard::acknowledge(ledger::Ledger::Acknowledgement acknowledgement,
                        std::function<void(std::optional<engine::Engine::Acknowledged>)> done) {
  using Result = std::optional<engine::Engine::Acknowledged>;
  run<Impl, std::function<Result(Impl&)>, Result>(
      impl_,
      [acknowledgement = std::move(acknowledgement)](Impl& shard) {
        return Result(shard.ready().acknowledge(acknowledgement));
      },
      std::nullopt, std::move(done));
}

void Shard::add_silence(engine::SilenceRequest request, Instant at,
                        std::function<void(std::optional<engine::SilenceAnswer>)> done) {
  using Result = std::optional<engine::SilenceAnswer>;
  run<Impl, std::function<Result(Impl&)>, Result>(
      impl_,
      [request = std::move(request), at](Impl& shard) {
        return Result(shard.ready().add_silence(request, at));
      },
      std::nullopt, std::move(done));
}

void Shard::end_silence(engine::SilenceEnding ending, Instant at,
                        std::function<void(std::optional<engine::SilenceEnded>)> done) {
  using Result = std::optional<engine::SilenceEnded>;
  run<Impl, std::function<Result(Impl&)>, Result>(
      impl_,
      [ending = std::move(ending), at](Impl& shard) { return Result(shard.ready().end_silence(ending, at)); },
      std::nullopt, std::move(done));
}

void Shard::counts(std::function<void(ledger::Ledger::Counts)> done) {
  run<Impl, std::function<ledger::Ledger::Counts(Impl&)>, ledger::Ledger::Counts>(
      impl_, [](Impl& shard) { return shard.ready().ledger().counts(); }, {}, std::move(done));
}

void Shard::seal_audit(Instant before, Instant at, std::function<void(size_t)> done) {
  run<Impl, std::function<size_t(Impl&)>, size_t>(
      impl_,
      [before, at](Impl& shard) {
        ledger::Ledger& ledger = shard.ready().ledger();
        ledger.begin();
        const size_t removed = ledger.seal_audit(before, at, kAuditSlice);
        ledger.commit();
        return removed;
      },
      0, std::move(done));
}

void Shard::note(std::string kind, Instant at, std::string subject, std::string body) {
  run<Impl, std::function<bool(Impl&)>, bool>(
      impl_,
      [kind = std::move(kind), at, subject = std::move(subject), body = std::move(body)](Impl& shard) {
        ledger::Ledger& ledger = shard.ready().ledger();
        ledger.begin();
        ledger.audit(kind, at, subject, body);
        ledger.commit();
        return true;
      },
      false, [](bool) {});
}

void Shard::pulse(std::function<void()> done) {
  run<Impl, std::function<bool(Impl&)>, bool>(
      impl_, [](Impl&) { return true; }, false, [done = std::move(done)](bool) { done(); });
}

void Shard::close(std::function<void()> done) {
  run<Impl, std::function<bool(Impl&)>, bool>(
      impl_,
      [](Impl& shard) {
        shard.engine.reset();
        shard.ledger.reset();
        return true;
      },
      false, [done = std::move(done)](bool) { done(); });
}

void Shard::fetch(delivery::Request request, std::function<void(delivery::Fetched)> answer) {
  run<Impl, std::function<delivery::Fetched(Impl&)>, delivery::Fetched>(
      impl_,
      [request = std::move(request)](Impl& shard) {
        engine::Outgoing out = shard.ready().outgoing(request.now, request.rooms, request.in_flight);
        delivery::Fetched fetched;
        fetched.deliveries = std::move(out.deliveries);
        fetched.next = out.next;
        fetched.channels = std::move(out.channels);
        ledger::Ledger& ledger = shard.engine->ledger();
        fetched.waiting = ledger.waiting();
        if (!request.sent.empty()) fetched.sent = ledger.sent(request.sent);
        return fetched;
      },
      {}, std::move(answer));
}

void Shard::settle(std::vector<ledger::Receipt> receipts, std::function<void(bool)> stored) {
  run<Impl, std::function<bool(Impl&)>, bool>(
      impl_,
      [receipts = std::move(receipts)](Impl& shard) {
        shard.ready().settle(receipts);
        return true;
      },
      false, std::move(stored));
}

}  // namespace duban::app
