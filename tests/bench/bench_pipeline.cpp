// Events per second from a broker to the ledger: the bare libraries, then the daemon, on the same records.
//
//   bench_pipeline [EVENTS] [HAZARDS]
//
// The broker is librdkafka's mock cluster in a process of its own. `bare` does the same I/O without rules:
// librdkafka batches, simdjson, and in SQLite what any system that forgets nothing has to write for an event:
// the hazard's row, its earliest instant, one append to the history, the offsets, in one transaction; WAL,
// synchronous=FULL, batches of 5,000. `daemon` is the whole daemon with the shipped rules.
#include <fmt/core.h>
#include <librdkafka/rdkafka.h>
#include <simdjson.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include "app/daemon.hpp"
#include "bench_events.hpp"
#include "core/limits.hpp"
#include "intake/embedded_broker.hpp"
#include "intake/kafka_source.hpp"

using namespace duban;

namespace {

constexpr const char* kTopic = "bench";
constexpr int kPartitions = 12;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// A process that holds the broker; ends with this object.
class BrokerProcess {
 public:
  BrokerProcess(size_t events, size_t hazards) {
    int channel[2];
    if (pipe(channel) != 0) throw std::runtime_error("pipe");
    child_ = fork();
    if (child_ == 0) serve(channel[1], events, hazards);
    close(channel[1]);
    char buffer[64] = {};
    if (read(channel[0], buffer, sizeof buffer - 1) <= 0)
      throw std::runtime_error("the broker did not start");
    close(channel[0]);
    bootstrap = buffer;
  }
  ~BrokerProcess() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;
  std::string bootstrap;

 private:
  [[noreturn]] static void serve(int out, size_t count, size_t hazards) {
    intake::EmbeddedBroker broker({{kTopic, kPartitions}});
    const Instant from = Zone::shanghai().parse("2026-03-01T08:00").value();
    for (const bench::BenchEvent& event :
         bench::bench_events(count, hazards, from, std::chrono::hours(24), 1))
      broker.produce(
          {kTopic, event.key, event.json, {{"content-type", "application/cloudevents+json"}}, event.at, -1});
    broker.flush(std::chrono::minutes(2));
    if (write(out, broker.bootstrap().data(), broker.bootstrap().size()) < 0) _exit(1);
    for (;;) pause();
  }
  pid_t child_ = 0;
};

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

struct BareRow {
  int64_t entity = 0;
  int64_t due = 0;
  std::string document;
  int32_t partition = 0;
  int64_t offset = 0;
};

/// The bare stack: one thread, sorted write-back per batch, only the earliest instant indexed.
double run_bare(const std::string& bootstrap, size_t count, const std::string& path) {
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                  nullptr);
  execute(db,
          "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA "
          "wal_autocheckpoint=50000");
  execute(
      db,
      "CREATE TABLE entity(id INTEGER PRIMARY KEY, doc BLOB);"
      "CREATE TABLE timer(due INT, entity INT, PRIMARY KEY(due, entity)) WITHOUT ROWID;"
      "CREATE TABLE history(sequence INTEGER PRIMARY KEY, entity INT, partition INT, offset INT, body BLOB);"
      "CREATE TABLE position(partition INTEGER PRIMARY KEY, next INT)");
  sqlite3_stmt* put = prepare(db, "INSERT OR REPLACE INTO entity VALUES(?1,?2)");
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
  rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(kPartitions);
  for (int p = 0; p < kPartitions; ++p)
    rd_kafka_topic_partition_list_add(all, kTopic, p)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(consumer, all);

