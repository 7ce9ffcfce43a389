// == != and `in`: comparisons that can never hold are mistakes, above all values that a vocabulary lacks.
#include <algorithm>

#include "cel/checking.hpp"
#include "core/diagnostic.hpp"

namespace duban::cel {
namespace {

using Base = Type::Base;

/// False if no value of one type ever equals one of the other.
bool comparable(const Type& a, const Type& b) {
  if (a.base == Base::dyn || b.base == Base::dyn || (is_numeric(a) && is_numeric(b))) return true;
  if (a.base != b.base) return false;
  auto part = [](const std::shared_ptr<const Type>& x, const std::shared_ptr<const Type>& y) {
    return !x || !y || comparable(*x, *y);
  };
  switch (a.base) {
    case Base::list:
      return part(a.element, b.element);
    case Base::map:
      return part(a.key, b.key) && part(a.element, b.element);
    case Base::record:
      return !a.record || !b.record || a.record->name == b.record->name;
    default:
      return true;
  }
}

/// The string literals that `e` may stand for, in lists and branches of ?: too.
void collect_literals(const Expr& e, std::vector<const Expr*>& out) {
  switch (e.kind) {
    case Expr::Kind::list:
      for (const ExprPtr& item : e.children) collect_literals(*item, out);
      break;
    case Expr::Kind::conditional:
      collect_literals(*e.children[1], out);
      collect_literals(*e.children[2], out);
      break;
    default: {
      bool constant = e.kind == Expr::Kind::literal || e.meaning == Expr::Meaning::constant;
      if (constant && e.value.is(Kind::string)) out.push_back(&e);
    }
  }
}

std::string name_of(const Expr& e) {
  if (!e.path.empty()) return e.path;
  return e.kind == Expr::Kind::identifier ? e.name : "this value";
}

bool has_value(const Type& t, std::string_view text) {
  return std::find(t.values->begin(), t.values->end(), text) != t.values->end();
}

std::string hint_for(const Expr& left, const Type& a, const Type& b) {
  if (a.base == Base::null || b.base == Base::null) {
    return "a field that is not set is absent, not null: write !has(" +
           (left.path.empty() ? "…" : left.path) + ")";
  }
  auto pair = [&](Base x, Base y) { return (a.base == x && b.base == y) || (a.base == y && b.base == x); };
  if (pair(Base::date, Base::string)) return "write date('2023-02-07')";
  if (pair(Base::timestamp, Base::string)) return "write timestamp('2023-02-07T09:00:00+08:00')";
  if (pair(Base::date, Base::timestamp)) return "write date(…) around the timestamp";
  if (a.base == Base::list && b.base != Base::list) return "for an element of the list: x in list";
  return "convert one side: string(…), int(…), date(…)";
}

std::string an(const Type& t) {
  Expr e;
  e.type = t;
  return describe(e);
}

}  // namespace

void Checker::equality(Expr& e) {
  const Expr &left = *e.children[0], &right = *e.children[1];
  compare_types(e, left, left.type, right, right.type);
}

void Checker::compare_types(const Expr& e, const Expr& left, const Type& left_type, const Expr& right,
                            const Type& right_type) {
  if (comparable(left_type, right_type)) return compare_vocabularies(e, left, left_type, right, right_type);
  issue_at_name(e, codes::kNeverEqual, an(left_type) + " never equals " + an(right_type),
                hint_for(left, left_type, right_type));
}

void Checker::check_literals(const Expr& e, const Type& vocabulary, const std::string& owner) {
  if (untyped_ || !vocabulary.values) return;
  std::vector<const Expr*> literals;
  collect_literals(e, literals);
  for (const Expr* literal : literals) {
    std::string text(literal->value.text());
    if (has_value(vocabulary, text)) continue;
    issue(literal->begin, literal->end, codes::kUnknownValue, "unknown value '" + text + "' of " + owner,
          suggest(text, *vocabulary.values));
  }
}

void Checker::compare_vocabularies(const Expr& e, const Expr& left, const Type& left_type, const Expr& right,
                                   const Type& right_type) {
  const Type* l = &left_type;
  const Type* r = &right_type;
  while (l->base == Base::list && r->base == Base::list && l->element && r->element) {
    l = l->element.get();
    r = r->element.get();
  }
  if (l->values && r->values) {
    for (const std::string& v : *l->values) {
      if (has_value(*r, v)) return;
    }
    issue_at_name(e, codes::kNeverEqual,
                  name_of(left) + " and " + name_of(right) + " have no value in common");
  } else if (l->values) {
    check_literals(right, *l, name_of(left));
  } else if (r->values) {
    check_literals(left, *r, name_of(right));
  }
}

void Checker::note_equality(const Expr& root) {
  if (root.kind != Expr::Kind::binary || root.op != Op::equal) return;
  const Expr &a = *root.children[0], &b = *root.children[1];
  auto is_field = [](const Expr& e) { return e.kind == Expr::Kind::select && !e.path.empty() && e.top >= 0; };
  if (is_field(a) && is_field(b) && a.slot != b.slot) {
    out_.equality = {FieldRef{a.slot, a.top, a.path}, FieldRef{b.slot, b.top, b.path}};
  }
}

}  // namespace duban::cel
