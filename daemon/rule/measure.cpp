#include "rule/measure.hpp"

#include <array>
#include <set>
#include <utility>

#include "rule/functions.hpp"
#include "rule/scope.hpp"

namespace duban::rule {
namespace {

using cel::Type;
using cel::Value;
using Call = Value (*)(cel::Context&, std::span<const Value>);

/// A function of the language knows nothing but its arguments: each measure has one of its own.
template <size_t N>
Value call_measure(cel::Context& context, std::span<const Value> arguments) {
  const Host* host = static_cast<Host*>(context.host);
  if (host == nullptr || host->measures == nullptr) return Value::error("measures are known in a run alone");
  std::string_view place;
  const Value* span = nullptr;
  for (const Value& argument : arguments) {
    if (argument.is(cel::Kind::string)) place = argument.text();
    if (argument.is(cel::Kind::record)) span = &argument;
  }
  return host->measures->measure(static_cast<int>(N), place, span, context);
}

template <size_t... N>
constexpr std::array<Call, sizeof...(N)> calls(std::index_sequence<N...>) {
  return {call_measure<N>...};
}
constexpr auto kCalls = calls(std::make_index_sequence<kMostMeasures>());

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_called(std::string_view source, std::string_view id) {
  for (size_t at = source.find(id); at != std::string_view::npos; at = source.find(id, at + 1)) {
    if (at > 0 && is_word(source[at - 1])) continue;
    const size_t next = source.find_first_not_of(" \n\t", at + id.size());
    if (next != std::string_view::npos && source[next] == '(') return true;
  }
  return false;
}

void add_with_uses(std::set<int>& found, int index, const std::vector<Measure>& measures) {
  if (!found.insert(index).second) return;
  for (const int used : measures[static_cast<size_t>(index)].uses) add_with_uses(found, used, measures);
}

}  // namespace

void add_measures(cel::Environment& env, const std::vector<Measure>& measures) {
  const Type span = Type::of_record(calendar_span_type());
  for (const Measure& measure : measures) {
    std::vector<Type> place;
    if (measure.by != Measure::By::all) place.push_back(Type::of(Type::Base::string));
    const Call call = kCalls[static_cast<size_t>(measure.index)];
    env.add({measure.id, place, measure.type, call});
    place.push_back(span);
    env.add({measure.id, place, measure.type, call});
  }
}

std::vector<int> measures_called(std::string_view source, const std::vector<Measure>& measures) {
  std::set<int> found;
  for (const Measure& measure : measures)
    if (is_called(source, measure.id)) add_with_uses(found, measure.index, measures);
  return {found.begin(), found.end()};
}

}  // namespace duban::rule
