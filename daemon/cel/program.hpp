// Compiling and evaluating expressions of CEL, the Common Expression Language (github.com/google/cel-spec).
//
//   Environment env;
//   int hazard = env.declare("hazard", Type::of_record(layout));
//   Compiled c = compile("hazard.level == 'major' && has(hazard.due)", env);
//   Value v = c.program->evaluate(variables, context);
//
// An Environment and a Program are immutable once built and may be shared between threads; a Context is one
// thread's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cel/type.hpp"
#include "cel/value.hpp"
#include "core/limits.hpp"

namespace duban::cel {

/// What an evaluation may use and note. One per thread and batch; not thread-safe.
struct Context {
  Arena& arena;
  /// For the host's functions (rule/functions.hpp); never touched by the language itself.
  void* host = nullptr;
  /// Zone of timestamp getters without an argument and of `date()`: CEL says UTC, the host may say otherwise.
  const Zone* zone = nullptr;
  /// Steps left; an evaluation that uses them up ends as an error. Reset by the caller per evaluation.
  uint64_t budget = limits::kCelSteps;
};

/// A function of the host: checked by its declared types, called with evaluated arguments, none an error.
struct Function {
  std::string name;  // called as name(a, b)
  std::vector<Type> parameters;
  Type result;
  Value (*call)(Context&, std::span<const Value> arguments) = nullptr;
};

/// One thing wrong with an expression; offsets are bytes from its beginning.
struct Issue {
  size_t offset = 0;
  size_t length = 0;
  std::string code;     // "E101" …; docs/errors.md
  std::string message;  // "unknown field 'levle' of hazard"
  std::string hint;     // "did you mean 'level'?"
};

class Environment {
 public:
  /// Declares a variable; its slot is the position of its value in the span given to evaluate().
  int declare(std::string name, Type type);
  /// A named constant of any depth ("const.rain.hours" after constant("const", map)); folded at compile time.
  void constant(std::string name, Value value);
  /// The namespace in which names are looked up first: in "a.b", x means a.b.x, else a.x, else x.
  void container(std::string name) { container_ = std::move(name); }
  /// Overloads by parameter types are several Functions of one name.
  void add(Function function);

  struct Variable {
    std::string name;
    Type type;
  };
  const std::vector<Variable>& variables() const { return variables_; }
  const std::vector<Function>& functions() const { return functions_; }
  const std::vector<std::pair<std::string, Value>>& constants() const { return constants_; }
  int find(std::string_view variable) const;
  const std::string& container() const { return container_; }

 private:
  std::string container_;
  std::vector<Variable> variables_;
  std::vector<Function> functions_;
  std::vector<std::pair<std::string, Value>> constants_;
  std::shared_ptr<Arena> memory_ = std::make_shared<Arena>();  // owns copies of the constants
};

/// A declared field that an expression reads: variable slot and field position; field -1 is the whole
/// variable or something that is not known before run time.
struct FieldRef {
  int slot = -1;
  int field = -1;
  std::string path;  // "event.target_enterprise", also for fields of open records and maps
  bool operator==(const FieldRef&) const = default;
};

class Program {
 public:
  virtual ~Program() = default;
  /// `variables` has one value per declared variable. The result lives as long as the inputs, the
  /// context's arena and this program. Never throws; a failure is a Value of kind error.
  virtual Value evaluate(std::span<const Value> variables, Context& context) const = 0;
  virtual const Type& type() const = 0;
  virtual const std::string& source() const = 0;
  /// Every field read, once each: what must change before the result can.
  virtual const std::vector<FieldRef>& reads() const = 0;
  bool reads_slot(int slot) const;
  /// Set if the whole expression is `a == b` between fields of two different variables: an index for joins.
  virtual std::optional<std::pair<FieldRef, FieldRef>> equality() const = 0;
  /// The value, if the expression is constant.
  virtual std::optional<Value> constant() const = 0;
};

struct Compiled {
  std::shared_ptr<const Program> program;  // null if there were issues
  std::vector<Issue> issues;
};

/// Parses, checks and compiles. `expected`: the result must have this type (dyn accepts all, and a dyn result
/// is accepted for every expected type). All issues at once where the parser can go on.
Compiled compile(std::string_view source, const Environment& env, const Type& expected = Type::dyn());

/// The same without checking: only the syntax can be an issue, everything else (types, unknown names) is
/// found out when it is evaluated. For expressions about data that nothing is known of.
Compiled compile_unchecked(std::string_view source, const Environment& env);

/// The operands of the top-level && chain as (offset, text), in order; one entry if there is no &&.
/// Empty if `source` does not parse.
std::vector<std::pair<size_t, std::string>> conjuncts(std::string_view source);

}  // namespace duban::cel
