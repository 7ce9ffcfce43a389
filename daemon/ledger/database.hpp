// SQLite behind RAII: a connection, its prepared statements, and every failure as a StorageError that names
// the file and the operation. One thread at a time per connection.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace duban::ledger {

class Database {
 public:
  enum class Access { read_write, read_only };

  Database(std::string path, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs statements whose rows nobody needs. `operation` is a phrase for the error: "creating the tables".
  void run(const char* sql, const char* operation);
  /// The first column of the first row; 0 if there is none.
  int64_t number(const char* sql, const char* operation);
  bool in_transaction() const;
  bool read_only() const { return access_ == Access::read_only; }
  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_; }
  /// Throws StorageError with SQLite's reason for the last failure.
  [[noreturn]] void fail(const char* operation) const;

 private:
  std::string path_;
  Access access_;
  sqlite3* handle_ = nullptr;
};

/// A statement prepared for the life of its database. Bound texts must outlive the run.
class Statement {
 public:
  Statement(Database& database, const char* sql, const char* operation);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(int index, int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind_blob(int index, std::string_view bytes);

  /// Runs to the end; for statements without rows.
  void run();
  /// Rows changed by the last run.
  int64_t changes() const;
  int64_t last_row() const;

  /// The next row; false at the end. Use within a Rows guard.
  bool next();
  bool null(int column) const;
  int64_t integer(int column) const;
  /// Valid until the next call of next() or the reset.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;
  void reset() noexcept;

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  const char* operation_;
};

/// Resets a statement on leaving the scope, so that no read snapshot stays open.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(statement) {}
  ~Rows() { statement_.reset(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  bool next() { return statement_.next(); }

 private:
  Statement& statement_;
};

}  // namespace duban::ledger
