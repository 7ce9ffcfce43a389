#include "cel/emitter.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <climits>
#include <new>

#include "cel/errors.hpp"

namespace duban::cel {
namespace {

using Kinds = Expr::Kind;

class Emitter {
 public:
  Emitter(ProgramMemory& memory, bool sure, std::vector<Issue>& issues)
      : memory_(memory), sure_(sure), issues_(issues) {}

  Node emit(Expr& e);

 private:
  /// What a part depends on; a part that depends on nothing is folded.
  struct Needs {
    bool run_time = false;      // a variable, or a function of the host or of the configured zone
    int outer_local = INT_MAX;  // the outermost loop variable used
    void add(const Needs& o) {
      run_time = run_time || o.run_time;
      outer_local = std::min(outer_local, o.outer_local);
    }
  };

  Node build(Expr& e);
  Node constant(const Value& v);
  Node identifier(const Expr& e, bool quiet);
  Node select(Expr& e, bool quiet);
  Node has(Expr& e);
  Node binary(Expr& e);
  Node call(Expr& e);
  Node matches(Expr& e, Node node);
  Node with_children(Step step, Expr& e);
  void fold(Expr& e, Node& node);
  const Value* keep(const Value& v);
  Node* nodes(size_t n);

  ProgramMemory& memory_;
  bool sure_;
  std::vector<Issue>& issues_;
  Needs needs_;  // of the expression being built
};

/// True for a select that starts at a variable holding a record: there a missing field is absent, not an
/// error.
bool is_record_path(const Expr& e) {
  if (e.kind == Kinds::identifier) {
    return e.meaning == Expr::Meaning::variable && e.type.base == Type::Base::record;
  }
  if (e.meaning == Expr::Meaning::variable) return false;
  return e.kind == Kinds::select && is_record_path(*e.children[0]);
}

Node Emitter::emit(Expr& e) {
  Needs outer = needs_;
  needs_ = {};
  Node node = build(e);
  for (uint32_t i = 0; i < node.count; ++i) node.weight += node.children[i].weight;
  if (!needs_.run_time && needs_.outer_local == INT_MAX) fold(e, node);
  outer.add(needs_);
  needs_ = outer;
  return node;
}

void Emitter::fold(Expr& e, Node& node) {
  e.folded = true;
  if (node.step == steps::constant) return;
  Arena scratch;
  Context context{scratch};
  std::vector<Value> locals(static_cast<size_t>(limits::kCelDepth));
  Frame frame{nullptr, locals.data(), context};
  Value v = run(node, frame);
  if (v.is_error() && sure_) {
    issues_.push_back(
        {e.begin, e.end - e.begin, codes::kAlwaysFails, "this always fails: " + std::string(v.text()), ""});
  }
  node = constant(v);
}

Node Emitter::constant(const Value& v) {
  Node n;
  n.step = steps::constant;
  n.value = memory_.values.copy(v);
  return n;
}

const Value* Emitter::keep(const Value& v) {
  Value* room = memory_.values.values(1);
  *room = memory_.values.copy(v);
  return room;
}

Node* Emitter::nodes(size_t n) {
  auto* room = static_cast<Node*>(memory_.nodes.allocate(n * sizeof(Node), alignof(Node)));
  for (size_t i = 0; i < n; ++i) new (room + i) Node;
  return room;
}

Node Emitter::with_children(Step step, Expr& e) {
  Node n;
  n.step = step;
  n.count = static_cast<uint32_t>(e.children.size());
  Node* children = nodes(n.count);
  n.children = children;
  for (size_t i = 0; i < e.children.size(); ++i) children[i] = emit(*e.children[i]);
  return n;
}

Node Emitter::build(Expr& e) {
  switch (e.kind) {
    case Kinds::literal:
      return constant(e.value);
    case Kinds::identifier:
      return identifier(e, false);
    case Kinds::select:
      return select(e, false);
    case Kinds::has:
      return has(e);
    case Kinds::index:
      return with_children(steps::index, e);
    case Kinds::unary:
      return with_children(e.op == Op::negate ? steps::negative : steps::logical_not, e);
    case Kinds::binary:
      return binary(e);
    case Kinds::logical_and:
      return with_children(steps::logical_and, e);
    case Kinds::logical_or:
      return with_children(steps::logical_or, e);
    case Kinds::conditional:
      return with_children(steps::conditional, e);
    case Kinds::list:
      return with_children(steps::list, e);
    case Kinds::map:
      return with_children(steps::map, e);
    case Kinds::call:
    case Kinds::member_call:
      return call(e);
    case Kinds::comprehension: {
      static constexpr Step kSteps[] = {steps::all,          steps::exists, steps::exists_one,
                                        steps::map_elements, steps::filter, steps::transform_map};
      Node n = with_children(kSteps[static_cast<size_t>(e.macro)], e);
      n.slot = e.slot;
      n.field = e.second_name.empty() ? -1 : e.slot + 1;
      if (needs_.outer_local >= e.slot) needs_.outer_local = INT_MAX;
      return n;
    }
    case Kinds::bind: {
      Node n = with_children(steps::bind, e);
      n.slot = e.slot;
      if (needs_.outer_local >= e.slot) needs_.outer_local = INT_MAX;
      return n;
    }
  }
  return constant(Value::null());
}

Node Emitter::identifier(const Expr& e, bool quiet) {
  if (e.meaning == Expr::Meaning::constant) return constant(e.value);
  if (e.meaning == Expr::Meaning::unresolved)
    return constant(Value::error("unknown variable '" + e.name + "'"));
  Node n;
  n.slot = e.slot;
  if (e.meaning == Expr::Meaning::local) {
    n.step = steps::local;
    needs_.outer_local = std::min(needs_.outer_local, e.slot);
    return n;
  }
  n.step = quiet ? steps::variable_or_absent : steps::variable;
  n.value = memory_.values.copy(Value::error("no value: " + e.path));
  needs_.run_time = true;
  return n;
}

/// `quiet`: inside has(), where a missing field of a record gives absent instead of an error.
Node Emitter::select(Expr& e, bool quiet) {
  if (e.meaning == Expr::Meaning::constant || e.meaning == Expr::Meaning::variable)
    return identifier(e, quiet);
  Expr& target = *e.children[0];
  Node n;
  std::string missing = e.path.empty() ? "no such key: " + e.name : "no such field: " + e.path;
  n.value = quiet ? Value::absent() : memory_.values.copy(Value::error(missing));
  n.detail = keep(Value::of(e.name));
  if (e.field >= 0) {
    n.field = e.field;
    n.record = target.type.record->index;
    if (target.meaning == Expr::Meaning::variable) {
      n.step = steps::field_of_variable;
      n.slot = target.slot;
      needs_.run_time = true;
      return n;
    }
  }
  n.step = e.field >= 0 ? steps::field_of_value : steps::field_by_name;
  if (e.field < 0 && target.type.base == Type::Base::record && target.type.record) {
    n.record = target.type.record->index;
    n.field = static_cast<int32_t>(target.type.record->fields.size()) - 1;
  }
  n.count = 1;
  Node* child = nodes(1);
  n.children = child;
  bool quiet_target = quiet && is_record_path(target);
  if (!quiet_target) {
    *child = emit(target);
  } else {
    *child = target.kind == Kinds::identifier ? identifier(target, true) : select(target, true);
  }
  return n;
}

Node Emitter::has(Expr& e) {
  Node select_node = select(e, true);
  if (select_node.step == steps::field_of_variable) {
    select_node.step = steps::has_field_of_variable;
    return select_node;
  }
  Node n;
  n.step = steps::has_field;
  n.count = 1;
  Node* child = nodes(1);
  *child = select_node;
  n.children = child;
  return n;
}

Node Emitter::binary(Expr& e) {
  static constexpr Step kSteps[] = {steps::equal_to,   steps::not_equal_to, steps::less,
                                    steps::less_equal, steps::greater,      steps::greater_equal,
                                    steps::sum,        steps::difference,   steps::product,
                                    steps::quotient,   steps::remainder,    steps::in};
  Node n = with_children(kSteps[static_cast<size_t>(e.op)], e);
  bool equality = e.op == Op::equal || e.op == Op::not_equal;
  const Node& right = n.children[1];
  if (equality && right.step == steps::constant && right.value.is(Kind::string)) {
    n.step = e.op == Op::equal ? steps::field_equals_text : steps::field_differs_text;
    n.detail = &right.value;
  }
  return n;
}

Node Emitter::call(Expr& e) {
  if (e.callees.empty()) return constant(Value::error("no such overload of " + e.name + "()"));
  Node n = with_children(steps::call, e);
  auto* target = static_cast<CallTarget*>(memory_.nodes.allocate(sizeof(CallTarget), alignof(CallTarget)));
  auto** candidates = static_cast<const Overload**>(
      memory_.nodes.allocate(e.callees.size() * sizeof(Overload*), alignof(Overload*)));
  std::copy(e.callees.begin(), e.callees.end(), candidates);
  bool certain = e.callees.size() == 1;
  for (size_t i = 0; certain && i < e.children.size(); ++i) {
    certain = e.children[i]->type.base == e.callees[0]->function.parameters[i].base ||
              e.callees[0]->function.parameters[i].base == Type::Base::dyn;
  }
  new (target) CallTarget{candidates, static_cast<uint32_t>(e.callees.size()), certain};
  n.detail = target;
  for (const Overload* o : e.callees) needs_.run_time = needs_.run_time || !o->pure;
  return e.name == "matches" && e.children.size() == 2 ? matches(e, n) : n;
}

Node Emitter::matches(Expr& e, Node node) {
  const Node& pattern = node.children[1];
  if (pattern.step != steps::constant || !pattern.value.is(Kind::string)) return node;
  std::string_view text = pattern.value.text();
  auto compiled = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), RE2::Quiet);
  if (!compiled->ok()) {
    const Expr& at = *e.children[1];
    issues_.push_back({at.begin, at.end - at.begin, codes::kBadPattern,
                       "invalid regular expression: " + compiled->error(),
                       "the syntax is that of RE2; r'…' keeps backslashes"});
  }
  node.step = steps::matches_pattern;
  node.detail = compiled.get();
  node.count = 1;
  memory_.patterns.push_back(std::move(compiled));
  return node;
}

}  // namespace

ProgramMemory::ProgramMemory() : nodes(1024) {}
ProgramMemory::~ProgramMemory() = default;

Emitted emit(Expr& root, ProgramMemory& memory, bool sure) {
  Emitted out;
  Emitter emitter(memory, sure, out.issues);
  out.root = emitter.emit(root);
  out.constant = out.root.step == steps::constant;
  return out;
}

}  // namespace duban::cel
