#include "bare_pipeline.hpp"

#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"

using namespace duban;

namespace {

void execute(sqlite3* db, const char* sql) {
  if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(db));
}
sqlite3_stmt* prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(db));
  return statement;
}
void step(sqlite3_stmt* statement) {
  const int code = sqlite3_step(statement);
  if (code != SQLITE_DONE && code != SQLITE_ROW) throw std::runtime_error("sqlite");
  sqlite3_reset(statement);
}

struct Hazard {
  int64_t entity = 0;
  int64_t due = 0;  // 0: none yet
};

/// Hazards by key: those of a batch; the others are looked up and read.
class Hazards {
 public:
  explicit Hazards(sqlite3* db) {
    execute(db, "CREATE TABLE entity_key(hash INTEGER PRIMARY KEY, entity INT)");
    find_ = prepare(db, "SELECT entity FROM entity_key WHERE hash=?1");
    read_ = prepare(db, "SELECT due, doc FROM entity WHERE id=?1");
    add_ = prepare(db, "INSERT INTO entity_key VALUES(?1,?2)");
  }
  ~Hazards() {
    for (sqlite3_stmt* statement : {find_, read_, add_}) sqlite3_finalize(statement);
  }
  Hazards(const Hazards&) = delete;
  Hazards& operator=(const Hazards&) = delete;

  Hazard& of(const std::string& key) {
    const auto [found, is_new] = known_.try_emplace(key);
    if (!is_new) return found->second;
    if (load(key, found->second)) return found->second;
    found->second.entity = ++last_;
    added_.emplace_back(hash_of(key), last_);
    return found->second;
  }
  void write() {
    std::sort(added_.begin(), added_.end());
    for (const auto& [hash, entity] : added_) {
      sqlite3_bind_int64(add_, 1, hash);
      sqlite3_bind_int64(add_, 2, entity);
      step(add_);
    }
    added_.clear();
    known_.clear();
  }

 private:
  static int64_t hash_of(const std::string& key) {
    return static_cast<int64_t>(std::hash<std::string>{}(key) >> 1U);
  }
  bool load(const std::string& key, Hazard& hazard) {
    sqlite3_bind_int64(find_, 1, hash_of(key));
    const bool is_there = sqlite3_step(find_) == SQLITE_ROW;
    if (is_there) hazard.entity = sqlite3_column_int64(find_, 0);
    sqlite3_reset(find_);
    if (!is_there) return false;
    sqlite3_bind_int64(read_, 1, hazard.entity);
    if (sqlite3_step(read_) == SQLITE_ROW) {
      hazard.due = sqlite3_column_int64(read_, 0);
      document_.assign(static_cast<const char*>(sqlite3_column_blob(read_, 1)),
                       static_cast<size_t>(sqlite3_column_bytes(read_, 1)));
    }
    sqlite3_reset(read_);
    return true;
  }

  std::unordered_map<std::string, Hazard> known_;
  std::vector<std::pair<int64_t, int64_t>> added_;
  std::string document_;
  int64_t last_ = 0;
  sqlite3_stmt* find_ = nullptr;
  sqlite3_stmt* read_ = nullptr;
  sqlite3_stmt* add_ = nullptr;
};

struct BareRow {
  Hazard* hazard = nullptr;
  int64_t due = 0;
  std::string document;
  int32_t partition = 0;
  int64_t offset = 0;
};

}  // namespace

