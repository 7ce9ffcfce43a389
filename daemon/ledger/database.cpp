#include "ledger/database.hpp"

#include <sqlite3.h>

#include <mutex>

#include "ledger/ledger.hpp"
#include "ledger/wal_vfs.hpp"

namespace duban::ledger {

namespace {

/// The API's readers wait this long for a lock; the writer is alone and never waits.
constexpr int kBusyTimeoutMs = 5'000;

void configure_library() {
  // Memory statistics take a global lock at every allocation. Refused once SQLite is running: then it costs
  // a little and changes nothing.
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

}  // namespace

Database::Database(std::string path, Access access) : path_(std::move(path)), access_(access) {
  configure_library();
  const int flags =
      access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path_.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, wal_vfs()) != SQLITE_OK) {
    const std::string reason = handle_ ? sqlite3_errmsg(handle_) : "out of memory";
    sqlite3_close_v2(handle_);
    throw StorageError("ledger " + path_ + ": opening: " + reason +
                       "; expected a database of duban, or a folder it may create one in");
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
}

Database::~Database() { sqlite3_close_v2(handle_); }

void Database::fail(const char* operation) const {
  const int code = sqlite3_extended_errcode(handle_);
  throw StorageError("ledger " + path_ + ": " + operation + ": " + sqlite3_errmsg(handle_) +
                     " (SQLite code " + std::to_string(code) + ")");
}

void Database::run(const char* sql, const char* operation) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(operation);
}

int64_t Database::number(const char* sql, const char* operation) {
  Statement statement(*this, sql, operation);
  Rows rows(statement);
  return rows.next() ? statement.integer(0) : 0;
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

Statement::Statement(Database& database, const char* sql, const char* operation)
    : database_(database), operation_(operation) {
  if (sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) !=
      SQLITE_OK) {
    database.fail(operation);
  }
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, int64_t value) {
  if (sqlite3_bind_int64(statement_, index, value) != SQLITE_OK) database_.fail(operation_);
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  if (sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK) {
    database_.fail(operation_);
  }
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  const char* data = bytes.empty() ? "" : bytes.data();
  if (sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_STATIC) != SQLITE_OK) {
    database_.fail(operation_);
  }
  return *this;
}

void Statement::run() {
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_DONE && code != SQLITE_ROW) {
    sqlite3_reset(statement_);  // gives the error's text to the connection
    database_.fail(operation_);
  }
  sqlite3_reset(statement_);
}

int64_t Statement::changes() const { return sqlite3_changes64(database_.handle()); }
int64_t Statement::last_row() const { return sqlite3_last_insert_rowid(database_.handle()); }

bool Statement::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3_reset(statement_);
  database_.fail(operation_);
}

bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const { return blob(column); }

std::string_view Statement::blob(int column) const {
  // Texts are stored as UTF-8, so that their bytes need no conversion.
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data ? std::string_view(static_cast<const char*>(data), static_cast<size_t>(size))
              : std::string_view{};
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

}  // namespace duban::ledger
