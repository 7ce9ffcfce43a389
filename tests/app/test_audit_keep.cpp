// How long the audit log is kept: cut every hour, and whole all the same.
#include "app/program.hpp"
#include "app/virtual_daemon.hpp"
#include "ledger/audit_check.hpp"

using namespace duban;
using namespace duban::test;

namespace {

std::vector<ledger::AuditRow> rows_of(const Running& running) {
  ledger::Options storage;
  storage.path = running.folder.file("ledger/shard-0-of-1.db");
  storage.read_only = true;
  ledger::Ledger ledger(storage);
  return ledger.audit_rows(0, 1'000);
}

bool names(const std::vector<ledger::AuditRow>& rows, const std::string& kind, const std::string& subject) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.kind == kind && row.subject == subject; });
}

}  // namespace

TEST_CASE("rows of the audit log that are older than the settings keep leave it within the hour, sealed") {
  Running running("2026-06-01T10:00", "false", "audit: { keep: 30d }\n");
  const auto go_to = [&running](const char* at) {
    running.clock.set(Zone::shanghai().parse(at).value());
    running.daemon->wake();
  };
  const auto change_to = [&running](const std::string& text) {
    const std::string before = running.version();
    running.folder.write("rules/a.yaml", text);
    running.daemon->reload();
    REQUIRE(running.until([&] { return running.version() != before; }));
    const std::string now = running.version();
    REQUIRE(running.until([&] { return names(rows_of(running), "configuration", now); }));
    return now;
  };
  const std::string first = change_to(rules("due - 4wd"));
  go_to("2026-06-20T10:00");
  change_to(rules("due - 5wd"));
  CHECK(names(rows_of(running), "configuration", first));

  go_to("2026-07-02T10:00");
  REQUIRE(running.until([&] { return !names(rows_of(running), "configuration", first); }));
  const auto rows = rows_of(running);
  CHECK(names(rows, "seal", "audit"));
  const Ran verified = run_duban("--config " + running.folder.file("duban.yaml") + " audit verify");
  INFO(verified.out << verified.error);
  CHECK(verified.code == 0);
}
