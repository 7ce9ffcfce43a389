// What the ledger costs over bare SQLite: the same events (an entity found by key, changed, its next instant
// moved, a journal entry, a position per batch) through Ledger and through a loop of prepared statements
// that writes the same bytes but knows nothing: no keys, no reading, no decoding.
//
//   bench_ledger [entities=100000] [events=400000] [batch=5000] [cache=32768] [only=ledger|bare|timers|open]
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <random>

#include "cel/type.hpp"
#include "core/log.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;

namespace {

constexpr const char* kKinds = R"yaml(
entities:
  hazard:
    key: hazard_id
    fields:
      title: string
      level: string
      category: string
      tags: [string]
      origin: string
      area: area
      industry: string
      enterprise_id: string
      responsible_unit: string
      found_on: date
      order_id: string
      issued_on: date
      requirements: [string]
      due: date
      first_due: date
      percent: double
      extension_count: int
      late_extension: bool
      completed_on: date
      reinspected_by: string
      fail_count: int
      closed_on: date
    states: { open: [reported, ordered, rectifying], done: [closed] }
)yaml";

struct Setting {
  int64_t entities = 100'000;
  int64_t events = 400'000;
  int64_t batch = 5'000;
  int64_t cache_kib = 32 * 1024;
};

double cpu_of(int who) {
  rusage usage;
  getrusage(who, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Bytes given to write(): the log, and what checkpoints copy.
double written() {
  std::ifstream io("/proc/self/io");
  for (std::string name, value; io >> name >> value;)
    if (name == "wchar:") return std::stod(value);
  return 0;
}

/// Time by the clock and by the processor; on a busy machine only the second compares.
class Watch {
 public:
  double writer_cpu() const { return cpu_of(RUSAGE_THREAD) - writer_; }
  double bytes() const { return written() - written_; }
  double process_cpu() const { return cpu_of(RUSAGE_SELF) - process_; }
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double writer_ = cpu_of(RUSAGE_THREAD);
  double process_ = cpu_of(RUSAGE_SELF);
  double written_ = written();
};

uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

std::string key_of(int64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "HZ-%08lld", static_cast<long long>(n));
  return text;
}

Instant due_of(int64_t i) {
  return test::seconds(static_cast<int64_t>(mix(static_cast<uint64_t>(i)) % (86'400 * 30)));
}

long peak_rss_mib() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void report(const char* what, int64_t n, const Watch& watch, std::vector<double> commits) {
  const double seconds = watch.seconds();
  std::sort(commits.begin(), commits.end());
  const double p50 = commits.empty() ? 0 : commits[commits.size() / 2] * 1e3;
  const double p99 = commits.empty() ? 0 : commits[commits.size() * 99 / 100] * 1e3;
  const auto each = static_cast<double>(n);
  std::printf("%-24s %8.0f /s  us CPU each: writer %5.2f process %5.2f  %5.2f KB written each  ", what,
              each / seconds, watch.writer_cpu() * 1e6 / each, watch.process_cpu() * 1e6 / each,
              watch.bytes() / 1e3 / each);
  std::printf("batch p50 %5.1f p99 %5.1f max %5.1f ms  RSS %ld MiB\n", p50, p99,
              commits.empty() ? 0 : commits.back() * 1e3, peak_rss_mib());
  std::fflush(stdout);
}

/// The ledger's side: the events of a register of hazards.
class LedgerBench {
 public:
  LedgerBench(const test::TemporaryFolder& folder, const Setting& setting) : setting_(setting) {
    options_.path = folder.path("ledger.db");
    options_.page_cache_kib = static_cast<int>(setting.cache_kib);
    kinds_ = test::catalog(kKinds);
    kind_ = kinds_->kind("hazard");
    open();
    for (const char* name : {"title", "level", "area", "due", "percent", "requirements"})
      field_[name] = kind_->layout->find(name);
    body_ = std::string(400, 'b');
  }
  void open() {
    ledger_ = std::make_unique<Ledger>(options_);
    ledger_->use(kinds_);
    rule_ = ledger_->intern("hazard-rectification");
    stage_ = ledger_->intern("t-5");
  }
  void close() { ledger_.reset(); }

  void fill() {
    Watch watch;
    std::vector<double> commits;
    for (int64_t i = 0; i < setting_.entities;) {
      Watch batch;
      ledger_->begin();
      for (int64_t n = 0; n < setting_.batch && i < setting_.entities; ++n, ++i) create(i);
      finish(i);
      commits.push_back(batch.seconds());
    }
    report("ledger: new entities", setting_.entities, watch, commits);
  }

  void events() {
    Watch watch;
    std::vector<double> commits;
    for (int64_t i = 0; i < setting_.events;) {
      Watch batch;
      ledger_->begin();
      for (int64_t n = 0; n < setting_.batch && i < setting_.events; ++n, ++i) {
        apply(static_cast<int64_t>(mix(static_cast<uint64_t>(i)) % static_cast<uint64_t>(setting_.entities)),
              i);
      }
      finish(i);
      commits.push_back(batch.seconds());
    }
    report("ledger: events", setting_.events, watch, commits);
  }

  /// Everything fires: read, alert with one delivery, rewritten with the next instant far away.
  void timers() {
    Watch watch;
    std::vector<double> commits;
    int64_t fired = 0;
    for (bool more = true; more && fired < setting_.events;) {
      Watch batch;
      ledger_->begin();
      const auto ids = ledger_->due(test::seconds(86'400 * 31), static_cast<size_t>(setting_.batch));
      for (EntityId id : ids) fire(id, fired++);
      finish(fired);
      more = !ids.empty();
      commits.push_back(batch.seconds());
    }
    report("ledger: stages fired", fired, watch, commits);
  }

  size_t document_bytes() const {
    sqlite3* database = nullptr;
    sqlite3_open(options_.path.c_str(), &database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, "SELECT avg(length(doc)) FROM (SELECT doc FROM entity LIMIT 2000)", -1,
                       &statement, nullptr);
    sqlite3_step(statement);
    const auto bytes = static_cast<size_t>(sqlite3_column_double(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return bytes;
  }

 private:
  void create(int64_t i) {
    Entity& hazard = ledger_->create(*kind_, key_of(i));
    hazard.known = true;
    hazard.fields[event::kStateField] = cel::Value::of("reported");
    hazard.fields[event::kOpenField] = cel::Value::of(true);
    set(hazard, "title", "消防通道堵塞,二号车间东侧");
    set(hazard, "level", "general");
    set(hazard, "area", "3410" + std::to_string(i % 90 + 10));
    hazard.began_by = "0190c5a4-1d2e-7b6f-9c3d-" + key_of(i);
    hazard.began = test::seconds(i);
    hazard.items.resize(1);
    hazard.items[0].rule = rule_;
    hazard.items[0].episode = hazard.began_by;
    hazard.items[0].opened = hazard.items[0].planned = hazard.items[0].noticed = test::seconds(i);
    ledger_->index(hazard, true, hazard.text(field_["area"]), "E-" + std::to_string(i % 5'000));
    change(hazard, i);
  }
  void apply(int64_t n, int64_t i) {
    next_ += ms_of(ledger_->next_agenda());  // the engine asks before every event
    change(*ledger_->find(*kind_, key_of(n)), i);
  }
  void change(Entity& hazard, int64_t i) {
    cel::Arena& arena = ledger_->arena();
    hazard.fields[field_["due"]] = cel::Value::of(Date{static_cast<int32_t>(20'000 + i % 100)});
    hazard.fields[field_["percent"]] = cel::Value::of(0.5);
    const cel::Value requirement = cel::Value::of(arena.copy("立即清理"));
    hazard.fields[field_["requirements"]] =
        arena.copy(cel::Value::of(std::span<const cel::Value>(&requirement, 1)));
    hazard.changed = test::seconds(i);
    hazard.recent.push_back({mix(static_cast<uint64_t>(i)), mix(static_cast<uint64_t>(i) + 1)});
    if (hazard.recent.size() > 8) hazard.recent.erase(hazard.recent.begin());
    hazard.items[0].due = hazard.items[0].next = due_of(i);
    ledger_->touch(hazard);
    ledger_->journal({0, hazard.changed, JournalKind::record, hazard.id, "hazards", 0, i, body_});
  }
  void fire(EntityId id, int64_t i) {
    Entity* hazard = ledger_->get(id);
    Item& item = hazard->items[0];
    Alert alert;
    alert.id =
        "5f-" +
        hash128(std::to_string(static_cast<int64_t>(id)) + "/" + std::to_string(ms_of(item.next))).hex();
    alert.at = item.next;
    alert.rule = rule_;
    alert.stage = stage_;
    alert.json = std::string(300, 'j');
    alert.channels = {"gateway"};
    ledger_->raise(alert);
    item.fired.push_back({stage_, 1, item.next});
    item.next = test::seconds(86'400 * 40 + i);
    ledger_->touch(*hazard);
  }
  void finish(int64_t i) {
    ledger_->put(Position{{"hazards", 0}, i, 0, "cluster"});
    ledger_->set_instant(test::seconds(i));
    ledger_->commit();
  }
  void set(Entity& hazard, const char* field, std::string_view text) {
    hazard.fields[field_[field]] = cel::Value::of(ledger_->arena().copy(text));
  }

  Setting setting_;
  Options options_;
  std::shared_ptr<const event::Catalog> kinds_;
  const event::EntityKind* kind_ = nullptr;
  std::unique_ptr<Ledger> ledger_;
  std::map<std::string_view, int> field_;
  NameId rule_{}, stage_{};
  std::string body_;
  int64_t next_ = 0;
};

/// SQLite alone, used as well as measured.md 5 knows how.
class BareBench {
 public:
  BareBench(const test::TemporaryFolder& folder, const Setting& setting, size_t document)
      : setting_(setting),
        document_(document, 'd'),
        body_(400, 'b'),
        agenda_(static_cast<size_t>(setting.entities)) {
    sqlite3_open_v2(folder.path("bare.db").c_str(), &database_,
                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=50000; PRAGMA "
        "cache_size=-" +
        std::to_string(setting.cache_kib));
    run("CREATE TABLE entity(id INTEGER PRIMARY KEY, doc BLOB); CREATE TABLE position(part INTEGER PRIMARY "
        "KEY, off INT);"
        "CREATE TABLE agenda(at INT, entity INT, PRIMARY KEY(at, entity)) WITHOUT ROWID;"
        "CREATE TABLE journal(sequence INTEGER PRIMARY KEY, at INT, kind INT, entity INT, previous INT, "
        "topic INT, "
        "partition INT, offset INT, body BLOB)");
    write_ = prepare("INSERT INTO entity VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET doc = ?2");
    remove_ = prepare("DELETE FROM agenda WHERE at = ?1 AND entity = ?2");
    add_ = prepare("INSERT INTO agenda VALUES(?1, ?2)");
    journal_ = prepare("INSERT INTO journal VALUES(NULL, ?1, 0, ?2, ?3, 1, 0, ?4, ?5)");
    position_ = prepare("INSERT INTO position VALUES(0, ?1) ON CONFLICT DO UPDATE SET off = ?1");
    read_ = prepare("SELECT doc FROM entity WHERE id = ?1");
  }
  ~BareBench() {
    for (sqlite3_stmt* statement : {write_, remove_, add_, journal_, position_, read_})
      sqlite3_finalize(statement);
    sqlite3_close(database_);
  }
  BareBench(const BareBench&) = delete;
  BareBench& operator=(const BareBench&) = delete;

  void fill() {
    play("bare: new entities", setting_.entities, false, [](int64_t i) { return i; });
  }
  void events(bool reading) {
    play(reading ? "bare: events, rows read" : "bare: events", setting_.events, reading, [&](int64_t i) {
      return static_cast<int64_t>(mix(static_cast<uint64_t>(i)) % static_cast<uint64_t>(setting_.entities));
    });
  }

 private:
  using Entry = std::pair<int64_t, int64_t>;

  template <typename Pick>
  void play(const char* what, int64_t n, bool reading, Pick pick) {
    Watch watch;
    std::vector<double> commits;
    for (int64_t i = 0; i < n;) {
      Watch batch;
      run("BEGIN IMMEDIATE");
      ids_.clear();
      removed_.clear();
      added_.clear();
      for (int64_t k = 0; k < setting_.batch && i < n; ++k, ++i) one(pick(i), i, reading);
      finish(i);
      commits.push_back(batch.seconds());
    }
    report(what, n, watch, commits);
  }
  void one(int64_t entity, int64_t i, bool reading) {
    if (reading) {
      sqlite3_bind_int64(read_, 1, entity + 1);
      if (sqlite3_step(read_) == SQLITE_ROW)
        sink_ += sqlite3_column_bytes(read_, 0) + *static_cast<const char*>(sqlite3_column_blob(read_, 0));
      sqlite3_reset(read_);
    }
    ids_.push_back(entity + 1);
    agenda_[static_cast<size_t>(entity)].now = ms_of(due_of(i));
    sqlite3_bind_int64(journal_, 1, i);
    sqlite3_bind_int64(journal_, 2, entity + 1);
    sqlite3_bind_int64(journal_, 3, i / 2);
    sqlite3_bind_int64(journal_, 4, i);
    sqlite3_bind_blob(journal_, 5, body_.data(), static_cast<int>(body_.size()), SQLITE_STATIC);
    step(journal_);
  }
  void finish(int64_t offset) {
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    for (int64_t id : ids_) {
      // SQLite leaves a page alone if a row comes back unchanged: so let it change, as an event does.
      std::memcpy(document_.data() + document_.size() / 2, &++changes_, sizeof changes_);
      sqlite3_bind_int64(write_, 1, id);
      sqlite3_bind_blob(write_, 2, document_.data(), static_cast<int>(document_.size()), SQLITE_STATIC);
      step(write_);
      Planned& planned = agenda_[static_cast<size_t>(id - 1)];
      if (planned.now == planned.stored) continue;
      if (planned.stored != 0) removed_.emplace_back(planned.stored, id);
      added_.emplace_back(planned.stored = planned.now, id);
    }
    std::sort(removed_.begin(), removed_.end());
    std::sort(added_.begin(), added_.end());
    move(remove_, removed_);
    move(add_, added_);
    sqlite3_bind_int64(position_, 1, offset);
    step(position_);
    run("COMMIT");
  }
  void move(sqlite3_stmt* statement, const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      sqlite3_bind_int64(statement, 1, entry.first);
      sqlite3_bind_int64(statement, 2, entry.second);
      step(statement);
    }
  }
  void run(const std::string& sql) { check(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr)); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }
  void step(sqlite3_stmt* statement) {
    sqlite3_step(statement);
    check(sqlite3_reset(statement));
  }
  void check(int code) {
    if (code == SQLITE_OK) return;
    std::fprintf(stderr, "%s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }

  Setting setting_;
  std::string document_;
  std::string body_;
  struct Planned {
    int64_t stored = 0;
    int64_t now = 0;
  };
  std::vector<Planned> agenda_;  // by entity: what a program that holds all in memory would know
  sqlite3* database_ = nullptr;
  sqlite3_stmt *write_ = nullptr, *remove_ = nullptr, *add_ = nullptr, *journal_ = nullptr,
               *position_ = nullptr, *read_ = nullptr;
  std::vector<int64_t> ids_;
  std::vector<Entry> removed_, added_;
  int64_t sink_ = 0;
  int64_t changes_ = 0;
};

/// Nothing of the filling is left to do when the events begin.
void settle_disk() { sync(); }

void measure_open(LedgerBench& bench) {
  bench.close();
  Watch watch;
  bench.open();
  std::printf("ledger: opening              %8.1f ms\n", watch.seconds() * 1e3);
}

}  // namespace

int main(int count, char** arguments) {
  std::map<std::string, std::string> given;
  for (int i = 1; i < count; ++i) {
    const std::string argument = arguments[i];
    given[argument.substr(0, argument.find('='))] = argument.substr(argument.find('=') + 1);
  }
  Setting setting;
  if (given.contains("entities")) setting.entities = std::stoll(given["entities"]);
  if (given.contains("events")) setting.events = std::stoll(given["events"]);
  if (given.contains("batch")) setting.batch = std::stoll(given["batch"]);
  if (given.contains("cache")) setting.cache_kib = std::stoll(given["cache"]);
  const std::string only = given["only"];
  const test::TemporaryFolder folder;
  std::printf("%lld entities, %lld events, batches of %lld, page cache %lld KiB\n",
              static_cast<long long>(setting.entities), static_cast<long long>(setting.events),
              static_cast<long long>(setting.batch), static_cast<long long>(setting.cache_kib));
  size_t document = 350;
  if (only != "bare") {
    LedgerBench bench(folder, setting);
    bench.fill();
    measure_open(bench);
    settle_disk();
    bench.events();
    if (only != "ledger") bench.timers();
    bench.close();
    document = bench.document_bytes();
    std::printf("document: %zu bytes\n", document);
  }
  if (only != "ledger" && only != "timers") {
    BareBench bench(folder, setting, document);
    bench.fill();
    settle_disk();
    bench.events(false);
    bench.events(true);
  }
  return 0;
}
