#include "ledger/measures.hpp"

#include <algorithm>
#include <tuple>

namespace duban::ledger {

Measures::Measures(Database& database, const Names& names)
    : names_(names),
      add_(database,
           "INSERT INTO measure_count VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET count = count + ?4",
           "counting for a measure"),
      drop_(database,
            "DELETE FROM measure_count WHERE measure = ?1 AND place = ?2 AND day = ?3 AND count = 0",
            "counting for a measure"),
      sum_(
          database,
          "SELECT coalesce(sum(count), 0) FROM measure_count WHERE measure = ?1 AND place = ?2 AND day >= ?3 "
          "AND day <= ?4",
          "summing a measure"),
      // Division codes are digits: ':' is the character after them.
      sum_below_(database,
                 "SELECT coalesce(sum(count), 0) FROM measure_count WHERE measure = ?1 AND place >= ?2 AND "
                 "place < ?2 || ':' AND day >= ?3 AND day <= ?4",
                 "summing a measure"),
      clear_(database, "DELETE FROM measure_count", "counting anew"),
      all_(database, "SELECT measure, place, day, count FROM measure_count", "listing the measures") {}

void Measures::add(const MeasureCount& count) {
  for (Statement* statement : {&add_, &drop_}) {
    if (statement == &drop_ && count.count > 0) break;
    statement->bind(1, static_cast<int64_t>(count.measure)).bind(2, count.place).bind(3, count.day.days);
    if (statement == &add_) statement->bind(4, count.count);
    statement->run();
  }
}

int64_t Measures::sum(NameId measure, std::string_view place, bool below, Date from, Date to) {
  Statement& sum = below ? sum_below_ : sum_;
  sum.bind(1, static_cast<int64_t>(measure)).bind(2, place).bind(3, from.days).bind(4, to.days);
  Rows rows(sum);
  return rows.next() ? sum.integer(0) : 0;
}

std::vector<MeasureCount> Measures::all() {
  std::vector<MeasureCount> counts;
  Rows rows(all_);
  while (rows.next())
    counts.push_back({NameId{static_cast<int32_t>(all_.integer(0))}, std::string(all_.text(1)),
                      Date{static_cast<int32_t>(all_.integer(2))}, all_.integer(3)});
  std::sort(counts.begin(), counts.end(), [&](const MeasureCount& a, const MeasureCount& b) {
    return std::tie(names_.text(a.measure), a.place, a.day.days) <
           std::tie(names_.text(b.measure), b.place, b.day.days);
  });
  return counts;
}

}  // namespace duban::ledger
