#include "rule/functions.hpp"

#include <fmt/format.h>

#include <cmath>

namespace duban::rule {
namespace {

using cel::Context;
using cel::Kind;
using cel::Type;
using cel::Value;
using Base = Type::Base;
using Arguments = std::span<const Value>;

Host* host_of(const Context& context) { return static_cast<Host*>(context.host); }

const Type kText = Type::of(Base::string);
const Type kWhole = Type::of(Base::integer);
const Type kBool = Type::of(Base::boolean);
const Type kDate = Type::of(Base::date);
const Type kInstant = Type::of(Base::timestamp);

/// A date, or the local date of a timestamp.
Date date_of(const Context& context, const Value& v) {
  if (v.is(Kind::date)) return v.date();
  const Host* host = host_of(context);
  return (host != nullptr ? host->zone : Zone::shanghai()).date(v.instant());
}

Value no_calendar() { return Value::error("no calendar is loaded"); }

void note_provisional(Context& context, Date a, Date b) {
  Host* host = host_of(context);
  if (host->calendar->provisional(a, b)) host->provisional = true;
}

// The widest reach of a day count: far beyond every deadline, and no date leaves the calendar's range by it.
constexpr int64_t kMostDays = 36'600;

Value call_within(Context&, Arguments a) { return Value::of(within(a[0].text(), a[1].text())); }

Value call_within_any(Context&, Arguments a) {
  for (const Value& prefix : a[1].items()) {
    if (prefix.is(Kind::string) && within(a[0].text(), prefix.text())) return Value::of(true);
  }
  return Value::of(false);
}

Value call_same_area(Context&, Arguments a) {
  const std::string_view level = a[2].text();
  const size_t digits = level == "province" ? 2 : level == "city" ? 4 : level == "district" ? 6 : 0;
  if (digits == 0) return Value::error("same_area: the third argument is province, city or district");
  const std::string_view x = a[0].text(), y = a[1].text();
  return Value::of(x.size() >= digits && y.size() >= digits && x.substr(0, digits) == y.substr(0, digits));
}

Value call_add_days(Context& context, Arguments a) {
  const int64_t n = a[1].integer();
  if (n > kMostDays || n < -kMostDays) return Value::error("add_days: more than a hundred years");
  return Value::of(date_of(context, a[0]) + static_cast<int>(n));
}

Value call_add_workdays(Context& context, Arguments a) {
  const Host* host = host_of(context);
  if (host == nullptr || host->calendar == nullptr) return no_calendar();
  const int64_t n = a[1].integer();
  if (n > kMostDays || n < -kMostDays) return Value::error("add_workdays: more than a hundred years");
  const Date from = date_of(context, a[0]);
  const Date to = host->calendar->add_workdays(from, static_cast<int>(n));
  note_provisional(context, from, to);
  return Value::of(to);
}

Value call_workdays_between(Context& context, Arguments a) {
  const Host* host = host_of(context);
  if (host == nullptr || host->calendar == nullptr) return no_calendar();
  const Date from = date_of(context, a[0]), to = date_of(context, a[1]);
  if (std::abs(int64_t{to.days} - from.days) > kMostDays)
    return Value::error("workdays_between: more than a hundred years");
  note_provisional(context, from, to);
  return Value::of(host->calendar->workdays_between(from, to));
}

Value call_is_workday(Context& context, Arguments a) {
  const Host* host = host_of(context);
  if (host == nullptr || host->calendar == nullptr) return no_calendar();
  const Date d = date_of(context, a[0]);
  note_provisional(context, d, d);
  return Value::of(host->calendar->is_workday(d));
}

Value call_month(Context& context, Arguments a) {
  return Value::of(context.arena.copy(fmt::format("{}月", date_of(context, a[0]).month())));
}

Value percent(Context& context, double ratio) {
  if (!std::isfinite(ratio)) return Value::error("percent: not a number");
  return Value::of(context.arena.copy(fmt::format("{:.1f}%", ratio * 100)));
}
Value call_percent(Context& context, Arguments a) { return percent(context, a[0].floating()); }
Value call_percent_whole(Context& context, Arguments a) {
  return percent(context, static_cast<double>(a[0].integer()));
}

Value call_join(Context& context, Arguments a) {
  std::string text;
  bool first = true;
  for (const Value& item : a[0].items()) {
    if (!first) text += a[1].text();
    first = false;
    text += cel::to_text(item);
  }
  return Value::of(context.arena.copy(text));
}

/// One overload for each way to give a date.
void add_for_dates(cel::Environment& env, const char* name, std::vector<Type> more, const Type& result,
                   Value (*call)(Context&, Arguments)) {
  for (const Type& day : {kDate, kInstant}) {
    std::vector<Type> parameters = {day};
    parameters.insert(parameters.end(), more.begin(), more.end());
    env.add({name, std::move(parameters), result, call});
  }
}

}  // namespace

bool within(std::string_view area, std::string_view prefix) { return area.starts_with(prefix); }

void add_functions(cel::Environment& env) {
  env.add({"within", {kText, kText}, kBool, call_within});
  env.add({"within", {kText, Type::list_of(kText)}, kBool, call_within_any});
  env.add(
      {"same_area", {kText, kText, Type::one_of({"province", "city", "district"})}, kBool, call_same_area});
  add_for_dates(env, "add_days", {kWhole}, kDate, call_add_days);
  add_for_dates(env, "add_workdays", {kWhole}, kDate, call_add_workdays);
  add_for_dates(env, "workdays_between", {kDate}, kWhole, call_workdays_between);
  add_for_dates(env, "workdays_between", {kInstant}, kWhole, call_workdays_between);
  add_for_dates(env, "is_workday", {}, kBool, call_is_workday);
  add_for_dates(env, "month", {}, kText, call_month);
  env.add({"percent", {Type::of(Base::floating)}, kText, call_percent});
  env.add({"percent", {kWhole}, kText, call_percent_whole});
  env.add({"join", {Type::list_of(Type::dyn()), kText}, kText, call_join});
}

}  // namespace duban::rule
