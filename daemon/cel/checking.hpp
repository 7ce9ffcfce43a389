// The checker's inside: one object per check, spread over check_*.cpp by subject.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cel/checker.hpp"
#include "cel/errors.hpp"

namespace duban::cel {

class Checker {
 public:
  Checker(const Environment& env, Checking checking, Checked& out)
      : env_(env), untyped_(checking == Checking::syntax), out_(out) {}

  /// Sets e.type and all else that is known of `e`. An `inner` expression is the operand of a select, which
  /// notes the read of the longer path itself.
  void check(Expr& e, bool inner = false);

 private:
  struct Local {
    std::string name;
    Type type;
  };

  // Names and fields: check_names.cpp.
  void identifier(Expr& e, bool inner);
  void unknown_name(const Expr& e);
  void select(Expr& e, bool inner);
  void field_of_record(Expr& e, const Expr& target);
  void field_of_constant(Expr& e, const Expr& target);
  bool dotted_name(Expr& e, bool inner);
  void bind_variable(Expr& e, int slot, bool inner);
  void index(Expr& e, bool inner);
  void note_read(const Expr& e);
  int find_variable(const std::string& name, bool absolute) const;
  const Local* find_local(std::string_view name, int& slot) const;

  // Operators: check_operators.cpp.
  void unary(Expr& e);
  void binary(Expr& e);
  void arithmetic(Expr& e);
  void ordering(Expr& e);
  void membership(Expr& e);
  void logical(Expr& e);
  void conditional(Expr& e);
  void need_bool(const Expr& operand, const char* where);

  // Equality and vocabularies: check_equality.cpp.
  void equality(Expr& e);
  void note_equality(const Expr& root);
  void compare_types(const Expr& e, const Expr& left, const Type& left_type, const Expr& right,
                     const Type& right_type);
  /// Reports the literals in `e` that the vocabulary of `owner` lacks, if it has one.
  void check_literals(const Expr& e, const Type& vocabulary, const std::string& owner);
  void compare_vocabularies(const Expr& e, const Expr& left, const Type& left_type, const Expr& right,
                            const Type& right_type);

  // Functions, macros and literals: check_calls.cpp.
  void call(Expr& e);
  void choose_overload(Expr& e, const std::vector<const Overload*>& named);
  std::vector<const Overload*> functions_named(const std::string& name, bool member);
  void unknown_function(const Expr& e);
  void list_literal(Expr& e);
  void map_literal(Expr& e);
  void comprehension(Expr& e);
  void bind(Expr& e);
  void with_locals(std::vector<Local> locals, Expr& body);

  void issue(size_t begin, size_t end, const char* code, std::string message, std::string hint = {});
  void issue_at_name(const Expr& e, const char* code, std::string message, std::string hint = {});

  const Environment& env_;
  const bool untyped_;
  Checked& out_;
  std::vector<Local> locals_;

  friend Checked check(Expr&, const Environment&, const Type&, Checking);
};

/// The type that both sides of ?: and all elements of a list have; dyn if they differ.
Type join_types(const Type& a, const Type& b);
bool is_numeric(const Type& t);
/// The static type of a literal or a named constant.
Type type_of_constant(const Value& v);

}  // namespace duban::cel
