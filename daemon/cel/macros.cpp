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

std::optional<Macro> comprehension_of(const std::string& name, size_t arguments) {
  static constexpr std::pair<const char*, Macro> kNames[] = {{"all", Macro::all},
                                                             {"exists", Macro::exists},
                                                             {"exists_one", Macro::exists_one},
                                                             {"existsOne", Macro::exists_one},
                                                             {"map", Macro::map},
                                                             {"filter", Macro::filter}};
  for (const auto& [known, macro] : kNames) {
    if (name == known && (arguments == 2 || (macro == Macro::map && arguments == 3))) return macro;
  }
  return std::nullopt;
}

/// A name that a macro may bind: a bare identifier.
bool is_bindable(const Expr& e) {
  return e.kind == Expr::Kind::identifier && !e.absolute && !e.parenthesised;
}

std::optional<Issue> expand_comprehension(Expr& call, Macro macro) {
  Expr& variable = *call.children[1];
  if (!is_bindable(variable)) {
    return malformed(variable, "the first argument of " + call.name + "() is the name for each element",
                     "write list." + call.name + "(x, …)");
  }
  call.kind = Expr::Kind::comprehension;
  call.macro = macro;
  call.name = variable.name;
  call.name_begin = variable.begin;
  call.children.erase(call.children.begin() + 1);
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
  if (auto macro = comprehension_of(call.name, arguments)) return expand_comprehension(call, *macro);
  return std::nullopt;
}

}  // namespace duban::cel
