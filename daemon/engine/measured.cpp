#include "engine/measured.hpp"

#include <algorithm>

#include "rule/scope.hpp"

namespace duban::engine {
namespace {

constexpr Date kFirstDay{INT32_MIN};
constexpr Date kLastDay{INT32_MAX};

}  // namespace

Days days_of(const rule::Measure& measure, const cel::Value* span, Date today) {
  if (span != nullptr) {
    const cel::Value& first = span->fields()[rule::kSpanStart];
    const cel::Value& last = span->fields()[rule::kSpanEnd];
    return {first.is(cel::Kind::date) ? first.date() : kFirstDay,
            last.is(cel::Kind::date) ? last.date() : kLastDay};
  }
  if (measure.within_days > 0) return {today - measure.within_days + 1, today};
  return {kFirstDay, kLastDay};
}

cel::Value measured(ledger::Ledger& ledger, const Asked& asked, cel::Context& context,
                    const Collect& collect) {
  const std::vector<rule::Measure>& all = asked.configuration.rules.measures;
  const rule::Measure& measure = all[static_cast<size_t>(asked.measure)];
  if (measure.kind == rule::Measure::Kind::value) {
    cel::Value* fields = context.arena.values(all.size());
    std::fill_n(fields, all.size(), cel::Value::absent());
    Asked used = asked;
    for (const int index : measure.uses) {
      used.measure = index;
      fields[index] = measured(ledger, used, context, collect);
    }
    const cel::Value record = cel::Value::of_record(measure.over, fields);
    return measure.value->evaluate({&record, 1}, context);
  }
  if (!measure.counted()) return collect(measure);
  const Days days = days_of(measure, asked.span, asked.today);
  return cel::Value::of(ledger.counted(ledger.intern(measure.id), asked.place,
                                       measure.by == rule::Measure::By::area, days.first, days.last));
}

}  // namespace duban::engine
