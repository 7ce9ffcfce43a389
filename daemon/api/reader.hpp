// Reads the ledgers for requests: a thread and read-only connections of its own, so that nothing here waits
// for the engine or makes it wait.
//
// Each piece of work sees one snapshot of each ledger that it opens, and gives it back at its end: a snapshot
// that is kept keeps the write-ahead log from beginning anew (architecture.md, Threads). Work is bounded
// (api/limits.hpp), one piece runs after the other, and what comes while too many wait is refused.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/http.hpp"
#include "ledger/ledger.hpp"
#include "rule/configuration.hpp"

namespace asio {
class io_context;
}

namespace duban::api {

/// The slot that an alert's id begins with ("5f-…"); nothing if it has no such form.
std::optional<uint8_t> slot_of_alert(std::string_view id);

/// The ledgers of all shards during one piece of work; only on the reader's thread.
class Snapshots {
 public:
  virtual ~Snapshots() = default;
  virtual size_t count() const = 0;
  /// The shard's ledger within a reading transaction. Throws ledger::StorageError.
  virtual ledger::Ledger& ledger(size_t shard) = 0;
  /// The one that has the alert of this id, if there is one; null if no alert has an id like that.
  virtual ledger::Ledger* of_alert(std::string_view id) = 0;
};

class Reader {
 public:
  using Work = std::function<Response(Snapshots&)>;

  /// `files`: one ledger per shard, in order; they need not exist yet.
  Reader(asio::io_context& loop, std::vector<std::string> files);
  /// Waits for the work under way; what waits is dropped.
  ~Reader();

  /// On the loop. Runs `work` on the reader's thread and answers on the loop with what it returns. A ledger
  /// that cannot be read, or too many waiting, is a 503.
  void read(std::shared_ptr<const rule::Configuration> configuration, Work work, Respond respond);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duban::api
