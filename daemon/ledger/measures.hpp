// What measures count: a number for each measure, place and day. Places are division codes, units or whatever
// a measure counts by.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Measures {
 public:
  Measures(Database& database, const Names& names);

  /// Adds `count` (negative: takes away); a number that comes to 0 is no longer kept.
  void add(const MeasureCount& count);
  /// Writes what was added in this transaction: one row for many events of a place and a day.
  void store();
  void rolled_back() { added_.clear(); }
  /// The sum over the days [from, to] in `place`, or in all places that begin with it.
  int64_t sum(NameId measure, std::string_view place, bool below, Date from, Date to);
  void clear();
  /// In order of measure id, place and day.
  std::vector<MeasureCount> all();

 private:
  const Names& names_;
  std::map<std::tuple<int32_t, std::string, int32_t>, int64_t> added_;  // measure, place, day
  Statement add_;
  Statement drop_;
  Statement sum_;
  Statement sum_below_;
  Statement clear_;
  Statement all_;
};

}  // namespace duban::ledger
