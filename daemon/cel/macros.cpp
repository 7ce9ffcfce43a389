#include "cel/macros.hpp"

#include <utility>

#include "cel/errors.hpp"

namespace duban::cel {
namespace {

Issue malformed(const Expr& at, std::string message, std::string hint) {
  return Issue{at.begin, at.end - at.begin, codes::kSyntax, std::move(message), std::move(hint)};
}

std::optional<Issue> expand_has(Expr& call) {
  if (call.children.size() != 1 || call.children[0]->kind != Expr::Kind::select) {
    return malformed(call, "has() asks whether a field is there", "write has(hazard.due)");
  }
  ExprPtr select = std::move(call.children[0]);
  call.kind = Expr::Kind::has;
  call.name = std::move(select->name);
  call.name_begin = select->name_begin;
  call.children = std::move(select->children);
  return std::nullopt;
}

struct Form {
  const char* name;
  Macro macro;
  size_t variables;
  size_t expressions;  // most of them; one less without a filter
  bool may_filter;
  const char* usage;
};

constexpr Form kForms[] = {
    {"all", Macro::all, 1, 1, false, "list.all(x, condition)"},
    {"all", Macro::all, 2, 1, false, "list.all(i, x, condition)"},
    {"exists", Macro::exists, 1, 1, false, "list.exists(x, condition)"},
    {"exists", Macro::exists, 2, 1, false, "list.exists(i, x, condition)"},
    {"exists_one", Macro::exists_one, 1, 1, false, "list.exists_one(x, condition)"},
    {"exists_one", Macro::exists_one, 2, 1, false, "list.exists_one(i, x, condition)"},
    {"existsOne", Macro::exists_one, 1, 1, false, "list.existsOne(x, condition)"},
    {"existsOne", Macro::exists_one, 2, 1, false, "list.existsOne(i, x, condition)"},
    {"filter", Macro::filter, 1, 1, false, "list.filter(x, condition)"},
    {"map", Macro::map, 1, 2, true, "list.map(x, value) or list.map(x, condition, value)"},
    {"transformList", Macro::map, 2, 2, true, "list.transformList(i, x, value)"},
    {"transformMap", Macro::transform_map, 2, 2, true, "map.transformMap(key, x, value)"},
};

const Form* form_of(const std::string& name, size_t arguments) {
  for (const Form& f : kForms) {
    size_t most = f.variables + f.expressions;
    if (name == f.name && (arguments == most || (f.may_filter && arguments + 1 == most))) return &f;
  }
  return nullptr;
}

/// A name that a macro may bind: a bare identifier.
bool is_bindable(const Expr& e) {
  return e.kind == Expr::Kind::identifier && !e.absolute && !e.parenthesised;
}

std::optional<Issue> expand_comprehension(Expr& call, const Form& form) {
  for (size_t i = 1; i <= form.variables; ++i) {
    if (is_bindable(*call.children[i])) continue;
    return malformed(*call.children[i], "this argument of " + call.name + "() is the name for each element",
                     std::string("write ") + form.usage);
  }
  call.kind = Expr::Kind::comprehension;
  call.macro = form.macro;
  call.name = call.children[1]->name;
  call.name_begin = call.children[1]->begin;
  if (form.variables == 2) call.second_name = call.children[2]->name;
  call.children.erase(call.children.begin() + 1,
                      call.children.begin() + 1 + static_cast<std::ptrdiff_t>(form.variables));
  return std::nullopt;
}

std::optional<Issue> expand_bind(Expr& call) {
  Expr& variable = *call.children[1];
  if (!is_bindable(variable)) {
    return malformed(variable, "the first argument of cel.bind() is a name", "write cel.bind(x, value, …)");
  }
  call.kind = Expr::Kind::bind;
  call.name = variable.name;
  call.name_begin = variable.begin;
  call.children.erase(call.children.begin(), call.children.begin() + 2);
  return std::nullopt;
}

}  // namespace

std::optional<Issue> expand_macro(Expr& call) {
  if (call.kind == Expr::Kind::call) {
    return call.name == "has" && !call.absolute ? expand_has(call) : std::nullopt;
  }
  size_t arguments = call.children.size() - 1;
  const Expr& target = *call.children[0];
  if (call.name == "bind" && arguments == 3 && target.kind == Expr::Kind::identifier &&
      target.name == "cel") {
    return expand_bind(call);
  }
  if (const Form* form = form_of(call.name, arguments)) return expand_comprehension(call, *form);
  return std::nullopt;
}

std::string macro_usage(std::string_view name) {
  for (const Form& f : kForms) {
    if (name == f.name) return f.usage;
  }
  return {};
}

}  // namespace duban::cel
