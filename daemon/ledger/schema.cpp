#include "ledger/schema.hpp"

#include <array>
#include <string>

#include "ledger/ledger.hpp"

namespace duban::ledger {

namespace {

// What an ordinary event may dirty is budgeted (architecture.md, invariant 5): one page of `entity`, two of
// `agenda`, the last page of `journal`. So there is no index on journal(entity): each row names the one
// before it of its entity, and the entity's row the last. Positions are found through `journal_mark`, one row
// per input and transaction. Hash tables (entity_key, alert_key) have the hash as row id, the next free one
// on a collision; rows are never deleted from them.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE tally(name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE layout(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, fields TEXT NOT NULL, UNIQUE(kind, fields));

CREATE TABLE entity(id INTEGER PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE entity_key(hash INTEGER PRIMARY KEY, entity INTEGER NOT NULL);
CREATE TABLE kind_member(kind INTEGER, entity INTEGER, PRIMARY KEY(kind, entity)) WITHOUT ROWID;
CREATE TABLE agenda(at INTEGER, entity INTEGER, PRIMARY KEY(at, entity)) WITHOUT ROWID;
CREATE TABLE open_area(kind INTEGER, area TEXT, entity INTEGER, PRIMARY KEY(kind, area, entity)) WITHOUT ROWID;
CREATE TABLE open_unit(kind INTEGER, unit TEXT, entity INTEGER, PRIMARY KEY(kind, unit, entity)) WITHOUT ROWID;

CREATE TABLE span(rule INTEGER, key TEXT, opened INTEGER NOT NULL, closes INTEGER NOT NULL, live INTEGER NOT NULL,
  area TEXT NOT NULL, fields TEXT NOT NULL, PRIMARY KEY(rule, key)) WITHOUT ROWID;
CREATE INDEX span_live ON span(rule, key) WHERE live = 1;
CREATE TABLE job(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, rule INTEGER NOT NULL,
  area TEXT NOT NULL, last_entity INTEGER NOT NULL, cursor_area TEXT NOT NULL, cursor_entity INTEGER NOT NULL);

CREATE TABLE alert(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, rule INTEGER NOT NULL,
  stage INTEGER NOT NULL, entity INTEGER NOT NULL, severity INTEGER NOT NULL, item TEXT NOT NULL,
  missed INTEGER NOT NULL, state INTEGER NOT NULL, first_delivery INTEGER NOT NULL, deliveries INTEGER NOT NULL,
  json TEXT NOT NULL);
CREATE TABLE alert_key(hash INTEGER PRIMARY KEY, alert INTEGER NOT NULL);
CREATE INDEX alert_held ON alert(state) WHERE state = 1;
CREATE TABLE dead_letter(sequence INTEGER PRIMARY KEY, topic INTEGER NOT NULL, partition INTEGER NOT NULL,
  offset INTEGER NOT NULL, at INTEGER NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL, key BLOB NOT NULL,
  payload BLOB NOT NULL, headers BLOB NOT NULL, delivery INTEGER NOT NULL, UNIQUE(topic, partition, offset, at));
CREATE TABLE delivery(id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, alert INTEGER NOT NULL,
  dead_letter INTEGER NOT NULL, at INTEGER NOT NULL, severity INTEGER NOT NULL, state INTEGER NOT NULL,
  attempts INTEGER NOT NULL, next INTEGER NOT NULL, last_attempt INTEGER NOT NULL);
CREATE INDEX delivery_pending ON delivery(channel, severity DESC, next) WHERE state = 0;
CREATE TABLE attempt(sequence INTEGER PRIMARY KEY, delivery INTEGER NOT NULL, previous INTEGER NOT NULL,
  at INTEGER NOT NULL, state INTEGER NOT NULL, next INTEGER NOT NULL, answer TEXT NOT NULL,
  latency_ms INTEGER NOT NULL);
CREATE TABLE acknowledgement(alert TEXT, at INTEGER, person TEXT, PRIMARY KEY(alert, at, person)) WITHOUT ROWID;

CREATE TABLE fact(period INTEGER, identity INTEGER, content INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(period, identity)) WITHOUT ROWID;
CREATE TABLE journal(sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL,
  entity INTEGER NOT NULL, previous INTEGER NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL,
  offset INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE journal_mark(topic INTEGER, partition INTEGER, offset INTEGER, sequence INTEGER NOT NULL,
  PRIMARY KEY(topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE position(topic INTEGER, partition INTEGER, next_offset INTEGER NOT NULL,
  leader_epoch INTEGER NOT NULL, cluster TEXT NOT NULL, PRIMARY KEY(topic, partition)) WITHOUT ROWID;
CREATE TABLE configuration(version TEXT, name TEXT, text TEXT NOT NULL, PRIMARY KEY(version, name)) WITHOUT ROWID;
CREATE TABLE activation(sequence INTEGER PRIMARY KEY, version TEXT NOT NULL, at INTEGER NOT NULL);
)sql";

// The audit log; where an acknowledgement came from.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE audit(sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
  body TEXT NOT NULL, hash BLOB NOT NULL);
ALTER TABLE acknowledgement ADD COLUMN origin TEXT NOT NULL DEFAULT '';
)sql";

// Deliveries to people (notices.hpp). `bundle` is set while a delivery leads its message, `leader` while it
// waits in one: of a bundle there is one leader.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE notice(delivery INTEGER PRIMARY KEY, recipient TEXT NOT NULL, plan INTEGER NOT NULL,
  step INTEGER NOT NULL, gathering INTEGER NOT NULL, severity INTEGER NOT NULL, bundle INTEGER NOT NULL,
  leader INTEGER NOT NULL, escalate INTEGER NOT NULL, successor INTEGER NOT NULL, deferred TEXT NOT NULL);
CREATE UNIQUE INDEX notice_bundle ON notice(bundle) WHERE bundle <> 0;
CREATE INDEX notice_leader ON notice(leader) WHERE leader <> 0;
CREATE INDEX notice_escalate ON notice(escalate) WHERE escalate <> 0;
CREATE INDEX notice_deferred ON notice(deferred) WHERE deferred <> '';
CREATE TABLE silence(id TEXT PRIMARY KEY, author TEXT NOT NULL, reason TEXT NOT NULL, condition TEXT NOT NULL,
  since INTEGER NOT NULL, until INTEGER NOT NULL, ended INTEGER NOT NULL, ended_by TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE inhibitor(key INTEGER, alert INTEGER, PRIMARY KEY(key, alert)) WITHOUT ROWID;
INSERT INTO tally SELECT 'state waiting ' || name.text || ' ' || severity, count(*)
  FROM delivery JOIN name ON name.id = channel WHERE state = 0 GROUP BY name.text, severity;
)sql";

// What measures count, kept up to date by the transactions of the events. Items may carry parts that older
// versions do not know.
constexpr const char* kVersion4 = R"sql(
CREATE TABLE measure_count(measure INTEGER, place TEXT, day INTEGER, count INTEGER NOT NULL,
  PRIMARY KEY(measure, place, day)) WITHOUT ROWID;
)sql";

// Fan-outs that do something else than look at the subjects of a span.
constexpr const char* kVersion5 = R"sql(
ALTER TABLE job ADD COLUMN task INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN detail TEXT NOT NULL DEFAULT '';
)sql";

