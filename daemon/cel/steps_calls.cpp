#include <re2/re2.h>

#include <algorithm>

#include "cel/arithmetic.hpp"
#include "cel/compare.hpp"
#include "cel/node.hpp"

namespace duban::cel::steps {
namespace {

template <Value (*Operation)(Context&, const Value&, const Value&)>
Value strict(const Node& n, Frame& f) {
  Value a = run(n.children[0], f);
  if (a.is_error()) return a;
  Value b = run(n.children[1], f);
  if (b.is_error()) return b;
  return Operation(f.context, a, b);
}

const Overload* choose(const CallTarget& target, std::span<const Value> arguments) {
  if (target.certain) return target.candidates[0];
  for (uint32_t i = 0; i < target.count; ++i) {
    const auto& parameters = target.candidates[i]->function.parameters;
    if (std::equal(arguments.begin(), arguments.end(), parameters.begin(), is_of))
      return target.candidates[i];
  }
  return nullptr;
}

bool is_key(const Value& v) {
  return v.is(Kind::string) || v.is(Kind::integer) || v.is(Kind::uinteger) || v.is(Kind::boolean);
}

}  // namespace

Value sum(const Node& n, Frame& f) { return strict<cel::add>(n, f); }
Value difference(const Node& n, Frame& f) { return strict<cel::subtract>(n, f); }
Value product(const Node& n, Frame& f) { return strict<cel::multiply>(n, f); }
Value quotient(const Node& n, Frame& f) { return strict<cel::divide>(n, f); }
Value remainder(const Node& n, Frame& f) { return strict<cel::modulo>(n, f); }

Value negative(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  return v.is_error() ? v : negate(v);
}

Value call(const Node& n, Frame& f) {
  constexpr uint32_t kOnStack = 4;
  Value room[kOnStack];
  Value* arguments = n.count <= kOnStack ? room : f.context.arena.values(n.count);
  uint64_t cost = 1;
  for (uint32_t i = 0; i < n.count; ++i) {
    arguments[i] = run(n.children[i], f);
    if (arguments[i].is_error()) return arguments[i];
    if (arguments[i].is(Kind::string)) cost += arguments[i].text().size() / 16;
    if (arguments[i].is(Kind::list)) cost += arguments[i].items().size();
  }
  if (!spend(f.context, cost)) return Value::error(kBudgetSpent);
  std::span<const Value> given(arguments, n.count);
  const Overload* chosen = choose(*static_cast<const CallTarget*>(n.detail), given);
  if (!chosen) return Value::error(kNoOverload);
  Value v = chosen->function.call(f.context, given);
  return v.is_absent() ? fail(f.context, "no value: " + chosen->function.name + "()") : v;
}

Value matches_pattern(const Node& n, Frame& f) {
  Value v = run(n.children[0], f);
  if (!v.is(Kind::string)) return v.is_error() ? v : Value::error(kNoOverload);
  if (!spend(f.context, 1 + v.text().size() / 16)) return Value::error(kBudgetSpent);
  re2::StringPiece text(v.text().data(), v.text().size());
  return Value::of(RE2::PartialMatch(text, *static_cast<const RE2*>(n.detail)));
}

Value list(const Node& n, Frame& f) {
  Value* room = f.context.arena.values(n.count);
  for (uint32_t i = 0; i < n.count; ++i) {
    Value v = run(n.children[i], f);
    if (v.is_error()) return v;
    room[i] = v;
  }
  return charged(f.context, Value::of(std::span<const Value>(room, n.count)));
}

Value map(const Node& n, Frame& f) {
  size_t count = n.count / 2;
  MapEntry* room = f.context.arena.entries(count);
  for (size_t i = 0; i < count; ++i) {
    Value key = run(n.children[2 * i], f);
    if (key.is_error()) return key;
    if (!is_key(key)) return Value::error("unsupported key type: keys are string, int, uint or bool");
    Value value = run(n.children[2 * i + 1], f);
    if (value.is_error()) return value;
    room[i] = MapEntry{key, value};
  }
  std::sort(room, room + count,
            [](const MapEntry& a, const MapEntry& b) { return compare_keys(a.key, b.key) < 0; });
  for (size_t i = 1; i < count; ++i) {
    if (compare_keys(room[i - 1].key, room[i].key) == 0) {
      return fail(f.context, "a key twice in a map: " + to_text(room[i].key));
    }
  }
  return charged(f.context, Value::of_map({room, count}));
}

}  // namespace duban::cel::steps
