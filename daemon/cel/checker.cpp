#include "cel/checker.hpp"

#include <algorithm>

#include "cel/checking.hpp"

namespace duban::cel {

bool is_numeric(const Type& t) {
  return t.base == Type::Base::integer || t.base == Type::Base::uinteger || t.base == Type::Base::floating;
}

Type join_types(const Type& a, const Type& b) {
  if (a.base != b.base) return Type::dyn();
  // An empty list says nothing of its elements: it goes with any other list.
  if ((a.base == Type::Base::list || a.base == Type::Base::map) && !(a.element && b.element))
    return a.element ? a : b;
  auto part = [](const std::shared_ptr<const Type>& x) { return x ? *x : Type::dyn(); };
  switch (a.base) {
    case Type::Base::list:
      return Type::list_of(join_types(part(a.element), part(b.element)));
    case Type::Base::map:
      return Type::map_of(join_types(part(a.key), part(b.key)), join_types(part(a.element), part(b.element)));
    case Type::Base::record:
      return a.record == b.record ? a : Type::dyn();
    case Type::Base::string:
      return a.values == b.values ? a : Type::of(Type::Base::string);
    default:
      return a;
  }
}

Type type_of_constant(const Value& v) {
  using Base = Type::Base;
  switch (v.kind()) {
    case Kind::null:
      return Type::of(Base::null);
    case Kind::boolean:
      return Type::of(Base::boolean);
    case Kind::integer:
      return Type::of(Base::integer);
    case Kind::uinteger:
      return Type::of(Base::uinteger);
    case Kind::floating:
      return Type::of(Base::floating);
    case Kind::string:
      return Type::of(Base::string);
    case Kind::bytes:
      return Type::of(Base::bytes);
    case Kind::timestamp:
      return Type::of(Base::timestamp);
    case Kind::duration:
      return Type::of(Base::duration);
    case Kind::date:
      return Type::of(Base::date);
    case Kind::type:
      return Type::of(Base::type);
    case Kind::record:
      return Type::of_record(v.record_type());
    case Kind::map:
      return Type::map_of(Type::dyn(), Type::dyn());
    case Kind::list: {
      if (v.items().empty()) return Type::list_of(Type::dyn());
      Type element = type_of_constant(v.items()[0]);
      for (const Value& item : v.items()) element = join_types(element, type_of_constant(item));
      return Type::list_of(element);
    }
    default:
      return Type::dyn();
  }
}

std::string describe(const Expr& e) {
  std::string type = e.type.str();
  bool vowel = !type.empty() && std::string_view("aeiou").find(type[0]) != std::string_view::npos;
  bool is_uint = e.type.base == Type::Base::uinteger;
  return (vowel && !is_uint ? "an " : "a ") + type;
}

void Checker::issue(size_t begin, size_t end, const char* code, std::string message, std::string hint) {
  out_.issues.push_back({begin, end - begin, code, std::move(message), std::move(hint)});
}

void Checker::issue_at_name(const Expr& e, const char* code, std::string message, std::string hint) {
  issue(e.name_begin, e.name_begin + e.name.size(), code, std::move(message), std::move(hint));
}

void Checker::check(Expr& e, bool inner) {
  switch (e.kind) {
    case Expr::Kind::literal: {
      using Base = Type::Base;
      switch (e.value.kind()) {
        case Kind::boolean:
          e.type = Type::of(Base::boolean);
          break;
        case Kind::integer:
          e.type = Type::of(Base::integer);
          break;
        case Kind::uinteger:
          e.type = Type::of(Base::uinteger);
          break;
        case Kind::floating:
          e.type = Type::of(Base::floating);
          break;
        case Kind::string:
          e.type = Type::of(Base::string);
          break;
        case Kind::bytes:
          e.type = Type::of(Base::bytes);
          break;
        default:
          e.type = Type::of(Base::null);
          break;
      }
      break;
    }
    case Expr::Kind::identifier:
      identifier(e, inner);
      break;
    case Expr::Kind::select:
    case Expr::Kind::has:
      select(e, inner);
      break;
    case Expr::Kind::index:
      index(e, inner);
      break;
    case Expr::Kind::unary:
      unary(e);
      break;
    case Expr::Kind::binary:
      binary(e);
      break;
    case Expr::Kind::logical_and:
    case Expr::Kind::logical_or:
      logical(e);
      break;
    case Expr::Kind::conditional:
      conditional(e);
      break;
    case Expr::Kind::list:
      list_literal(e);
      break;
    case Expr::Kind::map:
      map_literal(e);
      break;
    case Expr::Kind::call:
    case Expr::Kind::member_call:
      call(e);
      break;
    case Expr::Kind::comprehension:
      comprehension(e);
      break;
    case Expr::Kind::bind:
      bind(e);
      break;
  }
  if (untyped_) e.type = Type::dyn();
}

Checked check(Expr& root, const Environment& env, const Type& expected, Checking checking) {
  Checked out;
  out.host_functions = std::make_shared<std::deque<Overload>>();
  Checker checker(env, checking, out);
  checker.check(root);
  checker.note_equality(root);
  checker.check_literals(root, expected, "what is expected here");
  if (!assignable(root.type, expected)) {
    Expr wanted;
    wanted.type = expected;
    std::string message = "this is " + describe(root) + " and must be " + describe(wanted);
    std::string hint;
    if (expected.base == Type::Base::boolean) hint = "write a condition, such as hazard.level == 'major'";
    if (expected.base == Type::Base::floating && is_numeric(root.type)) hint = "write double(…)";
    if (expected.base == Type::Base::string) hint = "write string(…)";
    if (expected.base == Type::Base::date && root.type.base == Type::Base::string) hint = "write date(…)";
    checker.issue(root.begin, root.end, codes::kWrongResult, std::move(message), std::move(hint));
  }
  std::stable_sort(out.issues.begin(), out.issues.end(),
                   [](const Issue& a, const Issue& b) { return a.offset < b.offset; });
  return out;
}

}  // namespace duban::cel
