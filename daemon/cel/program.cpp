#include "cel/program.hpp"

#include <algorithm>

#include "cel/checker.hpp"
#include "cel/emitter.hpp"
#include "cel/errors.hpp"
#include "cel/parser.hpp"

namespace duban::cel {
namespace {

class CompiledProgram final : public Program {
 public:
  Value evaluate(std::span<const Value> variables, Context& context) const override {
    constexpr int kOnStack = 8;
    alignas(Value) std::byte room[kOnStack * sizeof(Value)];
    Value* locals = locals_ <= kOnStack ? reinterpret_cast<Value*>(room)
                                        : context.arena.values(static_cast<size_t>(locals_));
    Frame frame{variables.data(), locals, context};
    return run(root_, frame);
  }
  const Type& type() const override { return type_; }
  const std::string& source() const override { return source_; }
  const std::vector<FieldRef>& reads() const override { return reads_; }
  std::optional<std::pair<FieldRef, FieldRef>> equality() const override { return equality_; }
  std::optional<Value> constant() const override {
    return root_.step == steps::constant ? std::optional(root_.value) : std::nullopt;
  }

  ProgramMemory memory_;
  Node root_;
  int locals_ = 0;
  Type type_;
  std::string source_;
  std::vector<FieldRef> reads_;
  std::optional<std::pair<FieldRef, FieldRef>> equality_;
};

bool names_a_constant(const Expr& e) {
  if (e.meaning == Expr::Meaning::constant) return true;
  return std::any_of(e.children.begin(), e.children.end(),
                     [](const ExprPtr& c) { return names_a_constant(*c); });
}

/// Conditions that look as if they depended on something. A bare true or false is meant as it stands, and a
/// named constant of the settings is a switch.
void find_constant_conditions(const Expr& e, std::vector<Issue>& out) {
  if (e.folded) {
    if (e.kind == Expr::Kind::literal || names_a_constant(e)) return;
    out.push_back({e.begin, e.end - e.begin, codes::kConstantCondition, "this condition is always the same",
                   "it should depend on a field; true and false may stand by themselves"});
    return;
  }
  if (e.kind != Expr::Kind::logical_and && e.kind != Expr::Kind::logical_or) return;
  for (const ExprPtr& operand : e.children) find_constant_conditions(*operand, out);
}

/// The values that a text can have, if it is made of literals: "event.ok ? 'closed' : 'open'".
bool collect_values(const Expr& e, std::vector<std::string>& out) {
  if (e.kind == Expr::Kind::conditional) {
    return collect_values(*e.children[1], out) && collect_values(*e.children[2], out);
  }
  bool constant = e.kind == Expr::Kind::literal || e.meaning == Expr::Meaning::constant;
  if (!constant || !e.value.is(Kind::string)) return false;
  out.emplace_back(e.value.text());
  return true;
}

Type result_type(const Expr& root) {
  std::vector<std::string> values;
  if (root.type.base == Type::Base::string && !root.type.values && collect_values(root, values)) {
    return Type::one_of(std::move(values));
  }
  return root.type;
}

Compiled compile(std::string_view source, const Environment& env, const Type& expected, Checking checking) {
  Parsed parsed = parse(source);
  Compiled out{nullptr, std::move(parsed.issues)};
  if (!parsed.root) return out;
  Checked checked = check(*parsed.root, env, expected, checking);
  out.issues.insert(out.issues.end(), checked.issues.begin(), checked.issues.end());
  if (!out.issues.empty()) return out;

  auto program = std::make_shared<CompiledProgram>();
  program->memory_.host_functions = checked.host_functions;
  Emitted emitted = emit(*parsed.root, program->memory_, expected.base != Type::Base::dyn);
  out.issues = std::move(emitted.issues);
  if (out.issues.empty() && expected.base == Type::Base::boolean)
    find_constant_conditions(*parsed.root, out.issues);
  if (!out.issues.empty()) return out;

  program->root_ = emitted.root;
  program->locals_ = checked.locals;
  program->type_ = result_type(*parsed.root);
  program->source_ = source;
  program->reads_ = std::move(checked.reads);
  program->equality_ = std::move(checked.equality);
  out.program = std::move(program);
  return out;
}

}  // namespace

Compiled compile(std::string_view source, const Environment& env, const Type& expected) {
  return compile(source, env, expected, Checking::full);
}

Compiled compile_unchecked(std::string_view source, const Environment& env) {
  return compile(source, env, Type::dyn(), Checking::syntax);
}

bool Program::reads_slot(int slot) const {
  return std::any_of(reads().begin(), reads().end(), [&](const FieldRef& r) { return r.slot == slot; });
}

int Environment::declare(std::string name, Type type) {
  variables_.push_back({std::move(name), std::move(type)});
  return static_cast<int>(variables_.size()) - 1;
}

void Environment::constant(std::string name, Value value) {
  constants_.emplace_back(std::move(name), memory_->copy(value));
}

void Environment::add(Function function) { functions_.push_back(std::move(function)); }

int Environment::find(std::string_view variable) const {
  for (size_t i = 0; i < variables_.size(); ++i) {
    if (variables_[i].name == variable) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace duban::cel
