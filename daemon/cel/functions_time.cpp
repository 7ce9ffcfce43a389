// Getters of timestamps, durations and dates; date().
//
// A getter without a zone takes the context's: UTC as CEL says, or the host's own. Months and days of the
// month count from 0, getDate() from 1, as CEL took it from JavaScript.
#include "cel/civil.hpp"
#include "cel/overload.hpp"

namespace duban::cel {
namespace {

using Arguments = std::span<const Value>;

/// Seconds that `zone` is ahead of UTC at `t`.
int64_t offset_of(const Zone& zone, const Value& t) {
  LocalTime local = zone.local(t.instant());
  int64_t floor_of_instant = t.seconds();
  return local.date.days * int64_t{86'400} + local.time.seconds - floor_of_instant;
}

/// "+05:30", "-8:00" or "02:00" as seconds.
bool parse_offset(std::string_view text, int64_t& seconds) {
  int64_t sign = text.starts_with('-') ? -1 : 1;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  size_t colon = text.find(':');
  if (colon == 0 || colon > 2 || text.size() != colon + 3) return false;
  int64_t parts[2] = {0, 0};
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == colon) continue;
    if (text[i] < '0' || text[i] > '9') return false;
    int64_t& part = parts[i > colon];
    part = part * 10 + (text[i] - '0');
  }
  seconds = sign * (parts[0] * 3600 + parts[1] * 60);
  return parts[0] < 24 && parts[1] < 60;
}

/// Local seconds of a timestamp in the zone of the second argument, or in the context's.
bool local_seconds(Context& context, Arguments a, int64_t& seconds) {
  seconds = a[0].seconds();
  int64_t offset = 0;
  if (a.size() == 1) {
    if (context.zone) seconds += offset_of(*context.zone, a[0]);
    return true;
  }
  if (parse_offset(a[1].text(), offset)) {
    seconds += offset;
    return true;
  }
  constexpr uint64_t kLookingUp = 100;  // a zone by name, most of all one that does not exist
  if (!spend(context, kLookingUp)) return false;
  auto zone = Zone::find(std::string(a[1].text()));
  if (!zone) return false;
  seconds += offset_of(*zone, a[0]);
  return true;
}

template <int (*Part)(const CivilTime&)>
Value get(Context& context, Arguments a) {
  int64_t seconds = 0;
  if (a[0].is(Kind::date)) {
    seconds = a[0].date().days * int64_t{86'400};
  } else if (!local_seconds(context, a, seconds)) {
    if (context.budget == 0) return Value::error(kBudgetSpent);
    return fail(context, "unknown time zone '" + std::string(a[1].text()) + "'");
  }
  return Value::of(int64_t{Part(civil_of(seconds))});
}

int year_of(const CivilTime& t) { return t.year; }
int month_of(const CivilTime& t) { return t.month - 1; }
int day_of_month(const CivilTime& t) { return t.day - 1; }
int date_of(const CivilTime& t) { return t.day; }
int day_of_week(const CivilTime& t) { return t.weekday; }
int day_of_year(const CivilTime& t) { return t.day_of_year; }
int hour_of(const CivilTime& t) { return t.hour; }
int minute_of(const CivilTime& t) { return t.minute; }
int second_of(const CivilTime& t) { return t.second; }

Value milliseconds_of(Context&, Arguments a) { return Value::of(int64_t{a[0].nanos() / 1'000'000}); }

/// A duration in whole units of `Size` nanoseconds, cut towards zero.
template <int64_t Size>
Value duration_in(Context&, Arguments a) {
  return Value::of(static_cast<int64_t>(nanoseconds_of(a[0]) / Size));
}
Value duration_milliseconds(Context&, Arguments a) {
  return Value::of(static_cast<int64_t>(nanoseconds_of(a[0]) % 1'000'000'000 / 1'000'000));
}

Value to_date(Context& context, Arguments a) {
  if (a[0].is(Kind::date)) return a[0];
  if (a[0].is(Kind::timestamp)) {
    if (context.zone) return Value::of(context.zone->date(a[0].instant()));
    int64_t seconds = a[0].seconds();
    return Value::of(Date{static_cast<int32_t>((seconds - ((seconds % 86'400) + 86'400) % 86'400) / 86'400)});
  }
  if (auto d = Date::parse(a[0].text())) return Value::of(*d);
  return fail(context, "'" + std::string(a[0].text()) + "' is no date (2023-02-07)");
}

}  // namespace

void add_time_functions(std::vector<Overload>& out) {
  using Base = Type::Base;
  const Type timestamp = Type::of(Base::timestamp), text = Type::of(Base::string),
             number = Type::of(Base::integer);
  auto getter = [&](const char* name, auto call) {
    out.push_back({{name, {timestamp}, number, call}, true, false});
    out.push_back({{name, {timestamp, text}, number, call}, true});
  };
  auto date_getter = [&](const char* name, auto call) {
    getter(name, call);
    out.push_back({{name, {Type::of(Base::date)}, number, call}, true});
  };
  auto duration_getter = [&](const char* name, auto call) {
    out.push_back({{name, {Type::of(Base::duration)}, number, call}, true});
  };
  date_getter("getFullYear", get<year_of>);
  date_getter("getMonth", get<month_of>);
  date_getter("getDayOfMonth", get<day_of_month>);
  date_getter("getDate", get<date_of>);
  date_getter("getDayOfWeek", get<day_of_week>);
  date_getter("getDayOfYear", get<day_of_year>);
  getter("getHours", get<hour_of>);
  getter("getMinutes", get<minute_of>);
  getter("getSeconds", get<second_of>);
  getter("getMilliseconds", milliseconds_of);
  duration_getter("getHours", duration_in<3'600'000'000'000>);
  duration_getter("getMinutes", duration_in<60'000'000'000>);
  duration_getter("getSeconds", duration_in<1'000'000'000>);
  duration_getter("getMilliseconds", duration_milliseconds);
  out.push_back({{"date", {text}, Type::of(Base::date), to_date}});
  out.push_back({{"date", {Type::of(Base::date)}, Type::of(Base::date), to_date}});
  out.push_back({{"date", {timestamp}, Type::of(Base::date), to_date}, false, false});
}

}  // namespace duban::cel
