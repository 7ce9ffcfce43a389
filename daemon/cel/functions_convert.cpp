// Conversions: int uint double string bytes bool timestamp duration date dyn type.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cel/civil.hpp"
#include "cel/overload.hpp"
#include "cel/type_names.hpp"
#include "core/utf8.hpp"

namespace duban::cel {
namespace {

using Arguments = std::span<const Value>;

Value same(Context&, Arguments a) { return a[0]; }

Value to_int(Context& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::uinteger:
      return v.uinteger() <= INT64_MAX ? Value::of(static_cast<int64_t>(v.uinteger()))
                                       : Value::error("int overflow");
    case Kind::floating: {
      double d = v.floating();
      // The ends themselves are excluded: a double near them does not say which int it means.
      if (!(d > -9223372036854775808.0 && d < 9223372036854775808.0)) return Value::error("int out of range");
      return Value::of(static_cast<int64_t>(d));
    }
    case Kind::timestamp:
      return Value::of(v.seconds());
    default: {
      int64_t n = 0;
      std::string_view t = v.text();
      if (t.starts_with('+')) t.remove_prefix(1);
      auto read = std::from_chars(t.data(), t.data() + t.size(), n);
      if (read.ec == std::errc{} && read.ptr == t.data() + t.size()) return Value::of(n);
      return fail(context, "'" + std::string(v.text()) + "' is no int");
    }
  }
}

Value to_uint(Context& context, Arguments a) {
  const Value& v = a[0];
  switch (v.kind()) {
    case Kind::integer:
      return v.integer() >= 0 ? Value::of_unsigned(static_cast<uint64_t>(v.integer()))
                              : Value::error("uint out of range");
    case Kind::floating: {
      double d = v.floating();
      if (!(d > -1.0 && d < 18446744073709551616.0) || d < 0) return Value::error("uint out of range");
      return Value::of_unsigned(static_cast<uint64_t>(d));
    }
    default: {
      uint64_t n = 0;
      std::string_view t = v.text();
      auto read = std::from_chars(t.data(), t.data() + t.size(), n);
      if (read.ec == std::errc{} && read.ptr == t.data() + t.size()) return Value::of_unsigned(n);
      return fail(context, "'" + std::string(t) + "' is no uint");
    }
  }
}

Value to_double(Context& context, Arguments a) {
  const Value& v = a[0];
  if (v.is(Kind::integer)) return Value::of(static_cast<double>(v.integer()));
  if (v.is(Kind::uinteger)) return Value::of(static_cast<double>(v.uinteger()));
  std::string text(v.text());
  char* end = nullptr;
  double d = std::strtod(text.c_str(), &end);
  bool blank = text.empty() || std::isspace(static_cast<unsigned char>(text.front()));
  bool hexadecimal = text.find_first_of("xX") != std::string::npos;
  if (blank || hexadecimal || end != text.c_str() + text.size())
    return fail(context, "'" + text + "' is no double");
  return Value::of(d);
}

Value to_string(Context& context, Arguments a) {
  const Value& v = a[0];
  if (v.is(Kind::bytes)) {
    return utf8::invalid_at(v.text()) == std::string_view::npos ? Value::of(v.text())
                                                                : Value::error("invalid UTF-8 in bytes");
  }
  std::string text = to_text(v);
  if (!spend(context, text.size() / 16)) return Value::error(kBudgetSpent);
  return Value::of(context.arena.copy(text));
}

Value to_bytes(Context&, Arguments a) { return Value::of_bytes(a[0].text()); }

Value to_bool(Context& context, Arguments a) {
  std::string_view t = a[0].text();
  for (std::string_view yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (t == yes) return Value::of(true);
  }
  for (std::string_view no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (t == no) return Value::of(false);
  }
  return fail(context, "'" + std::string(t) + "' is no bool");
}

Value to_type(Context&, Arguments a) { return Value::of_type(type_name(a[0])); }

Value to_timestamp(Context& context, Arguments a) {
  const Value& v = a[0];
  if (v.is(Kind::integer)) return make_timestamp(static_cast<Nanoseconds>(v.integer()) * 1'000'000'000);
  if (auto t = parse_timestamp(v.text())) return *t;
  return fail(context, "'" + std::string(v.text()) + "' is no timestamp of RFC 3339");
}

Value to_duration(Context& context, Arguments a) {
  const Value& v = a[0];
  if (v.is(Kind::integer)) return make_duration(static_cast<Nanoseconds>(v.integer()) * 1'000'000'000);
  if (auto d = parse_cel_duration(v.text())) return *d;
  return fail(context, "'" + std::string(v.text()) + "' is no duration (1h30m, 90s)");
}

}  // namespace

void add_conversions(std::vector<Overload>& out) {
  using Base = Type::Base;
  auto add = [&](const char* name, Base result, auto call, std::initializer_list<Base> from) {
    for (Base b : from) out.push_back({{name, {Type::of(b)}, Type::of(result), call}});
  };
  add("int", Base::integer, same, {Base::integer});
  add("int", Base::integer, to_int, {Base::uinteger, Base::floating, Base::string, Base::timestamp});
  add("uint", Base::uinteger, same, {Base::uinteger});
  add("uint", Base::uinteger, to_uint, {Base::integer, Base::floating, Base::string});
  add("double", Base::floating, same, {Base::floating});
  add("double", Base::floating, to_double, {Base::integer, Base::uinteger, Base::string});
  add("string", Base::string, same, {Base::string});
  add("string", Base::string, to_string,
      {Base::boolean, Base::integer, Base::uinteger, Base::floating, Base::bytes, Base::timestamp,
       Base::duration, Base::date});
  add("bytes", Base::bytes, same, {Base::bytes});
  add("bytes", Base::bytes, to_bytes, {Base::string});
  add("bool", Base::boolean, same, {Base::boolean});
  add("bool", Base::boolean, to_bool, {Base::string});
  add("timestamp", Base::timestamp, same, {Base::timestamp});
  add("timestamp", Base::timestamp, to_timestamp, {Base::integer, Base::string});
  add("duration", Base::duration, same, {Base::duration});
  add("duration", Base::duration, to_duration, {Base::integer, Base::string});
  add("type", Base::type, to_type, {Base::dyn});
  add("dyn", Base::dyn, same, {Base::dyn});
}

}  // namespace duban::cel
