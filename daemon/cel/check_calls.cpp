// Functions, macros, list and map literals.
#include <algorithm>

#include "cel/checking.hpp"
#include "cel/macros.hpp"
#include "core/diagnostic.hpp"

namespace duban::cel {
namespace {

using Base = Type::Base;

std::string signature(const std::string& name, const std::vector<Type>& parameters, bool member) {
  std::string out = member ? parameters[0].str() + "." + name + "(" : name + "(";
  for (size_t i = member ? 1 : 0; i < parameters.size(); ++i) {
    if (i > (member ? 1u : 0u)) out += ", ";
    out += parameters[i].str();
  }
  return out + ")";
}

bool takes(const Overload& o, const std::vector<ExprPtr>& arguments) {
  const auto& parameters = o.function.parameters;
  return std::equal(parameters.begin(), parameters.end(), arguments.begin(), arguments.end(),
                    [](const Type& p, const ExprPtr& a) { return assignable(a->type, p); });
}

}  // namespace

std::vector<const Overload*> Checker::functions_named(const std::string& name, bool member) {
  std::vector<const Overload*> out;
  for (const Overload& o : builtins()) {
    if (o.member == member && o.function.name == name) out.push_back(&o);
  }
  if (member || !out.empty()) return out;
  for (const Function& f : env_.functions()) {
    if (f.name == name) out.push_back(&out_.host_functions->emplace_back(Overload{f, false, false}));
  }
  return out;
}

void Checker::call(Expr& e) {
  // The arguments of a macro written wrongly would only be reported as unknown names.
  if (e.kind == Expr::Kind::member_call && !macro_usage(e.name).empty()) return unknown_function(e);
  for (const ExprPtr& argument : e.children) check(*argument);
  auto named = functions_named(e.name, e.kind == Expr::Kind::member_call);
  if (named.empty()) return unknown_function(e);
  choose_overload(e, named);
}

void Checker::choose_overload(Expr& e, const std::vector<const Overload*>& named) {
  for (const Overload* o : named) {
    if (takes(*o, e.children)) e.callees.push_back(o);
  }
  if (e.callees.empty() && untyped_) return;
  if (e.callees.empty()) {
    bool member = e.kind == Expr::Kind::member_call;
    std::vector<Type> given;
    for (const ExprPtr& argument : e.children) given.push_back(argument->type);
    std::string hint = "expected ";
    for (const Overload* o : named) {
      if (o != named[0]) hint += " or ";
      hint += signature(e.name, o->function.parameters, member);
    }
    return issue_at_name(e, codes::kWrongArguments, "no function " + signature(e.name, given, member), hint);
  }
  e.type = e.callees[0]->function.result;
  for (size_t i = 0; i < e.children.size(); ++i) {
    check_literals(*e.children[i], e.callees[0]->function.parameters[i], "the argument of " + e.name + "()");
  }
  for (const Overload* o : e.callees) {
    if (o->function.result.base != e.type.base) e.type = Type::dyn();
  }
}

void Checker::unknown_function(const Expr& e) {
  if (untyped_) return;
  bool member = e.kind == Expr::Kind::member_call;
  std::string message = "unknown function '" + e.name + "'";
  if (!functions_named(e.name, !member).empty()) {
    std::string hint = member ? "write " + e.name + "(a, b)" : "write a." + e.name + "(b)";
    return issue_at_name(e, codes::kUnknownFunction, message, hint);
  }
  if (std::string usage = macro_usage(e.name); !usage.empty()) {
    return issue_at_name(e, codes::kUnknownFunction, "'" + e.name + "' has other arguments",
                         "write " + usage);
  }
  std::vector<std::string> known;
  auto add = [&](const std::string& name) {
    if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  };
  for (const Overload& o : builtins()) {
    if (o.member == member) add(o.function.name);
  }
  for (const char* macro : {"all", "exists", "exists_one", "map", "filter"}) {
    if (member) add(macro);
  }
  if (!member) {
    add("has");
    for (const Function& f : env_.functions()) add(f.name);
  }
  issue_at_name(e, codes::kUnknownFunction, message, suggest(e.name, known));
}

void Checker::list_literal(Expr& e) {
  if (e.children.empty()) {
    e.type = Type::of(Base::list);
    return;
  }
  Type element;
  for (size_t i = 0; i < e.children.size(); ++i) {
    check(*e.children[i]);
    element = i == 0 ? e.children[i]->type : join_types(element, e.children[i]->type);
  }
  e.type = Type::list_of(std::move(element));
}

void Checker::map_literal(Expr& e) {
  if (e.children.empty()) {
    e.type = Type::of(Base::map);
    return;
  }
  Type key, value;
  for (size_t i = 0; i < e.children.size(); ++i) {
    Expr& child = *e.children[i];
    check(child);
    Type& joined = i % 2 == 0 ? key : value;
    joined = i < 2 ? child.type : join_types(joined, child.type);
    Base b = child.type.base;
    bool is_key = b == Base::dyn || b == Base::boolean || b == Base::integer || b == Base::uinteger ||
                  b == Base::string;
    if (i % 2 == 0 && !is_key) {
      issue(child.begin, child.end, codes::kWrongArguments, describe(child) + " cannot be a key of a map",
            "keys are string, int, uint or bool");
    }
  }
  e.type = Type::map_of(std::move(key), std::move(value));
}

void Checker::with_locals(std::vector<Local> locals, Expr& body) {
  size_t outer = locals_.size();
  locals_.insert(locals_.end(), locals.begin(), locals.end());
  out_.locals = std::max(out_.locals, static_cast<int>(locals_.size()));
  check(body);
  locals_.resize(outer);
}

void Checker::comprehension(Expr& e) {
  Expr& range = *e.children[0];
  check(range);
  bool is_list = range.type.base == Base::list, is_map = range.type.base == Base::map;
  if (!is_list && !is_map && range.type.base != Base::dyn) {
    issue(range.begin, range.end, codes::kWrongArguments, describe(range) + " has no elements to go through",
          "lists and maps have elements");
  }
  Type element = range.type.element ? *range.type.element : Type::dyn();
  Type key = is_list ? Type::of(Base::integer) : range.type.key ? *range.type.key : Type::dyn();
  if (range.type.base == Base::dyn) key = Type::dyn();
  std::vector<Local> locals;
  if (e.second_name.empty()) {
    locals = {{e.name, is_map ? key : element}};
  } else {
    locals = {{e.name, key}, {e.second_name, element}};
  }
  e.slot = static_cast<int>(locals_.size());
  bool builds = e.macro == Macro::map || e.macro == Macro::transform_map;
  for (size_t i = 1; i < e.children.size(); ++i) {
    with_locals(locals, *e.children[i]);
    bool is_condition = !builds || (e.children.size() == 3 && i == 1);
    if (is_condition) need_bool(*e.children[i], "the condition");
  }
  switch (e.macro) {
    case Macro::map:
      e.type = Type::list_of(e.children.back()->type);
      break;
    case Macro::transform_map:
      e.type = Type::map_of(key, e.children.back()->type);
      break;
    case Macro::filter:
      e.type = Type::list_of(locals[0].type);
      break;
    default:
      e.type = Type::of(Base::boolean);
  }
}

void Checker::bind(Expr& e) {
  check(*e.children[0]);
  e.slot = static_cast<int>(locals_.size());
  with_locals({{e.name, e.children[0]->type}}, *e.children[1]);
  e.type = e.children[1]->type;
}

}  // namespace duban::cel
