// Types of operators, except == and !=.
#include <optional>

#include "cel/checking.hpp"

namespace duban::cel {
namespace {

using Base = Type::Base;

bool either_dyn(const Type& a, const Type& b) { return a.base == Base::dyn || b.base == Base::dyn; }

std::optional<Type> sum_type(const Type& a, const Type& b) {
  bool instant = (a.base == Base::timestamp && b.base == Base::duration) ||
                 (a.base == Base::duration && b.base == Base::timestamp);
  if (instant) return Type::of(Base::timestamp);
  if (a.base != b.base) return std::nullopt;
  if (a.base == Base::list) return join_types(a, b);
  if (is_numeric(a) || a.base == Base::string || a.base == Base::bytes || a.base == Base::duration) {
    return Type::of(a.base);
  }
  return std::nullopt;
}

std::optional<Type> difference_type(const Type& a, const Type& b) {
  if (a.base == Base::timestamp && b.base == Base::duration) return a;
  if (a.base != b.base) return std::nullopt;
  if (a.base == Base::timestamp) return Type::of(Base::duration);
  return is_numeric(a) || a.base == Base::duration ? std::optional(a) : std::nullopt;
}

std::optional<Type> arithmetic_type(Op op, const Type& a, const Type& b) {
  if (op == Op::add) return sum_type(a, b);
  if (op == Op::subtract) return difference_type(a, b);
  if (a.base != b.base || !is_numeric(a)) return std::nullopt;
  if (op == Op::modulo && a.base == Base::floating) return std::nullopt;
  return a;
}

std::string arithmetic_hint(const Expr& e, const Type& a, const Type& b) {
  if (is_numeric(a) && is_numeric(b)) {
    return e.op == Op::modulo ? "% is for int and uint" : "convert one side: int(…), uint(…) or double(…)";
  }
  if (a.base == Base::date || b.base == Base::date) return "for dates: add_days(d, n), add_workdays(d, n)";
  if (e.op == Op::add && (a.base == Base::string || b.base == Base::string)) {
    return "write string(…) around what is no string";
  }
  return {};
}

std::string an(const Type& t) {
  Expr e;
  e.type = t;
  return describe(e);
}

}  // namespace

void Checker::unary(Expr& e) {
  Expr& operand = *e.children[0];
  check(operand);
  if (e.op == Op::logical_not) {
    need_bool(operand, "'!'");
    e.type = Type::of(Base::boolean);
    return;
  }
  e.type = operand.type;
  Base b = operand.type.base;
  if (b != Base::dyn && b != Base::integer && b != Base::floating && b != Base::duration) {
    issue(operand.begin, operand.end, codes::kWrongArguments, "'-' needs a number, not " + describe(operand));
    e.type = Type::dyn();
  }
}

void Checker::binary(Expr& e) {
  check(*e.children[0]);
  check(*e.children[1]);
  e.type = Type::of(Base::boolean);
  switch (e.op) {
    case Op::equal:
    case Op::not_equal:
      return equality(e);
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return ordering(e);
    case Op::in:
      return membership(e);
    default:
      return arithmetic(e);
  }
}

void Checker::arithmetic(Expr& e) {
  const Type &a = e.children[0]->type, &b = e.children[1]->type;
  if (auto t = arithmetic_type(e.op, a, b)) {
    e.type = *t;
  } else {
    e.type = Type::dyn();
    if (either_dyn(a, b)) return;
    issue_at_name(e, codes::kWrongArguments, "'" + e.name + "' does not take " + an(a) + " and " + an(b),
                  arithmetic_hint(e, a, b));
  }
}

void Checker::ordering(Expr& e) {
  const Type &a = e.children[0]->type, &b = e.children[1]->type;
  if (either_dyn(a, b) || (is_numeric(a) && is_numeric(b))) return;
  bool ordered = a.base == Base::boolean || a.base == Base::string || a.base == Base::bytes ||
                 a.base == Base::timestamp || a.base == Base::duration || a.base == Base::date;
  if (a.base == b.base && ordered) return;
  std::string hint;
  if (a.base == Base::date || b.base == Base::date) hint = "write date(…) around what is no date";
  if (a.base == Base::null || b.base == Base::null) hint = "has(…) asks whether a field is set";
  issue_at_name(e, codes::kWrongArguments, "'" + e.name + "' does not order " + an(a) + " and " + an(b),
                hint);
}

void Checker::membership(Expr& e) {
  const Expr &item = *e.children[0], &set = *e.children[1];
  if (set.type.base == Base::dyn) return;
  bool is_list = set.type.base == Base::list, is_map = set.type.base == Base::map;
  if (!is_list && !is_map) {
    std::string hint = "write x in [a, b]";
    if (set.type.base == Base::string) hint = "for a part of a text: text.contains('…')";
    issue(set.begin, set.end, codes::kWrongArguments, "'in' needs a list or a map, not " + describe(set),
          hint);
    return;
  }
  const auto& part = is_list ? set.type.element : set.type.key;
  if (!part) return;
  compare_types(e, item, item.type, set, *part);
}

void Checker::need_bool(const Expr& operand, const char* where) {
  if (operand.type.base == Base::boolean || operand.type.base == Base::dyn) return;
  std::string hint = "write a condition";
  if (!operand.path.empty()) hint = "write a comparison, or has(" + operand.path + ")";
  issue(operand.begin, operand.end, codes::kWrongArguments,
        std::string(where) + " needs a bool, not " + describe(operand), hint);
}

void Checker::logical(Expr& e) {
  std::string where = "'" + e.name + "'";
  for (const ExprPtr& operand : e.children) {
    check(*operand);
    need_bool(*operand, where.c_str());
  }
  e.type = Type::of(Base::boolean);
}

void Checker::conditional(Expr& e) {
  for (const ExprPtr& child : e.children) check(*child);
  need_bool(*e.children[0], "'?'");
  const Type &yes = e.children[1]->type, &no = e.children[2]->type;
  e.type = join_types(yes, no);
  bool one_is_open = either_dyn(yes, no) || yes.base == Base::null || no.base == Base::null;
  if (yes.base != no.base && !one_is_open) {
    issue(e.children[1]->begin, e.end, codes::kWrongArguments, "'?:' gives " + an(yes) + " or " + an(no),
          "both must have one type; string(…), double(…) convert");
  }
}

}  // namespace duban::cel
