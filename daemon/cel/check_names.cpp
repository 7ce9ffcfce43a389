// Variables, constants, loop variables, and the fields of what they hold.
#include <algorithm>

#include "cel/checking.hpp"
#include "cel/type_names.hpp"
#include "core/diagnostic.hpp"

namespace duban::cel {
namespace {

constexpr std::string_view kReserved[] = {"as",        "break",  "const",  "continue", "else", "for",
                                          "function",  "if",     "import", "let",      "loop", "package",
                                          "namespace", "return", "var",    "void",     "while"};

/// "a.b.c" if `e` is a chain of selects on an identifier; empty otherwise.
std::string dotted_text(const Expr& e) {
  if (e.parenthesised) return {};
  if (e.kind == Expr::Kind::identifier) return e.name;
  if (e.kind != Expr::Kind::select) return {};
  std::string prefix = dotted_text(*e.children[0]);
  return prefix.empty() ? prefix : prefix + "." + e.name;
}

const Expr& root_of(const Expr& e) { return e.kind == Expr::Kind::select ? root_of(*e.children[0]) : e; }

void set_constant(Expr& e, const Value& v) {
  e.meaning = Expr::Meaning::constant;
  e.value = v;
  e.type = type_of_constant(v);
}

}  // namespace

const Checker::Local* Checker::find_local(std::string_view name, int& slot) const {
  for (size_t i = locals_.size(); i-- > 0;) {
    if (locals_[i].name != name) continue;
    slot = static_cast<int>(i);
    return &locals_[i];
  }
  return nullptr;
}

/// From the innermost namespace of the container outwards; a name with a leading dot in none.
int Checker::find_variable(const std::string& name, bool absolute) const {
  std::string prefix = absolute ? std::string() : env_.container();
  while (!prefix.empty()) {
    if (int slot = env_.find(prefix + "." + name); slot >= 0) return slot;
    size_t dot = prefix.rfind('.');
    prefix.resize(dot == std::string::npos ? 0 : dot);
  }
  return env_.find(name);
}

void Checker::note_read(const Expr& e) {
  FieldRef ref{e.slot, e.top, e.path};
  if (std::find(out_.reads.begin(), out_.reads.end(), ref) == out_.reads.end()) out_.reads.push_back(ref);
}

void Checker::bind_variable(Expr& e, int slot, bool inner) {
  const auto& variable = env_.variables()[static_cast<size_t>(slot)];
  e.meaning = Expr::Meaning::variable;
  e.slot = slot;
  e.type = variable.type;
  e.path = variable.name;
  if (!inner) note_read(e);
}

void Checker::identifier(Expr& e, bool inner) {
  int slot = -1;
  if (const Local* local = e.absolute ? nullptr : find_local(e.name, slot)) {
    e.meaning = Expr::Meaning::local;
    e.slot = slot;
    e.type = local->type;
    return;
  }
  if (slot = find_variable(e.name, e.absolute); slot >= 0) return bind_variable(e, slot, inner);
  for (const auto& [name, value] : env_.constants()) {
    if (name == e.name) return set_constant(e, value);
  }
  if (auto type = type_named(e.name)) return set_constant(e, *type);
  unknown_name(e);
}

void Checker::unknown_name(const Expr& e) {
  if (untyped_) return;
  std::vector<std::string> known;
  for (const auto& v : env_.variables()) {
    if (!v.name.empty()) known.push_back(v.name);  // a host keeps slots of variables that are not there
  }
  for (const auto& [name, value] : env_.constants()) known.push_back(name);
  for (const auto& local : locals_) known.push_back(local.name);
  std::string hint = suggest(e.name, known);
  if (nearest(e.name, known).empty() && e.kind == Expr::Kind::identifier) {
    // What is near to none of the names is mostly a text: hazard.level == general.
    if (hint.starts_with("expected")) hint += "; a text stands in quotes";
    bool reserved = std::find(std::begin(kReserved), std::end(kReserved), e.name) != std::end(kReserved);
    if (reserved) hint = "'" + e.name + "' is a reserved word of CEL";
    if (!functions_named(e.name, false).empty())
      hint = "'" + e.name + "' is a function: write " + e.name + "(…)";
  }
  issue_at_name(e, codes::kUnknownName, "unknown variable '" + e.name + "'", std::move(hint));
}

/// A variable or type whose name has dots takes precedence over fields.
bool Checker::dotted_name(Expr& e, bool inner) {
  if (e.kind != Expr::Kind::select) return false;
  std::string text = dotted_text(e);
  if (text.empty()) return false;
  const Expr& root = root_of(e);
  int slot = -1;
  if (!root.absolute && find_local(root.name, slot)) return false;
  if (slot = find_variable(text, root.absolute); slot >= 0) {
    bind_variable(e, slot, inner);
    return true;
  }
  for (const auto& [name, value] : env_.constants()) {
    if (name != text) continue;
    set_constant(e, value);
    return true;
  }
  auto type = type_named(text);
  if (type) set_constant(e, *type);
  return type.has_value();
}

void Checker::select(Expr& e, bool inner) {
  if (dotted_name(e, inner)) return;
  Expr& target = *e.children[0];
  check(target, true);
  bool is_has = e.kind == Expr::Kind::has;
  if (!target.path.empty()) {
    e.slot = target.slot;
    e.top = target.top;
    e.path = target.path + "." + e.name;
  }
  if (target.meaning == Expr::Meaning::constant && !is_has) {
    field_of_constant(e, target);
  } else if (target.type.base == Type::Base::record && target.type.record) {
    field_of_record(e, target);
  } else if (target.type.base == Type::Base::map) {
    e.type = target.type.element ? *target.type.element : Type::dyn();
  } else if (target.type.base != Type::Base::dyn) {
    issue_at_name(e, codes::kUnknownField, describe(target) + " has no field '" + e.name + "'",
                  "fields are of records and maps");
  }
  if (!e.path.empty() && (is_has || !inner)) note_read(e);
  if (is_has) e.type = Type::of(Type::Base::boolean);
}

void Checker::field_of_record(Expr& e, const Expr& target) {
  const RecordType& record = *target.type.record;
  e.field = record.find(e.name);
  int position = e.field >= 0 ? e.field : static_cast<int>(record.fields.size()) - 1;
  if (target.meaning == Expr::Meaning::variable) e.top = position;
  if (e.field >= 0) {
    e.meaning = Expr::Meaning::field;
    e.type = record.fields[static_cast<size_t>(e.field)].type;
  } else if (!record.open) {
    std::vector<std::string> known;
    for (const FieldDecl& f : record.fields) known.push_back(f.name);
    issue_at_name(e, codes::kUnknownField, "unknown field '" + e.name + "' of " + record.name,
                  suggest(e.name, known));
  }
}

void Checker::field_of_constant(Expr& e, const Expr& target) {
  Value v = target.value.get(e.name);
  if (!v.is_absent()) return set_constant(e, v);
  std::vector<std::string> known;
  if (target.value.is(Kind::map)) {
    for (const MapEntry& entry : target.value.entries()) known.emplace_back(entry.key.string_or(""));
  }
  issue_at_name(e, codes::kUnknownName, "unknown constant '" + dotted_text(e) + "'", suggest(e.name, known));
}

void Checker::index(Expr& e, bool inner) {
  Expr &target = *e.children[0], &key = *e.children[1];
  if (key.kind == Expr::Kind::literal && key.value.is(Kind::string)) {
    check(target, true);
    if (target.type.base == Type::Base::record) {
      // record['name'] is record.name: one way of reading a field, one way of knowing which.
      e.kind = Expr::Kind::select;
      e.name = key.name;
      e.name_begin = key.begin;
      e.children.pop_back();
      return select(e, inner);
    }
    if (!target.path.empty()) note_read(target);
  } else {
    check(target);
  }
  check(key);
  using Base = Type::Base;
  const Type& t = target.type;
  if (t.base == Base::list) {
    e.type = t.element ? *t.element : Type::dyn();
    if (!is_numeric(key.type) && key.type.base != Base::dyn) {
      issue(key.begin, key.end, codes::kWrongArguments,
            "a list is indexed by an int, not by " + describe(key), "the first element has index 0");
    }
  } else if (t.base == Base::map) {
    e.type = t.element ? *t.element : Type::dyn();
    if (t.key && !assignable(key.type, *t.key) && !(is_numeric(key.type) && is_numeric(*t.key))) {
      issue(key.begin, key.end, codes::kWrongArguments,
            "the keys of this map are " + t.key->str() + ", not " + key.type.str());
    }
  } else if (t.base != Base::dyn && t.base != Base::record) {
    issue(target.begin, target.end, codes::kWrongArguments, describe(target) + " has no elements",
          "lists and maps have elements");
  }
}

}  // namespace duban::cel
