#include "ledger/audit_check.hpp"

#include <nlohmann/json.hpp>

#include "core/digest.hpp"

namespace duban::ledger {
namespace {

constexpr size_t kRowsAtOnce = 1'000;

class Check {
 public:
  Check(Ledger& ledger, const std::optional<AuditMark>& anchor) : ledger_(ledger), anchor_(anchor) {
    report_.sealed = ledger.audit_sealed();
    report_.head = ledger.audit_head();
    last_ = report_.sealed;
    seal_seen_ = last_.sequence == 0;
  }

  AuditReport run() {
    for (;;) {
      const std::vector<AuditRow> rows = ledger_.audit_rows(last_.sequence, kRowsAtOnce);
      for (const AuditRow& row : rows)
        if (!follow(row)) return report_;
      if (rows.size() < kRowsAtOnce) break;
    }
    check_end();
    return report_;
  }

 private:
  bool fail(int64_t sequence, std::string what) {
    if (!report_.fault) report_.fault = AuditFault{sequence, std::move(what)};
    return false;
  }

  bool follow(const AuditRow& row) {
    const int64_t expected = last_.sequence + 1;
    if (row.sequence != expected) return fail(expected, "the row was removed");
    if (row.hash != audit_hash(last_.hash, row))
      return fail(expected, "the row was changed, or put here from another place, or the one before it was");
    last_ = {row.sequence, row.hash};
    ++report_.rows;
    if (anchor_ && anchor_->sequence == row.sequence && anchor_->hash != row.hash)
      return fail(expected, "the row is not the one that the given mark is of: the log was written anew");
    if (row.kind == "seal") note_seal(row);
    return row.kind != "alert" || check_alert(row);
  }

  void note_seal(const AuditRow& row) {
    const auto body = nlohmann::json::parse(row.body, nullptr, false);
    if (!body.is_object()) return;
    seal_seen_ = seal_seen_ || (body.value("through", int64_t{0}) == report_.sealed.sequence &&
                                body.value("hash", "") == to_hex(report_.sealed.hash));
  }

  bool check_alert(const AuditRow& row) {
    const auto body = nlohmann::json::parse(row.body, nullptr, false);
    const std::optional<Alert> alert = ledger_.alert(row.subject);
    if (!alert)
      return fail(row.sequence, "alert " + row.subject + " that the row tells of is not in the ledger");
    if (!body.is_object() || body.value("sha256", "") != to_hex(sha256(alert->json)))
      return fail(row.sequence, "alert " + row.subject + " that the row tells of was changed");
    return true;
  }

  void check_end() {
    if (last_.sequence < report_.head.sequence)
      fail(last_.sequence + 1,
           "rows at the end were removed: the head is " + std::to_string(report_.head.sequence));
    else if (last_ != report_.head)
      fail(last_.sequence,
           "rows were added behind the head, which is " + std::to_string(report_.head.sequence));
    if (!seal_seen_)
      fail(report_.sealed.sequence, "rows up to here were removed, and no seal in the log says so");
    if (anchor_ && anchor_->sequence > last_.sequence)
      fail(last_.sequence + 1, "the given mark lies behind the end: rows were removed");
  }

  Ledger& ledger_;
  const std::optional<AuditMark>& anchor_;
  AuditReport report_;
  AuditMark last_;
  bool seal_seen_ = false;
};

}  // namespace

AuditReport check_audit(Ledger& ledger, const std::optional<AuditMark>& anchor) {
  return Check(ledger, anchor).run();
}

}  // namespace duban::ledger
