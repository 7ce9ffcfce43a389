#include "ledger/measures.hpp"

#include <algorithm>
#include <cstdint>

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
  added_[{static_cast<int32_t>(count.measure), count.place, count.day.days}] += count.count;
}

void Measures::store() {
  for (const auto& [key, count] : added_) {
    if (count == 0) continue;
    const auto& [measure, place, day] = key;
    add_.bind(1, int64_t{measure}).bind(2, place).bind(3, int64_t{day}).bind(4, count).run();
    if (count < 0) drop_.bind(1, int64_t{measure}).bind(2, place).bind(3, int64_t{day}).run();
  }
  added_.clear();
}

int64_t Measures::sum(NameId measure, std::string_view place, bool below, Date from, Date to) {
  const auto number = static_cast<int32_t>(measure);
  int64_t total = 0;
  for (auto it = added_.lower_bound({number, std::string(place), INT32_MIN}); it != added_.end(); ++it) {
    const auto& [of, where, day] = it->first;
    if (of != number || !(below ? where.starts_with(place) : where == place)) break;
    if (day >= from.days && day <= to.days) total += it->second;
  }
  Statement& sum = below ? sum_below_ : sum_;
  sum.bind(1, int64_t{number}).bind(2, place).bind(3, int64_t{from.days}).bind(4, int64_t{to.days});
  Rows rows(sum);
  return rows.next() ? total + sum.integer(0) : total;
}

void Measures::clear() {
  added_.clear();
  clear_.run();
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
