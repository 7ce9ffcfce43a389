// Spans of triggers, and fan-outs in progress. Both are few.
#pragma once

#include <optional>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Spans {
 public:
  explicit Spans(Database& database);

  void put(const Span& span);
  /// In order of rule id and key.
  std::vector<Span> live();
  std::optional<Span> get(NameId rule, std::string_view key);

 private:
  Statement write_;
  Statement select_live_;
  Statement select_;
};

class Jobs {
 public:
  explicit Jobs(Database& database);

  int64_t put(Job& job);
  void finish(const Job& job);
  /// In order of creation.
  std::vector<Job> all();

 private:
  Statement insert_;
  Statement update_;
  Statement remove_;
  Statement select_;
};

}  // namespace duban::ledger
