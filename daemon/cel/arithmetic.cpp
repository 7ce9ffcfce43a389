#include "cel/arithmetic.hpp"

#include <algorithm>
#include <cstring>

#include "cel/civil.hpp"

namespace duban::cel {
namespace {

constexpr char kIntOverflow[] = "int overflow";
constexpr char kUintOverflow[] = "uint overflow";
constexpr char kDivisionByZero[] = "division by zero";

Value join(Context& context, const Value& a, const Value& b) {
  size_t n = a.text().size(), m = b.text().size();
  if (!spend(context, (n + m) / 16)) return Value::error(kBudgetSpent);
  if (m == 0) return a;
  if (n == 0) return b;
  // Values are the arena's only unit of room; a text takes as many as cover it.
  char* room = reinterpret_cast<char*>(context.arena.values((n + m + sizeof(Value) - 1) / sizeof(Value)));
  std::memcpy(room, a.text().data(), n);
  std::memcpy(room + n, b.text().data(), m);
  std::string_view text(room, n + m);
  return a.is(Kind::string) ? Value::of(text) : Value::of_bytes(text);
}

Value join_lists(Context& context, const Value& a, const Value& b) {
  size_t n = a.items().size(), m = b.items().size();
  if (!spend(context, n + m)) return Value::error(kBudgetSpent);
  if (m == 0) return a;
  if (n == 0) return b;
  Value* room = context.arena.values(n + m);
  std::copy(a.items().begin(), a.items().end(), room);
  std::copy(b.items().begin(), b.items().end(), room + n);
  return charged(context, Value::of(std::span<const Value>(room, n + m)));
}

}  // namespace

Value add(Context& context, const Value& a, const Value& b) {
  if (a.kind() == b.kind()) {
    switch (a.kind()) {
      case Kind::integer: {
        int64_t sum = 0;
        return __builtin_add_overflow(a.integer(), b.integer(), &sum) ? Value::error(kIntOverflow)
                                                                      : Value::of(sum);
      }
      case Kind::uinteger: {
        uint64_t sum = 0;
        return __builtin_add_overflow(a.uinteger(), b.uinteger(), &sum) ? Value::error(kUintOverflow)
                                                                        : Value::of_unsigned(sum);
      }
      case Kind::floating:
        return Value::of(a.floating() + b.floating());
      case Kind::string:
      case Kind::bytes:
        return join(context, a, b);
      case Kind::list:
        return join_lists(context, a, b);
      case Kind::duration:
        return make_duration(nanoseconds_of(a) + nanoseconds_of(b));
      default:
        break;
    }
  }
  if ((a.is(Kind::timestamp) && b.is(Kind::duration)) || (a.is(Kind::duration) && b.is(Kind::timestamp))) {
    return make_timestamp(nanoseconds_of(a) + nanoseconds_of(b));
  }
  return Value::error(kNoOverload);
}

Value subtract(Context&, const Value& a, const Value& b) {
  if (a.is(Kind::timestamp) && b.is(Kind::duration))
    return make_timestamp(nanoseconds_of(a) - nanoseconds_of(b));
  if (a.kind() != b.kind()) return Value::error(kNoOverload);
  switch (a.kind()) {
    case Kind::integer: {
      int64_t rest = 0;
      return __builtin_sub_overflow(a.integer(), b.integer(), &rest) ? Value::error(kIntOverflow)
                                                                     : Value::of(rest);
    }
    case Kind::uinteger:
      return a.uinteger() < b.uinteger() ? Value::error(kUintOverflow)
                                         : Value::of_unsigned(a.uinteger() - b.uinteger());
    case Kind::floating:
      return Value::of(a.floating() - b.floating());
    case Kind::timestamp:
    case Kind::duration:
      return make_duration(nanoseconds_of(a) - nanoseconds_of(b));
    default:
      return Value::error(kNoOverload);
  }
}

Value multiply(Context&, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return Value::error(kNoOverload);
  switch (a.kind()) {
    case Kind::integer: {
      int64_t product = 0;
      return __builtin_mul_overflow(a.integer(), b.integer(), &product) ? Value::error(kIntOverflow)
                                                                        : Value::of(product);
    }
    case Kind::uinteger: {
      uint64_t product = 0;
      return __builtin_mul_overflow(a.uinteger(), b.uinteger(), &product) ? Value::error(kUintOverflow)
                                                                          : Value::of_unsigned(product);
    }
    case Kind::floating:
      return Value::of(a.floating() * b.floating());
    default:
      return Value::error(kNoOverload);
  }
}

Value divide(Context&, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return Value::error(kNoOverload);
  switch (a.kind()) {
    case Kind::integer:
      if (b.integer() == 0) return Value::error(kDivisionByZero);
      if (b.integer() == -1 && a.integer() == INT64_MIN) return Value::error(kIntOverflow);
      return Value::of(a.integer() / b.integer());
    case Kind::uinteger:
      return b.uinteger() == 0 ? Value::error(kDivisionByZero)
                               : Value::of_unsigned(a.uinteger() / b.uinteger());
    case Kind::floating:
      return Value::of(a.floating() / b.floating());
    default:
      return Value::error(kNoOverload);
  }
}

Value modulo(Context&, const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return Value::error(kNoOverload);
  switch (a.kind()) {
    case Kind::integer:
      if (b.integer() == 0) return Value::error("modulus by zero");
      return Value::of(b.integer() == -1 ? int64_t{0} : a.integer() % b.integer());
    case Kind::uinteger:
      return b.uinteger() == 0 ? Value::error("modulus by zero")
                               : Value::of_unsigned(a.uinteger() % b.uinteger());
    default:
      return Value::error(kNoOverload);
  }
}

Value negate(const Value& a) {
  switch (a.kind()) {
    case Kind::integer:
      return a.integer() == INT64_MIN ? Value::error(kIntOverflow) : Value::of(-a.integer());
    case Kind::floating:
      return Value::of(-a.floating());
    case Kind::duration:
      return make_duration(-nanoseconds_of(a));
    default:
      return Value::error(kNoOverload);
  }
}

}  // namespace duban::cel
