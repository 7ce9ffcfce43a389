// Counters kept with the rows they count, so that metrics and "is this state in use" need no scan.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/database.hpp"

namespace duban::ledger {

enum class Count : uint8_t { entities, open_items, alerts, pending, held, rejected, dead_letters };
inline constexpr size_t kCounts = 7;

class Tallies {
 public:
  explicit Tallies(Database& database);

  void add(Count count, int64_t by) { counts_[static_cast<size_t>(count)].add(by); }
  int64_t get(Count count) const { return counts_[static_cast<size_t>(count)].now; }
  /// Known entities of a kind in a state.
  void add_state(std::string_view kind, std::string_view state, int64_t by);
  int64_t in_state(std::string_view kind, std::string_view state) const;

  /// Writes what has changed in the open transaction.
  void store();
  void committed();
  void rolled_back();
  /// Of a file that another process writes.
  void refresh();

 private:
  struct Number {
    int64_t now = 0;
    int64_t stored = 0;
    int64_t committed = 0;
    void add(int64_t by) { now += by; }
  };
  void store(const std::string& name, Number& number);
  template <typename Action>
  void for_all(Action action);

  Statement select_;
  Statement write_;
  std::array<Number, kCounts> counts_;
  std::unordered_map<std::string, Number> states_;
};

}  // namespace duban::ledger
