#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "core/digest.hpp"
#include "ledger/audit_check.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  INFO(sql);
  REQUIRE(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

Alert make_alert(const std::string& id) {
  Alert alert;
  alert.id = id;
  alert.at = seconds(1);
  alert.json = "{\"id\":\"" + id + "\"}";
  alert.channels = {"log"};
  return alert;
}

/// Five alerts, each sent; one acknowledged; a configuration and a decision: 13 rows.
void fill(Fixture& f) {
  f.in_transaction([&] { f.ledger->activate("v1", {{"rules/a.yaml", "rules: []"}}, seconds(0)); });
  for (int i = 1; i <= 5; ++i) {
    f.in_transaction([&] {
      Alert alert = make_alert("00-" + std::to_string(i));
      f.ledger->raise(alert);
    });
    f.in_transaction([&] {
      f.ledger->settle({i, seconds(10 + i), DeliveryState::delivered, kNever, "HTTP 200", 12, {}});
    });
  }
  f.in_transaction([&] {
    f.ledger->acknowledge({"00-1", "T-1/principal", seconds(20), "link 10.0.0.7"});
    f.ledger->audit("decision", seconds(21), "hazard/H1", R"({"level":"interview"})");
  });
}

AuditReport check(Fixture& f, const std::optional<AuditMark>& anchor = std::nullopt) {
  f.ledger->begin();
  const AuditReport report = check_audit(*f.ledger, anchor);
  f.ledger->rollback();
  return report;
}

/// The first fault after a change of the file behind the daemon's back.
AuditFault fault_after(const std::string& sql) {
  Fixture f;
  fill(f);
  REQUIRE(!check(f).fault);
  f.ledger.reset();
  run_sql(f.options.path, sql);
  f.open();
  const AuditReport report = check(f);
  INFO(sql);
  REQUIRE(report.fault);
  return *report.fault;
}

}  // namespace

TEST_CASE("the audit log has alerts, attempts, acknowledgements, versions and decisions, in order") {
  Fixture f;
  fill(f);
  const std::vector<AuditRow> rows = f.ledger->audit_rows(0, 100);
  REQUIRE(rows.size() == 13);
  CHECK(rows[0].kind == "configuration");
  CHECK(rows[0].subject == "v1");
  CHECK(rows[1].kind == "alert");
  CHECK(rows[1].subject == "00-1");
  CHECK(rows[1].body.find(to_hex(sha256(R"({"id":"00-1"})"))) != std::string::npos);
  CHECK(rows[2].kind == "attempt");
  CHECK(rows[2].subject == "00-1");
  CHECK(rows[2].at == seconds(11));
  CHECK(rows[2].body == R"({"channel":"log","state":"delivered","answer":"HTTP 200","latency_ms":12})");
  CHECK(rows[11].body == R"({"by":"T-1/principal","from":"link 10.0.0.7"})");
  CHECK(rows[12].kind == "decision");
  CHECK(f.ledger->audit_head() == AuditMark{13, rows[12].hash});
}

TEST_CASE("an ordinary event and a transaction that is rolled back leave nothing in the audit log") {
  Fixture f;
  fill(f);
  const AuditMark before = f.ledger->audit_head();
  f.in_transaction([&] { f.make_hazard("H1"); });
  f.ledger->begin();
  Alert alert = make_alert("00-9");
  f.ledger->raise(alert);
  f.ledger->rollback();
  CHECK(f.ledger->audit_head() == before);
  f.in_transaction([&] { f.ledger->raise(alert); });
  CHECK(!check(f).fault);
}

TEST_CASE("the chain goes on over a restart") {
  Fixture f;
  fill(f);
  const AuditMark before = f.ledger->audit_head();
  f.reopen();
  CHECK(f.ledger->audit_head() == before);
  f.in_transaction([&] { f.ledger->audit("silence", seconds(30), "S1", "{}"); });
  const AuditReport report = check(f);
  CHECK(!report.fault);
  CHECK(report.rows == 14);
}

