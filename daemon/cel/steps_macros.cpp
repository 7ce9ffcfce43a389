// all, exists, exists_one, map, filter, cel.bind.
#include "cel/node.hpp"

namespace duban::cel::steps {
namespace {

/// Calls visit() for each element of a list or key of a map until it returns false. The loop variables are
/// set before each call. An error value if there is nothing to go through; else absent.
template <typename Visit>
Value for_each(const Node& n, Frame& f, const Value& range, Visit visit) {
  bool pairs = n.field >= 0;
  uint64_t body_weight = n.weight - n.children[0].weight;
  auto step = [&](const Value& one, const Value& key, const Value& value) {
    f.locals[n.slot] = pairs ? key : one;
    if (pairs) f.locals[n.field] = value;
    return spend(f.context, body_weight) && visit();
  };
  if (range.is(Kind::list)) {
    int64_t i = 0;
    for (const Value& element : range.items()) {
      if (!step(element, Value::of(i++), element)) break;
    }
  } else if (range.is(Kind::map)) {
    for (const MapEntry& entry : range.entries()) {
      if (!step(entry.key, entry.key, entry.value)) break;
    }
  } else {
    return range.is_error() ? range : Value::error(kNoOverload);
  }
  return f.context.budget == 0 ? Value::error(kBudgetSpent) : Value::absent();
}

size_t size_of(const Value& range) {
  return range.is(Kind::list) ? range.items().size() : range.is(Kind::map) ? range.entries().size() : 0;
}

/// The loop of all (`decisive` = false) and exists (true); errors are absorbed as && and || do.
template <bool Decisive>
Value quantified(const Node& n, Frame& f) {
  Value range = run(n.children[0], f);
  Value error = Value::absent();
  bool decided = false;
  Value stopped = for_each(n, f, range, [&] {
    Value v = run(n.children[1], f);
    if (v.is(Kind::boolean)) {
      decided = v.boolean() == Decisive;
    } else if (error.is_absent()) {
      error = v.is_error() ? v : Value::error(kNoOverload);
    }
    return !decided;
  });
  if (decided) return Value::of(Decisive);
  if (stopped.is_error()) return stopped;
  return error.is_error() ? error : Value::of(!Decisive);
}

/// A condition's outcome where errors are not absorbed: 1, 0, or -1 with `error` set.
int strict_condition(const Node& condition, Frame& f, Value& error) {
  Value v = run(condition, f);
  if (v.is(Kind::boolean)) return v.boolean() ? 1 : 0;
  error = v.is_error() ? v : Value::error(kNoOverload);
  return -1;
}

}  // namespace

Value all(const Node& n, Frame& f) { return quantified<false>(n, f); }
Value exists(const Node& n, Frame& f) { return quantified<true>(n, f); }

Value exists_one(const Node& n, Frame& f) {
  Value range = run(n.children[0], f);
  Value error = Value::absent();
  size_t count = 0;
  Value stopped = for_each(n, f, range, [&] {
    int holds = strict_condition(n.children[1], f, error);
    if (holds == 1) ++count;
    return holds >= 0;
  });
  if (error.is_error()) return error;
  return stopped.is_error() ? stopped : Value::of(count == 1);
}

Value map_elements(const Node& n, Frame& f) {
  Value range = run(n.children[0], f);
  Value* room = f.context.arena.values(size_of(range));
  size_t count = 0;
  Value error = Value::absent();
  bool filtered = n.count == 3;
  Value stopped = for_each(n, f, range, [&] {
    int taken = filtered ? strict_condition(n.children[1], f, error) : 1;
    if (taken < 0) return false;
    if (taken == 0) return true;
    Value v = run(n.children[n.count - 1], f);
    if (v.is_error()) return error = v, false;
    room[count++] = v;
    return true;
  });
  if (error.is_error()) return error;
  if (stopped.is_error()) return stopped;
  return charged(f.context, Value::of(std::span<const Value>(room, count)));
}

Value filter(const Node& n, Frame& f) {
  Value range = run(n.children[0], f);
  Value* room = f.context.arena.values(size_of(range));
  size_t count = 0;
  Value error = Value::absent();
  Value stopped = for_each(n, f, range, [&] {
    int taken = strict_condition(n.children[1], f, error);
    if (taken == 1) room[count++] = f.locals[n.slot];
    return taken >= 0;
  });
  if (error.is_error()) return error;
  return stopped.is_error() ? stopped : charged(f.context, Value::of(std::span<const Value>(room, count)));
}

Value transform_map(const Node& n, Frame& f) {
  Value range = run(n.children[0], f);
  MapEntry* room = f.context.arena.entries(size_of(range));
  size_t count = 0;
  Value error = Value::absent();
  Value stopped = for_each(n, f, range, [&] {
    int taken = n.count == 3 ? strict_condition(n.children[1], f, error) : 1;
    if (taken <= 0) return taken == 0;
    Value key = f.locals[n.slot];
    Value v = run(n.children[n.count - 1], f);
    if (v.is_error()) return error = v, false;
    room[count++] = MapEntry{key, v};
    return true;
  });
  if (error.is_error()) return error;
  return stopped.is_error() ? stopped : charged(f.context, Value::of_map({room, count}));
}

Value bind(const Node& n, Frame& f) {
  // An error is bound like a value: it counts only where the name is used.
  f.locals[n.slot] = run(n.children[0], f);
  return run(n.children[1], f);
}

}  // namespace duban::cel::steps
