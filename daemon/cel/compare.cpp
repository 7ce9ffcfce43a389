#include "cel/compare.hpp"

#include <algorithm>
#include <cmath>

#include "cel/type.hpp"

namespace duban::cel {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr double kTwoTo64 = 18446744073709551616.0;

std::partial_ordering compare_int_double(int64_t i, double d) {
  if (std::isnan(d)) return std::partial_ordering::unordered;
  if (d >= kTwoTo63) return std::partial_ordering::less;
  if (d < -kTwoTo63) return std::partial_ordering::greater;
  double whole = std::trunc(d);
  int64_t w = static_cast<int64_t>(whole);
  if (i != w) return i < w ? std::partial_ordering::less : std::partial_ordering::greater;
  return 0.0 <=> d - whole;
}

std::partial_ordering compare_uint_double(uint64_t u, double d) {
  if (std::isnan(d)) return std::partial_ordering::unordered;
  if (d >= kTwoTo64) return std::partial_ordering::less;
  if (d < 0) return std::partial_ordering::greater;
  double whole = std::trunc(d);
  uint64_t w = static_cast<uint64_t>(whole);
  if (u != w) return u < w ? std::partial_ordering::less : std::partial_ordering::greater;
  return 0.0 <=> d - whole;
}

std::partial_ordering compare_int_uint(int64_t i, uint64_t u) {
  if (i < 0) return std::partial_ordering::less;
  return static_cast<uint64_t>(i) <=> u;
}

/// Numbers share a rank, so that 1, 1u and 1.0 are one key.
int rank(Kind k) { return is_number(k) ? static_cast<int>(Kind::integer) : static_cast<int>(k); }

std::strong_ordering compare_text(std::string_view a, std::string_view b) { return a.compare(b) <=> 0; }

bool equal_lists(const Value& a, const Value& b) {
  return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), equal);
}

bool equal_maps(const Value& a, const Value& b) {
  return std::equal(
      a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
      [](const MapEntry& x, const MapEntry& y) { return equal(x.key, y.key) && equal(x.value, y.value); });
}

bool equal_records(const Value& a, const Value& b) {
  if (a.record_index() != b.record_index()) return false;
  size_t n = a.record_type()->fields.size();
  for (size_t i = 0; i < n; ++i) {
    const Value &x = a.fields()[i], &y = b.fields()[i];
    if (x.is_absent() != y.is_absent() || (!x.is_absent() && !equal(x, y))) return false;
  }
  return true;
}

double to_double(const Value& v) {
  if (v.is(Kind::integer)) return static_cast<double>(v.integer());
  return v.is(Kind::uinteger) ? static_cast<double>(v.uinteger()) : v.floating();
}

/// By exact value: an order must be transitive to sort keys, which comparing as doubles is not.
std::partial_ordering compare_exactly(const Value& a, const Value& b) {
  if (!a.is(Kind::floating) && b.is(Kind::floating)) {
    return a.is(Kind::integer) ? compare_int_double(a.integer(), b.floating())
                               : compare_uint_double(a.uinteger(), b.floating());
  }
  if (a.is(Kind::floating) && !b.is(Kind::floating)) return 0 <=> compare_exactly(b, a);
  return compare_numbers(a, b);
}

}  // namespace

std::partial_ordering compare_numbers(const Value& a, const Value& b) {
  if (a.is(Kind::floating) || b.is(Kind::floating)) return to_double(a) <=> to_double(b);
  if (a.is(Kind::integer)) {
    return b.is(Kind::integer) ? a.integer() <=> b.integer() : compare_int_uint(a.integer(), b.uinteger());
  }
  return b.is(Kind::uinteger) ? a.uinteger() <=> b.uinteger()
                              : 0 <=> compare_int_uint(b.integer(), a.uinteger());
}

bool compare(const Value& a, const Value& b, std::partial_ordering& order) {
  if (is_number(a.kind()) && is_number(b.kind())) {
    order = compare_numbers(a, b);
    return true;
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::boolean:
      order = a.boolean() <=> b.boolean();
      return true;
    case Kind::date:
      order = a.date() <=> b.date();
      return true;
    case Kind::string:
    case Kind::bytes:
      order = compare_text(a.text(), b.text());
      return true;
    case Kind::timestamp:
    case Kind::duration:
      order = a.seconds() != b.seconds() ? a.seconds() <=> b.seconds() : a.nanos() <=> b.nanos();
      return true;
    default:
      return false;
  }
}

bool equal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) {
    return is_number(a.kind()) && is_number(b.kind()) && compare_numbers(a, b) == 0;
  }
  switch (a.kind()) {
    case Kind::absent:
    case Kind::error:
      return false;
    case Kind::null:
      return true;
    case Kind::boolean:
      return a.boolean() == b.boolean();
    case Kind::integer:
      return a.integer() == b.integer();
    case Kind::uinteger:
      return a.uinteger() == b.uinteger();
    case Kind::floating:
      return a.floating() == b.floating();
    case Kind::string:
    case Kind::bytes:
    case Kind::type:
      return a.text() == b.text();
    case Kind::timestamp:
    case Kind::duration:
      return a.seconds() == b.seconds() && a.nanos() == b.nanos();
    case Kind::date:
      return a.date() == b.date();
    case Kind::list:
      return equal_lists(a, b);
    case Kind::map:
      return equal_maps(a, b);
    case Kind::record:
      return equal_records(a, b);
  }
  return false;
}

std::strong_ordering compare_keys(const Value& a, const Value& b) {
  if (int x = rank(a.kind()), y = rank(b.kind()); x != y) return x <=> y;
  if (is_number(a.kind())) {
    auto order = compare_exactly(a, b);
    if (order == std::partial_ordering::unordered) {
      // NaN is no key; after all numbers, so that the order stays total.
      bool a_nan = a.is(Kind::floating) && std::isnan(a.floating());
      bool b_nan = b.is(Kind::floating) && std::isnan(b.floating());
      return a_nan <=> b_nan;
    }
    return order < 0   ? std::strong_ordering::less
           : order > 0 ? std::strong_ordering::greater
                       : std::strong_ordering::equal;
  }
  std::partial_ordering order = std::partial_ordering::equivalent;
  if (a.is(Kind::type) || a.is(Kind::error)) return compare_text(a.text(), b.text());
  if (!compare(a, b, order)) return std::strong_ordering::equal;
  return order < 0   ? std::strong_ordering::less
         : order > 0 ? std::strong_ordering::greater
                     : std::strong_ordering::equal;
}

const Value* find_key(std::span<const MapEntry> sorted, const Value& key) {
  auto at = std::lower_bound(sorted.begin(), sorted.end(), key,
                             [](const MapEntry& e, const Value& k) { return compare_keys(e.key, k) < 0; });
  if (at == sorted.end() || compare_keys(at->key, key) != 0) return nullptr;
  return &at->value;
}

}  // namespace duban::cel
