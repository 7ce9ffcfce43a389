#include "cel/compare.hpp"
#include "cel/node.hpp"
#include "cel/type.hpp"

namespace duban::cel::steps {
namespace {

const Value& key_of(const Node& n) { return *static_cast<const Value*>(n.detail); }

/// The field of a record at the position the checker found. A record of another layout (an entity written
/// under an older catalog) is looked up by name.
Value field_of(const Node& n, const Value& record) {
  if (!record.is(Kind::record)) return record.is(Kind::map) ? record.get(key_of(n).text()) : Value::absent();
  if (record.record_index() == n.record) return record.fields()[n.field];
  return record.get(key_of(n).text());
}

Value missing_key(Context& context, const Value& key) {
  return fail(context, "no such key: " + to_text(key));
}

Value element(Context& context, const Value& list, const Value& position) {
  int64_t i = 0;
  if (position.is(Kind::integer)) {
    i = position.integer();
  } else if (position.is(Kind::uinteger)) {
    i = position.uinteger() > INT64_MAX ? -1 : static_cast<int64_t>(position.uinteger());
  } else if (position.is(Kind::floating)) {
    double d = position.floating();
    if (!(d >= 0 && d < 4294967296.0) || d != static_cast<double>(static_cast<int64_t>(d))) {
      return Value::error("invalid argument: a list is indexed by whole numbers");
    }
    i = static_cast<int64_t>(d);
  } else {
    return Value::error(kNoOverload);
  }
  if (i < 0 || static_cast<size_t>(i) >= list.items().size()) {
    return fail(context, "index out of bounds: " + std::to_string(i));
  }
  return list.items()[static_cast<size_t>(i)];
}

}  // namespace

Value constant(const Node& n, Frame&) { return n.value; }

Value variable(const Node& n, Frame& f) {
  const Value& v = f.variables[n.slot];
  return v.is_absent() ? n.value : v;
}

Value variable_or_absent(const Node& n, Frame& f) { return f.variables[n.slot]; }

Value local(const Node& n, Frame& f) { return f.locals[n.slot]; }

Value field_of_variable(const Node& n, Frame& f) {
  const Value& record = f.variables[n.slot];
  if (record.is(Kind::record) && record.record_index() == n.record) [[likely]] {
    const Value& v = record.fields()[n.field];
    return v.is_absent() ? n.value : v;
  }
  Value v = field_of(n, record);
  return v.is_absent() ? n.value : v;
}

Value field_of_value(const Node& n, Frame& f) {
  Value record = run(n.children[0], f);
  if (record.is_error()) return record;
  Value v = field_of(n, record);
  return v.is_absent() ? n.value : v;
}

Value field_by_name(const Node& n, Frame& f) {
  Value target = run(n.children[0], f);
  if (target.is_error()) return target;
  if (!target.is(Kind::map) && !target.is(Kind::record) && !target.is_absent())
    return Value::error(kNoOverload);
  Value v = target.get(key_of(n).text());
  return v.is_absent() ? n.value : v;
}

Value has_field_of_variable(const Node& n, Frame& f) {
  const Value& record = f.variables[n.slot];
  if (record.is(Kind::record) && record.record_index() == n.record) [[likely]] {
    return Value::of(!record.fields()[n.field].is_absent());
  }
  return Value::of(!field_of(n, record).is_absent());
}

Value has_field(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  return v.is_error() ? v : Value::of(!v.is_absent());
}

Value index(const Node& n, Frame& f) {
  Value target = run(n.children[0], f);
  if (target.is_error()) return target;
  Value key = run(n.children[1], f);
  if (key.is_error()) return key;
  switch (target.kind()) {
    case Kind::list:
      return element(f.context, target, key);
    case Kind::map: {
      const Value* found = find_key(target.entries(), key);
      return found ? *found : missing_key(f.context, key);
    }
    case Kind::record: {
      if (!key.is(Kind::string)) return Value::error(kNoOverload);
      Value v = target.get(key.text());
      return v.is_absent() ? missing_key(f.context, key) : v;
    }
    default:
      return Value::error(kNoOverload);
  }
}

}  // namespace duban::cel::steps
