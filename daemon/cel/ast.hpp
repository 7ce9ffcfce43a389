// The tree of an expression, as the parser builds it and the checker completes it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cel/program.hpp"

namespace duban::cel {

enum class Op : uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  in,
  negate,
  logical_not
};

enum class Macro : uint8_t { all, exists, exists_one, map, filter, transform_map };

struct Overload;

struct Expr {
  enum class Kind : uint8_t {
    literal,        // value; a string's text is in `name`
    identifier,     // name
    select,         // children[0] . name
    has,            // has(children[0] . name)
    index,          // children[0] [ children[1] ]
    unary,          // op children[0]
    binary,         // children[0] op children[1]
    logical_and,    // all children, flat
    logical_or,     // all children, flat
    conditional,    // children[0] ? children[1] : children[2]
    list,           // children
    map,            // key, value, key, value …
    call,           // name(children)
    member_call,    // children[0] . name(children[1…])
    comprehension,  // macro over children[0] with the variable `name`: body children[1] (map with a filter:
                    // [1], [2])
    bind,           // cel.bind(name, children[0], children[1])
  };

  Kind kind = Kind::literal;
  Op op = Op::equal;
  Macro macro = Macro::all;
  bool absolute = false;  // an identifier written `.name`: never a loop variable
  bool parenthesised = false;
  size_t begin = 0;  // bytes of the source, parentheses included
  size_t end = 0;
  size_t name_begin = 0;  // of the operator, field or function name
  int height = 1;
  std::string name;
  std::string
      second_name;  // of a comprehension over pairs: the name for the value, `name` is the index or key
  Value value;
  std::vector<std::unique_ptr<Expr>> children;

  // What the checker found out.
  enum class Meaning : uint8_t { unresolved, variable, local, constant, field };
  Meaning meaning = Meaning::unresolved;
  Type type;
  int slot = -1;        // of a variable or a local
  int field = -1;       // position of a select on a record; -1: looked up by name
  int top = -1;         // position of the first select of `path` in the variable's record
  std::string path;     // "hazard.due", if rooted in a variable
  bool folded = false;  // the emitter made a constant of it
  std::vector<const Overload*> callees;
};

using ExprPtr = std::unique_ptr<Expr>;

const char* op_text(Op op);

}  // namespace duban::cel