  simdjson::dom::parser parser;
  std::string padded;
  std::unordered_map<std::string, int64_t> ids;
  std::unordered_map<int64_t, int64_t> armed;
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
    for (size_t i = 0; i < got; ++i) {
      const rd_kafka_message_t* message = messages[i];
      if (message->err == 0) {
        padded.assign(static_cast<const char*>(message->payload), message->len);
        padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
        const simdjson::dom::element event = parser.parse(padded);
        const std::string key(event["subject"].get_string().value());
        const std::string_view due =
            event["data"]["due"].error() ? "2026-05-01" : std::string_view(event["data"]["due"]);
        const auto id = ids.try_emplace(key, static_cast<int64_t>(ids.size()) + 1).first->second;
        const Date date = Date::parse(due).value_or(Date{});
        rows.push_back({id, int64_t{date.days} * 86'400'000 + static_cast<int64_t>(done + i), padded, 0, 0});
        rows.back().partition = message->partition;
        rows.back().offset = message->offset;
        positions[message->partition] = message->offset + 1;
      }
      rd_kafka_message_destroy(messages[i]);
    }
    execute(db, "BEGIN IMMEDIATE");
    for (const BareRow& row : rows) {
      sqlite3_bind_int64(append, 1, row.entity);
      sqlite3_bind_int64(append, 2, row.partition);
      sqlite3_bind_int64(append, 3, row.offset);
      sqlite3_bind_blob(append, 4, row.document.data(), static_cast<int>(row.document.size()), SQLITE_STATIC);
      step(append);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const BareRow& a, const BareRow& b) { return a.entity < b.entity; });
    std::vector<std::pair<int64_t, int64_t>> gone;
    std::vector<std::pair<int64_t, int64_t>> come;
    for (const BareRow& row : rows) {
      sqlite3_bind_int64(put, 1, row.entity);
      sqlite3_bind_blob(put, 2, row.document.data(), static_cast<int>(row.document.size()), SQLITE_STATIC);
      step(put);
      int64_t& due = armed[row.entity];
      if (due != 0) gone.emplace_back(due, row.entity);
      come.emplace_back(row.due, row.entity);
      due = row.due;
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
    execute(db, "COMMIT");
    done += rows.size();
  }
  const double seconds = seconds_since(begin);
  rd_kafka_topic_partition_list_destroy(all);
  rd_kafka_queue_destroy(queue);
  rd_kafka_consumer_close(consumer);
  rd_kafka_destroy(consumer);
  for (sqlite3_stmt* statement : {put, arm, disarm, append, move}) sqlite3_finalize(statement);
  sqlite3_close(db);
  return seconds;
}

double run_daemon(const std::string& bootstrap, size_t count, const std::string& store) {
  Diagnostics findings;
  app::Loaded loaded = app::load_all(DUBAN_SOURCE_DIR "/config/duban.yaml", findings);
  if (!loaded.configuration) throw std::runtime_error(findings.text());
  loaded.settings.store_directory = store;
  loaded.settings.channels.clear();
  loaded.settings.dead_letter_topic.clear();
  loaded.settings.directory_file.clear();
  log::start(log::Level::warning);
  asio::io_context loop(1);
  const auto clock = make_system_clock();
  intake::KafkaOptions kafka;
  kafka.topics = {kTopic};
  kafka.properties = {{"bootstrap.servers", bootstrap}, {"group.id", "duban"}, {"fetch.wait.max.ms", "5"}};
  std::string error;
  auto source = intake::make_kafka_source(loop, std::move(kafka), error);
  if (!source) throw std::runtime_error(error);
  app::DaemonOptions options;
  options.own_channels = [] { return std::vector<std::unique_ptr<delivery::Channel>>{}; };
  app::Daemon daemon(loop, *clock, std::move(loaded), std::move(source), std::move(options));
  std::chrono::steady_clock::time_point begin;
  double seconds = 0;
  daemon.on_ready = [&] { begin = std::chrono::steady_clock::now(); };
  asio::steady_timer poll(loop);
  std::function<void()> watch = [&] {
    poll.expires_after(std::chrono::milliseconds(5));
    poll.async_wait([&](asio::error_code) {
      if (daemon.state().events < count) return watch();
      seconds = seconds_since(begin);
      daemon.stop();
    });
  };
  watch();
  daemon.start([&](int code) {
    if (code != 0) throw std::runtime_error("the daemon ended with " + std::to_string(code));
    loop.stop();
  });
  loop.run();
  if (daemon.state().dead_letters > 0) throw std::runtime_error("events were refused");
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400'000;
  const size_t hazards = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const auto folder = std::filesystem::temp_directory_path() / ("duban-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  try {
    const BrokerProcess broker(count, hazards);
    const double bare = run_bare(broker.bootstrap, count, (folder / "bare.db").string());
    const double whole = run_daemon(broker.bootstrap, count, (folder / "ledger").string());
    const auto n = static_cast<double>(count);
    fmt::print("bare stack   {:>9.0f} events/s\ndaemon       {:>9.0f} events/s\nratio        {:>9.2f}\n",
               n / bare, n / whole, bare / whole);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "bench_pipeline: {}\n", failure.what());
    std::filesystem::remove_all(folder);
    return 1;
  }
  std::filesystem::remove_all(folder);
}
