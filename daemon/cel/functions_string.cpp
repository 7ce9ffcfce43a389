// size, contains, startsWith, endsWith, matches.
#include <re2/re2.h>

#include "cel/overload.hpp"
#include "core/utf8.hpp"

namespace duban::cel {
namespace {

using Arguments = std::span<const Value>;

Value size_of(Context&, Arguments a) {
  switch (a[0].kind()) {
    case Kind::string:
      return Value::of(static_cast<int64_t>(utf8::count(a[0].text())));
    case Kind::bytes:
      return Value::of(static_cast<int64_t>(a[0].text().size()));
    case Kind::list:
      return Value::of(static_cast<int64_t>(a[0].items().size()));
    case Kind::map:
      return Value::of(static_cast<int64_t>(a[0].entries().size()));
    default:
      return Value::error(kNoOverload);
  }
}

Value contains(Context&, Arguments a) {
  return Value::of(a[0].text().find(a[1].text()) != std::string_view::npos);
}
Value starts_with(Context&, Arguments a) { return Value::of(a[0].text().starts_with(a[1].text())); }
Value ends_with(Context&, Arguments a) { return Value::of(a[0].text().ends_with(a[1].text())); }

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// A pattern that is only known at run time; constant ones are compiled once, by the emitter.
Value matches(Context& context, Arguments a) {
  constexpr uint64_t kCompiling = 10'000;  // some 0.1 ms
  if (!spend(context, kCompiling)) return Value::error(kBudgetSpent);
  RE2 pattern(piece(a[1].text()), RE2::Quiet);
  if (!pattern.ok()) return fail(context, "invalid regular expression: " + pattern.error());
  return Value::of(RE2::PartialMatch(piece(a[0].text()), pattern));
}

}  // namespace

void add_string_functions(std::vector<Overload>& out) {
  const Type text = Type::of(Type::Base::string), bytes = Type::of(Type::Base::bytes);
  const Type list = Type::list_of(Type::dyn()), map = Type::map_of(Type::dyn(), Type::dyn());
  const Type number = Type::of(Type::Base::integer), truth = Type::of(Type::Base::boolean);
  for (bool member : {false, true}) {
    for (const Type& t : {text, bytes, list, map}) out.push_back({{"size", {t}, number, size_of}, member});
    out.push_back({{"matches", {text, text}, truth, matches}, member});
  }
  out.push_back({{"contains", {text, text}, truth, contains}, true});
  out.push_back({{"startsWith", {text, text}, truth, starts_with}, true});
  out.push_back({{"endsWith", {text, text}, truth, ends_with}, true});
}

}  // namespace duban::cel
