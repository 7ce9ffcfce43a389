// The audit log: what was said, tried, answered and decided, each row chained to the one before it by
// SHA-256.
//
// Written in the transaction of what it tells of, so the two cannot differ; nothing is written for an
// ordinary event. Append-only: rows leave at its beginning alone, by seal(), which keeps the hash that the
// first row left refers to and notes that in the chain itself. What a row's hash covers: audit_hash().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "ledger/database.hpp"

namespace duban::ledger {

struct AuditRow {
  int64_t sequence = 0;  // from 1, without gaps
  Instant at{};
  std::string kind;     // alert, release, attempt, acknowledgement, silence, configuration, decision, seal
  std::string subject;  // id of the alert, position of the dead letter, version, "kind/key"
  std::string body;     // JSON
  std::string hash;     // 32 bytes
};

/// SHA-256 over the hash before it (32 bytes; zeros before the first row) and, each followed by a line feed,
/// the sequence, the instant in milliseconds, kind, subject and body.
std::string audit_hash(std::string_view previous, const AuditRow& row);
/// What the first row refers to.
std::string first_audit_hash();

/// A place in the chain.
struct AuditMark {
  int64_t sequence = 0;
  std::string hash = first_audit_hash();
  bool operator==(const AuditMark&) const = default;
};

/// One JSON object, its members in the order given.
class AuditBody {
 public:
  AuditBody& text(std::string_view name, std::string_view value);
  AuditBody& number(std::string_view name, int64_t value);
  AuditBody& boolean(std::string_view name, bool value);
  AuditBody& texts(std::string_view name, const std::vector<std::string>& values);
  std::string str() const { return text_ + "}"; }

 private:
  std::string& key(std::string_view name);
  std::string text_ = "{";
};

class Audit {
 public:
  explicit Audit(Database& database);

  /// Within a transaction.
  void add(std::string_view kind, Instant at, std::string_view subject, std::string_view body);
  /// In order, behind `after`.
  std::vector<AuditRow> rows(int64_t after, size_t limit);
  AuditMark head() const { return head_; }
  AuditMark sealed() const { return sealed_; }
  /// Removes rows of before `before` from the beginning, at most `limit`; `at` is the seal's own instant.
  /// Returns how many were removed.
  size_t seal(Instant before, Instant at, size_t limit);

  void store();
  void committed();
  void rolled_back();
  /// Of a file that another process writes.
  void refresh();

 private:
  void store(std::string_view name, const AuditMark& mark);

  Statement insert_;
  Statement select_;
  Statement select_first_;
  Statement remove_;
  Statement write_mark_;
  Statement select_mark_;
  AuditMark head_, committed_head_;
  AuditMark sealed_, committed_sealed_;
};

}  // namespace duban::ledger
