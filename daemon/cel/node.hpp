// A compiled expression: a tree of nodes, children side by side in memory, each with the function that
// evaluates it. No virtual calls, no allocation, nothing written: shared by all threads.
#pragma once

#include <cstdint>

#include "cel/overload.hpp"

namespace duban::cel {

struct Node;

/// One evaluation under way.
struct Frame {
  const Value* variables;
  Value* locals;  // loop variables, by nesting
  Context& context;
};

using Step = Value (*)(const Node&, Frame&);

struct Node {
  Step step = nullptr;
  const Node* children = nullptr;
  Value value;  // a constant; of a select what stands for a missing field: an error, or absent
  const void* detail = nullptr;  // a key (Value), a pattern (RE2), the functions to choose from (CallTarget)
  uint32_t count = 0;            // of children
  uint32_t weight = 1;           // nodes of this and all below: the steps that one pass of a loop costs
  int32_t slot = -1;             // of a variable or local
  int32_t field = -1;            // position in a record; of a macro the slot of its second variable, or -1
  uint16_t record = 0;           // index of the RecordType that `field` belongs to
};

/// What a call may reach: one function, or several to choose from by the kinds of the arguments.
struct CallTarget {
  const Overload* const* candidates;
  uint32_t count;
  bool certain;  // one candidate, whose parameter types the checker has proved
};

inline Value run(const Node& n, Frame& f) { return n.step(n, f); }

namespace steps {

// Names and fields: steps_fields.cpp.
Value constant(const Node&, Frame&);
Value variable(const Node&, Frame&);
Value variable_or_absent(const Node&, Frame&);
Value local(const Node&, Frame&);
Value field_of_variable(const Node&, Frame&);  // slot, record, field
Value field_of_value(const Node&, Frame&);     // child; record, field
Value field_by_name(const Node&, Frame&);      // child; detail = key
Value has_field_of_variable(const Node&, Frame&);
Value has_field(const Node&, Frame&);  // child is a select that gives absent
Value has_key(const Node&, Frame&);    // child; detail = key
Value index(const Node&, Frame&);

// Logic and comparison: steps_logic.cpp.
Value logical_and(const Node&, Frame&);
Value logical_or(const Node&, Frame&);
Value logical_not(const Node&, Frame&);
Value conditional(const Node&, Frame&);
Value equal_to(const Node&, Frame&);
Value not_equal_to(const Node&, Frame&);
Value field_equals_text(const Node&, Frame&);   // child; detail = text
Value field_differs_text(const Node&, Frame&);  // child; detail = text
Value less(const Node&, Frame&);
Value less_equal(const Node&, Frame&);
Value greater(const Node&, Frame&);
Value greater_equal(const Node&, Frame&);
Value in(const Node&, Frame&);

// Arithmetic, calls and literals: steps_calls.cpp.
Value sum(const Node&, Frame&);
Value difference(const Node&, Frame&);
Value product(const Node&, Frame&);
Value quotient(const Node&, Frame&);
Value remainder(const Node&, Frame&);
Value negative(const Node&, Frame&);
Value call(const Node&, Frame&);
Value matches_pattern(const Node&, Frame&);  // child; detail = RE2
Value list(const Node&, Frame&);
Value map(const Node&, Frame&);

// Macros: steps_macros.cpp.
Value all(const Node&, Frame&);
Value exists(const Node&, Frame&);
Value exists_one(const Node&, Frame&);
Value map_elements(const Node&, Frame&);
Value filter(const Node&, Frame&);
Value transform_map(const Node&, Frame&);
Value bind(const Node&, Frame&);

}  // namespace steps

}  // namespace duban::cel
