#include "cel/compare.hpp"
#include "cel/node.hpp"

namespace duban::cel::steps {
namespace {

/// Of && (`decisive` = false) and || (true): a decisive operand wins over errors, wherever it stands.
template <bool Decisive>
Value absorbing(const Node& n, Frame& f) {
  Value error = Value::absent();
  for (uint32_t i = 0; i < n.count; ++i) {
    Value v = run(n.children[i], f);
    if (v.is(Kind::boolean)) {
      if (v.boolean() == Decisive) return v;
    } else if (error.is_absent()) {
      error = v.is_error() ? v : Value::error(kNoOverload);
    }
  }
  return error.is_absent() ? Value::of(!Decisive) : error;
}

bool is_container(const Value& v) { return v.is(Kind::list) || v.is(Kind::map); }

/// 1 equal, 0 not, -1 no steps left. Scalars are compared at no charge.
int equality(Context& context, const Value& a, const Value& b) {
  if (is_container(a) && is_container(b) && charged(context, a).is_error()) return -1;
  return equal(a, b) ? 1 : 0;
}

template <bool Wanted>
Value equality_step(const Node& n, Frame& f) {
  Value a = run(n.children[0], f);
  if (a.is_error()) return a;
  Value b = run(n.children[1], f);
  if (b.is_error()) return b;
  int result = equality(f.context, a, b);
  return result < 0 ? Value::error(kBudgetSpent) : Value::of((result == 1) == Wanted);
}

template <bool Wanted>
Value text_step(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  if (v.is_error()) return v;
  const Value& text = *static_cast<const Value*>(n.detail);
  return Value::of((v.is(Kind::string) && v.text() == text.text()) == Wanted);
}

template <typename Test>
Value ordering_step(const Node& n, Frame& f, Test test) {
  Value a = run(n.children[0], f);
  if (a.is_error()) return a;
  Value b = run(n.children[1], f);
  if (b.is_error()) return b;
  if (a.is(Kind::integer) && b.is(Kind::integer)) return Value::of(test(a.integer() <=> b.integer()));
  std::partial_ordering order = std::partial_ordering::unordered;
  return compare(a, b, order) ? Value::of(test(order)) : Value::error(kNoOverload);
}

}  // namespace

Value logical_and(const Node& n, Frame& f) { return absorbing<false>(n, f); }
Value logical_or(const Node& n, Frame& f) { return absorbing<true>(n, f); }

Value logical_not(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  if (v.is(Kind::boolean)) return Value::of(!v.boolean());
  return v.is_error() ? v : Value::error(kNoOverload);
}

Value conditional(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  if (v.is(Kind::boolean)) return run(n.children[v.boolean() ? 1 : 2], f);
  return v.is_error() ? v : Value::error(kNoOverload);
}

Value equal_to(const Node& n, Frame& f) { return equality_step<true>(n, f); }
Value not_equal_to(const Node& n, Frame& f) { return equality_step<false>(n, f); }
Value field_equals_text(const Node& n, Frame& f) { return text_step<true>(n, f); }
Value field_differs_text(const Node& n, Frame& f) { return text_step<false>(n, f); }

Value less(const Node& n, Frame& f) {
  return ordering_step(n, f, [](auto order) { return order < 0; });
}
Value less_equal(const Node& n, Frame& f) {
  return ordering_step(n, f, [](auto order) { return order <= 0; });
}
Value greater(const Node& n, Frame& f) {
  return ordering_step(n, f, [](auto order) { return order > 0; });
}
Value greater_equal(const Node& n, Frame& f) {
  return ordering_step(n, f, [](auto order) { return order >= 0; });
}

Value in(const Node& n, Frame& f) {
  Value item = run(n.children[0], f);
  if (item.is_error()) return item;
  Value set = run(n.children[1], f);
  if (set.is_error()) return set;
  if (set.is(Kind::map)) return Value::of(find_key(set.entries(), item) != nullptr);
  if (!set.is(Kind::list)) return Value::error(kNoOverload);
  if (!spend(f.context, set.items().size())) return Value::error(kBudgetSpent);
  if (item.is(Kind::string)) {
    for (const Value& v : set.items()) {
      if (v.is(Kind::string) && v.text() == item.text()) return Value::of(true);
    }
    return Value::of(false);
  }
  for (const Value& v : set.items()) {
    int result = equality(f.context, v, item);
    if (result < 0) return Value::error(kBudgetSpent);
    if (result == 1) return Value::of(true);
  }
  return Value::of(false);
}

}  // namespace duban::cel::steps
