// Functions as the checker and the evaluator see them: the language's own and the host's.
#pragma once

#include <string_view>
#include <vector>

#include "cel/program.hpp"

namespace duban::cel {

struct Overload {
  Function function;
  bool member = false;  // called as a.name(b); the receiver is the first parameter
  bool pure = true;     // depends on its arguments alone: may be folded at compile time
};

/// All functions of the language itself. The same list for every expression.
const std::vector<Overload>& builtins();

// The parts of builtins().
void add_string_functions(std::vector<Overload>& out);
void add_conversions(std::vector<Overload>& out);
void add_time_functions(std::vector<Overload>& out);

/// True if a value of static type `from` may be given where `to` is wanted; dyn goes both ways.
bool assignable(const Type& from, const Type& to);
/// True if a value at run time is one of `type`'s kind.
bool is_of(const Value& v, const Type& type);

/// An error whose text is built at run time.
Value fail(Context& context, std::string_view text);
/// Takes steps from the budget; false when they are used up.
inline bool spend(Context& context, uint64_t steps) {
  if (context.budget < steps) {
    context.budget = 0;
    return false;
  }
  context.budget -= steps;
  return true;
}
inline constexpr char kBudgetSpent[] = "the expression took too many steps";
inline constexpr char kNoOverload[] = "no such overload";
/// Takes the cost of a freshly built list or map; an error value if it is too large or too deep, else `v`.
Value charged(Context& context, const Value& v);

}  // namespace duban::cel