/// Entry n turns version n into version n + 1.
constexpr std::array kMigrations{kVersion1, kVersion2, kVersion3, kVersion4, kVersion5};

int64_t stored_version(Database& database) {
  const int64_t version = database.number("PRAGMA user_version", "reading the schema's version");
  const int64_t application = database.number("PRAGMA application_id", "reading the application id");
  const int64_t objects = database.number("SELECT count(*) FROM sqlite_master", "reading the schema");
  if (objects != 0 && application != kApplicationId) {
    throw StorageError("ledger " + database.path() + ": application id is " + std::to_string(application) +
                       ", expected " + std::to_string(kApplicationId) +
                       ": this is not a ledger of duban; name another file in the settings");
  }
  if (version > schema_version()) {
    throw StorageError("ledger " + database.path() + ": schema version is " + std::to_string(version) +
                       ", expected at most " + std::to_string(schema_version()) +
                       ": it was written by a newer duban; run that one, or restore an older copy");
  }
  return version;
}

}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

void prepare_schema(Database& database) {
  const int64_t from = stored_version(database);
  if (from == schema_version()) return;
  database.run("BEGIN IMMEDIATE", "migrating the schema");
  try {
    for (auto i = static_cast<size_t>(from); i < kMigrations.size(); ++i) {
      database.run(kMigrations[i], "migrating the schema");
    }
    const std::string marks = "PRAGMA application_id=" + std::to_string(kApplicationId) +
                              "; PRAGMA user_version=" + std::to_string(schema_version());
    database.run(marks.c_str(), "migrating the schema");
    database.run("COMMIT", "migrating the schema");
  } catch (const StorageError&) {
    if (database.in_transaction()) database.run("ROLLBACK", "undoing a migration");
    throw;
  }
}

void require_schema(Database& database) {
  const int64_t version = stored_version(database);
  if (version == schema_version()) return;
  throw StorageError("ledger " + database.path() + ": schema version is " + std::to_string(version) +
                     ", expected " + std::to_string(schema_version()) +
                     ": start the daemon once, so that it migrates the file");
}

}  // namespace duban::ledger