TEST_CASE("a changed, removed, added or reordered row is found, and the first is named") {
  CHECK(fault_after("UPDATE audit SET body = '{}' WHERE sequence IN (7, 9)").sequence == 7);
  CHECK(fault_after("UPDATE audit SET at = at + 1 WHERE sequence = 3").sequence == 3);
  CHECK(fault_after("UPDATE audit SET subject = '00-4' WHERE sequence = 4").sequence == 4);
  CHECK(fault_after("DELETE FROM audit WHERE sequence = 5").sequence == 5);
  CHECK(fault_after("DELETE FROM audit WHERE sequence <= 2").sequence == 1);
  CHECK(fault_after("DELETE FROM audit WHERE sequence >= 12").sequence == 12);
  CHECK(fault_after("UPDATE audit SET sequence = 99 WHERE sequence = 6;"
                    "UPDATE audit SET sequence = 6 WHERE sequence = 8;"
                    "UPDATE audit SET sequence = 8 WHERE sequence = 99")
            .sequence == 6);
  CHECK(fault_after("INSERT INTO audit VALUES(14, 0, 'alert', 'x', '{}', zeroblob(32))").sequence == 14);
}

TEST_CASE("an alert that was changed or removed behind the log's back is found") {
  CHECK(fault_after("UPDATE alert SET json = '{}' WHERE sequence = 3").what.find("00-3") !=
        std::string::npos);
  CHECK(fault_after("DELETE FROM alert_key").what.find("not in the ledger") != std::string::npos);
}

TEST_CASE("a log that was written anew as a whole does not pass a mark that was noted before") {
  Fixture before;
  fill(before);
  const AuditMark mark{7, before.ledger->audit_rows(6, 1).at(0).hash};
  CHECK(!check(before, mark).fault);
  Fixture f;
  f.in_transaction([&] { f.ledger->activate("v2", {}, seconds(0)); });
  fill(f);
  CHECK(!check(f).fault);
  const AuditReport report = check(f, mark);
  REQUIRE(report.fault);
  CHECK(report.fault->sequence == 7);
  CHECK(check(f, AuditMark{99, mark.hash}).fault->what.find("behind the end") != std::string::npos);
}

TEST_CASE("what is kept no longer is sealed, and the chain still holds") {
  Fixture f;
  fill(f);
  const std::string hash = f.ledger->audit_rows(2, 1).at(0).hash;  // of row 3, of second 11
  f.in_transaction([&] {
    CHECK(f.ledger->seal_audit(seconds(12), seconds(100), 3) == 3);  // in bounded slices
  });
  CHECK(f.ledger->audit_sealed() == AuditMark{3, hash});
  CHECK(f.ledger->audit_rows(0, 1).at(0).sequence == 4);
  f.reopen();
  AuditReport report = check(f);
  CHECK(!report.fault);
  CHECK(report.rows == 11);  // ten of the 13, and the seal
  f.in_transaction([&] { f.ledger->seal_audit(seconds(13), seconds(101), 1'000); });
  f.in_transaction([&] { CHECK(f.ledger->seal_audit(seconds(0), seconds(102), 1'000) == 0); });
  CHECK(!check(f).fault);
}

TEST_CASE("rows that were removed without a seal are missed, even if the sealed hash is set right") {
  Fixture f;
  fill(f);
  f.ledger.reset();
  run_sql(f.options.path,
          "INSERT OR REPLACE INTO meta SELECT 'audit sealed', CAST('3 ' AS BLOB) || hash FROM audit WHERE "
          "sequence = 3;"
          "DELETE FROM audit WHERE sequence <= 3");
  f.open();
  REQUIRE(f.ledger->audit_sealed().sequence == 3);
  const AuditReport report = check(f);
  REQUIRE(report.fault);
  CHECK(report.fault->what.find("no seal") != std::string::npos);
}

TEST_CASE("a ledger of before the audit log is taken up, with its acknowledgements") {
  Fixture f;
  f.in_transaction([&] {
    Alert alert = make_alert("00-1");
    f.ledger->raise(alert);
    f.ledger->acknowledge({"00-1", "T-1/principal", seconds(20)});
  });
  f.ledger.reset();
  run_sql(f.options.path,
          "ALTER TABLE job DROP COLUMN task; ALTER TABLE job DROP COLUMN detail; "
          "DROP TABLE measure_count; DROP TABLE notice; DROP TABLE silence; DROP TABLE inhibitor; "
          "DELETE FROM tally WHERE name LIKE 'state waiting%';"
          "DROP TABLE audit; DELETE FROM meta WHERE name LIKE 'audit%';"
          "ALTER TABLE acknowledgement DROP COLUMN origin; PRAGMA user_version=1");
  f.open();
  CHECK(f.ledger->acknowledgements("00-1").at(0).by == "T-1/principal");
  CHECK(f.ledger->acknowledgements("00-1").at(0).origin.empty());
  f.in_transaction([&] { f.ledger->acknowledge({"00-1", "T-2/principal", seconds(21), "api"}); });
  const AuditReport report = check(f);
  CHECK(!report.fault);
  CHECK(report.rows == 1);
}