double bench::run_bare(const std::string& bootstrap, const char* topic, int partitions, size_t count,
                       const std::string& path) {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // as the daemon's ledger has it: no lock at each allocation
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                  nullptr);
  execute(db,
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA "
          "wal_autocheckpoint=50000");
  execute(
      db,
      "CREATE TABLE entity(id INTEGER PRIMARY KEY, due INT, doc BLOB);"
      "CREATE TABLE timer(due INT, entity INT, PRIMARY KEY(due, entity)) WITHOUT ROWID;"
      "CREATE TABLE history(sequence INTEGER PRIMARY KEY, entity INT, partition INT, offset INT, body BLOB);"
      "CREATE TABLE position(partition INTEGER PRIMARY KEY, next INT)");
  sqlite3_stmt* put = prepare(db, "INSERT OR REPLACE INTO entity VALUES(?1,?2,?3)");
  sqlite3_stmt* arm = prepare(db, "INSERT OR REPLACE INTO timer VALUES(?1,?2)");
  sqlite3_stmt* disarm = prepare(db, "DELETE FROM timer WHERE due=?1 AND entity=?2");
  sqlite3_stmt* append = prepare(db, "INSERT INTO history(entity,partition,offset,body) VALUES(?1,?2,?3,?4)");
  sqlite3_stmt* move = prepare(db, "INSERT OR REPLACE INTO position VALUES(?1,?2)");

  char error[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"bootstrap.servers", bootstrap},
                                          {"group.id", "bare"},
                                          {"enable.auto.commit", "false"},
                                          {"fetch.wait.max.ms", "5"},
                                          {"queued.max.messages.kbytes", "65536"}})
    rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  rd_kafka_poll_set_consumer(consumer);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(consumer);
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(partitions);
  for (int p = 0; p < partitions; ++p)
    rd_kafka_topic_partition_list_add(all, topic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);

  simdjson::dom::parser parser;
  std::string padded;
  auto hazards = std::make_unique<Hazards>(db);
  std::vector<rd_kafka_message_t*> messages(limits::kBatchRecords);
  std::chrono::steady_clock::time_point begin;
  size_t done = 0;
  while (done < count) {
    size_t got = 0;
    while (got < messages.size() && done + got < count) {
      const ssize_t more = rd_kafka_consume_batch_queue(queue, got == 0 ? 1000 : 0, messages.data() + got,
                                                        messages.size() - got);
      if (more <= 0) break;
      if (done == 0 && got == 0) begin = std::chrono::steady_clock::now();
      got += static_cast<size_t>(more);
    }
    std::vector<BareRow> rows;
    std::map<int32_t, int64_t> positions;
    execute(db, "BEGIN IMMEDIATE");
    for (size_t i = 0; i < got; ++i) {
      const rd_kafka_message_t* message = messages[i];
      if (message->err == 0) {
        padded.assign(static_cast<const char*>(message->payload), message->len);
        padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
        const simdjson::dom::element event = parser.parse(padded);
        const std::string key(event["subject"].get_string().value());
        const std::string_view due =
            event["data"]["due"].error() ? "2026-05-01" : std::string_view(event["data"]["due"]);
        Hazard& hazard = hazards->of(key);
        const Date date = Date::parse(due).value_or(Date{});
        rows.push_back(
            {&hazard, int64_t{date.days} * 86'400'000 + static_cast<int64_t>(done + i), padded, 0, 0});
        rows.back().partition = message->partition;
        rows.back().offset = message->offset;
        positions[message->partition] = message->offset + 1;
      }
      rd_kafka_message_destroy(messages[i]);
    }
    for (const BareRow& row : rows) {
      sqlite3_bind_int64(append, 1, row.hazard->entity);
      sqlite3_bind_int64(append, 2, row.partition);
      sqlite3_bind_int64(append, 3, row.offset);
      sqlite3_bind_blob(append, 4, row.document.data(), static_cast<int>(row.document.size()), SQLITE_STATIC);
      step(append);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const BareRow& a, const BareRow& b) { return a.hazard->entity < b.hazard->entity; });
    std::vector<std::pair<int64_t, int64_t>> gone;
    std::vector<std::pair<int64_t, int64_t>> come;
    for (const BareRow& row : rows) {
      Hazard& hazard = *row.hazard;
      sqlite3_bind_int64(put, 1, hazard.entity);
      sqlite3_bind_int64(put, 2, row.due);
      sqlite3_bind_blob(put, 3, row.document.data(), static_cast<int>(row.document.size()), SQLITE_STATIC);
      step(put);
      if (hazard.due != 0) gone.emplace_back(hazard.due, hazard.entity);
      come.emplace_back(row.due, hazard.entity);
      hazard.due = row.due;
    }
    std::sort(come.begin(), come.end());
    std::sort(gone.begin(), gone.end());
    for (const auto& [due, entity] : come) {
      sqlite3_bind_int64(arm, 1, due);
      sqlite3_bind_int64(arm, 2, entity);
      step(arm);
    }
    for (const auto& [due, entity] : gone) {
      sqlite3_bind_int64(disarm, 1, due);
      sqlite3_bind_int64(disarm, 2, entity);
      step(disarm);
    }
    for (const auto& [partition, next] : positions) {
      sqlite3_bind_int64(move, 1, partition);
      sqlite3_bind_int64(move, 2, next);
      step(move);
    }
    hazards->write();
    execute(db, "COMMIT");
    done += rows.size();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  hazards.reset();
  for (sqlite3_stmt* statement : {put, arm, disarm, append, move}) sqlite3_finalize(statement);
  sqlite3_close(db);
  return seconds;
}
