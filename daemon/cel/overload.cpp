#include "cel/overload.hpp"

namespace duban::cel {
namespace {

/// Steps of walking through everything in `v`; false when the budget or the depth is used up.
bool spend_on(Context& context, const Value& v, int depth) {
  if (v.is(Kind::string) || v.is(Kind::bytes)) return spend(context, 1 + v.text().size() / 16);
  if (!v.is(Kind::list) && !v.is(Kind::map)) return spend(context, 1);
  if (depth == 0) return false;
  if (v.is(Kind::list)) {
    for (const Value& item : v.items()) {
      if (!spend_on(context, item, depth - 1)) return false;
    }
  } else {
    for (const MapEntry& e : v.entries()) {
      if (!spend_on(context, e.value, depth - 1)) return false;
    }
  }
  return spend(context, 1);
}

}  // namespace

Value charged(Context& context, const Value& v) {
  if (spend_on(context, v, limits::kCelValueDepth)) return v;
  return Value::error(context.budget == 0 ? kBudgetSpent : "the expression nests lists and maps too deeply");
}

Value fail(Context& context, std::string_view text) { return Value::error(context.arena.copy(text)); }

const std::vector<Overload>& builtins() {
  static const std::vector<Overload> all = [] {
    std::vector<Overload> out;
    add_string_functions(out);
    add_conversions(out);
    add_time_functions(out);
    return out;
  }();
  return all;
}

bool assignable(const Type& from, const Type& to) {
  using Base = Type::Base;
  if (from.base == Base::dyn || to.base == Base::dyn) return true;
  if (from.base != to.base) return false;
  auto part = [](const std::shared_ptr<const Type>& a, const std::shared_ptr<const Type>& b) {
    return !a || !b || assignable(*a, *b);
  };
  switch (from.base) {
    case Base::list:
      return part(from.element, to.element);
    case Base::map:
      return part(from.key, to.key) && part(from.element, to.element);
    case Base::record:
      return !from.record || !to.record || from.record->name == to.record->name;
    default:
      return true;
  }
}

bool is_of(const Value& v, const Type& type) {
  switch (type.base) {
    case Type::Base::dyn:
      return true;
    case Type::Base::null:
      return v.is(Kind::null);
    case Type::Base::boolean:
      return v.is(Kind::boolean);
    case Type::Base::integer:
      return v.is(Kind::integer);
    case Type::Base::uinteger:
      return v.is(Kind::uinteger);
    case Type::Base::floating:
      return v.is(Kind::floating);
    case Type::Base::string:
      return v.is(Kind::string);
    case Type::Base::bytes:
      return v.is(Kind::bytes);
    case Type::Base::timestamp:
      return v.is(Kind::timestamp);
    case Type::Base::duration:
      return v.is(Kind::duration);
    case Type::Base::date:
      return v.is(Kind::date);
    case Type::Base::list:
      return v.is(Kind::list);
    case Type::Base::map:
      return v.is(Kind::map);
    case Type::Base::record:
      return v.is(Kind::record);
    case Type::Base::type:
      return v.is(Kind::type);
  }
  return false;
}

}  // namespace duban::cel
