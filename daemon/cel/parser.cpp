#include "cel/parser.hpp"

#include <algorithm>
#include <utility>

#include "cel/errors.hpp"
#include "cel/lexer.hpp"
#include "cel/macros.hpp"
#include "core/limits.hpp"

namespace duban::cel {
namespace {

using TokenKind = Token::Kind;

/// Thrown inside the parser only: what cannot be parsed ends the parsing.
struct SyntaxError {
  Issue issue;
};

struct BinaryOp {
  std::string_view text;
  int precedence;
  Op op;
};

constexpr int kOr = 1, kAnd = 2, kRelation = 3, kSum = 4, kProduct = 5;

constexpr BinaryOp kBinaryOps[] = {
    {"||", kOr, Op::equal},        {"&&", kAnd, Op::equal},
    {"==", kRelation, Op::equal},  {"!=", kRelation, Op::not_equal},
    {"<", kRelation, Op::less},    {"<=", kRelation, Op::less_equal},
    {">", kRelation, Op::greater}, {">=", kRelation, Op::greater_equal},
    {"in", kRelation, Op::in},     {"+", kSum, Op::add},
    {"-", kSum, Op::subtract},     {"*", kProduct, Op::multiply},
    {"/", kProduct, Op::divide},   {"%", kProduct, Op::modulo},
};

/// What people who know other languages write, and what it is here.
std::string foreign_word(std::string_view word) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"and", "&&"}, {"AND", "&&"}, {"or", "||"}, {"OR", "||"},          {"not", "!"},
      {"NOT", "!"},  {"is", "=="},  {"IN", "in"}, {"like", "matches()"}, {"mod", "%"}};
  for (const auto& [foreign, own] : kWords) {
    if (word == foreign) return "did you mean '" + std::string(own) + "'?";
  }
  return {};
}

bool is_keyword(std::string_view word) {
  return word == "true" || word == "false" || word == "null" || word == "in";
}

class Parser {
 public:
  explicit Parser(std::string_view source) : lexer_(source), source_(source) { advance(); }

  ExprPtr whole() {
    ExprPtr root = expression();
    if (token_.kind != TokenKind::end) unexpected("an operator or the end of the expression");
    return root;
  }
  std::vector<Issue>& issues() { return issues_; }

 private:
  /// Counts the nesting of calls of the parser itself, which recurses before any tree stands.
  struct Nesting {
    explicit Nesting(Parser& parser) : p(parser) {
      if (++p.depth_ > limits::kCelDepth) p.too_deep(p.token_.begin);
    }
    ~Nesting() { --p.depth_; }
    Parser& p;
  };

  [[noreturn]] void too_deep(size_t at) {
    throw SyntaxError{{at, 1, codes::kTooLarge, "the expression is nested too deeply",
                       "at most " + std::to_string(limits::kCelDepth) + " levels; split it"}};
  }

  [[noreturn]] void unexpected(const std::string& wanted) {
    if (token_.kind == TokenKind::broken) throw SyntaxError{lexer_.issue()};
    std::string message = token_.kind == TokenKind::end ? "the expression ends too early"
                                                        : "unexpected '" + std::string(token_.text) + "'";
    std::string hint = foreign_word(token_.text);
    if (hint.empty()) hint = "expected " + wanted;
    throw SyntaxError{
        {token_.begin, token_.end - token_.begin, codes::kSyntax, std::move(message), std::move(hint)}};
  }

  void advance() {
    previous_end_ = token_.end;
    token_ = lexer_.next();
    if (token_.kind == TokenKind::broken) throw SyntaxError{lexer_.issue()};
  }

  bool accept(std::string_view symbol) {
    if (!token_.is(symbol)) return false;
    advance();
    return true;
  }

  void expect(std::string_view symbol) {
    if (!accept(symbol)) unexpected("'" + std::string(symbol) + "'");
  }

  ExprPtr make(Expr::Kind kind, size_t begin, std::vector<ExprPtr> children = {}) {
    auto e = std::make_unique<Expr>();
    e->kind = kind;
    e->begin = e->name_begin = begin;
    e->end = previous_end_;
    e->children = std::move(children);
    settle_height(*e);
    return e;
  }

  void settle_height(Expr& e) {
    e.height = 1;
    for (const ExprPtr& child : e.children) e.height = std::max(e.height, child->height + 1);
    if (e.height > limits::kCelDepth) too_deep(e.begin);
  }

  template <typename... Exprs>
  static std::vector<ExprPtr> list(Exprs... exprs) {
    std::vector<ExprPtr> out;
    (out.push_back(std::move(exprs)), ...);
    return out;
  }

  ExprPtr expression();
  ExprPtr binary(int precedence);
  ExprPtr combine(const BinaryOp& op, size_t op_begin, ExprPtr left, ExprPtr right);
  ExprPtr unary();
  ExprPtr member(ExprPtr target);
  ExprPtr select(ExprPtr target);
  ExprPtr primary();
  ExprPtr identifier(bool absolute, size_t begin);
  ExprPtr parenthesised();
  ExprPtr list_literal();
  ExprPtr map_literal();
  ExprPtr number(bool negative, size_t begin);
  ExprPtr text();
  void arguments(std::vector<ExprPtr>& out);
  ExprPtr macro_or_call(ExprPtr call);
  const BinaryOp* current_operator() const;

  Lexer lexer_;
  std::string_view source_;
  Token token_;
  size_t previous_end_ = 0;
  int depth_ = 0;
  std::vector<Issue> issues_;
};

ExprPtr Parser::expression() {
  Nesting nesting(*this);
  size_t begin = token_.begin;
  ExprPtr condition = binary(kOr);
  if (!accept("?")) return condition;
  ExprPtr yes = expression();
  expect(":");
  ExprPtr no = expression();
  return make(Expr::Kind::conditional, begin, list(std::move(condition), std::move(yes), std::move(no)));
}

const BinaryOp* Parser::current_operator() const {
  if (token_.kind != TokenKind::symbol && !token_.is_word("in")) return nullptr;
  for (const BinaryOp& op : kBinaryOps) {
    if (token_.text == op.text) return &op;
  }
  return nullptr;
}

ExprPtr Parser::binary(int precedence) {
  ExprPtr left = unary();
  for (;;) {
    const BinaryOp* op = current_operator();
    if (!op || op->precedence < precedence) return left;
    size_t op_begin = token_.begin;
    advance();
    ExprPtr right = binary(op->precedence + 1);
    left = combine(*op, op_begin, std::move(left), std::move(right));
  }
}

ExprPtr Parser::combine(const BinaryOp& op, size_t op_begin, ExprPtr left, ExprPtr right) {
  size_t begin = left->begin;
  if (op.precedence >= kRelation) {
    ExprPtr e = make(Expr::Kind::binary, begin, list(std::move(left), std::move(right)));
    e->op = op.op;
    e->name = op.text;
    e->name_begin = op_begin;
    return e;
  }
  // Chains of && and || become one flat node: they absorb errors over all operands, and may be long.
  auto kind = op.precedence == kAnd ? Expr::Kind::logical_and : Expr::Kind::logical_or;
  if (left->kind != kind || left->parenthesised) {
    ExprPtr chain = make(kind, begin, list(std::move(left)));
    chain->name = op.text;
    chain->name_begin = op_begin;
    left = std::move(chain);
  }
  left->children.push_back(std::move(right));
  left->end = previous_end_;
  settle_height(*left);
  return left;
}

ExprPtr Parser::unary() {
  Nesting nesting(*this);
  size_t begin = token_.begin;
  bool negate = token_.is("-");
  if (!negate && !token_.is("!")) return member(primary());
  advance();
  // "-5" is one literal, so that the smallest int can be written.
  if (negate && (token_.kind == TokenKind::integer || token_.kind == TokenKind::floating)) {
    return member(number(true, begin));
  }
  ExprPtr e = make(Expr::Kind::unary, begin, list(unary()));
  e->op = negate ? Op::negate : Op::logical_not;
  e->name = negate ? "-" : "!";
  e->end = previous_end_;
  return e;
}

ExprPtr Parser::member(ExprPtr target) {
  for (;;) {
    if (token_.is("{") && (target->kind == Expr::Kind::identifier || target->kind == Expr::Kind::select)) {
      throw SyntaxError{{token_.begin, 1, codes::kSyntax, "an expression cannot build a record",
                         "build a map: {'key': value}"}};
    }
    size_t begin = target->begin;
    if (accept(".")) {
      target = select(std::move(target));
    } else if (accept("[")) {
      ExprPtr key = expression();
      expect("]");
      target = make(Expr::Kind::index, begin, list(std::move(target), std::move(key)));
    } else {
      return target;
    }
  }
}

ExprPtr Parser::select(ExprPtr target) {
  bool quoted = token_.kind == TokenKind::quoted_field;
  if (!quoted && (token_.kind != TokenKind::identifier || is_keyword(token_.text))) {
    unexpected("the name of a field or a function");
  }
  std::string name = quoted ? token_.content : std::string(token_.text);
  size_t name_begin = token_.begin, begin = target->begin;
  advance();
  bool is_call = !quoted && accept("(");
  ExprPtr e = make(is_call ? Expr::Kind::member_call : Expr::Kind::select, begin, list(std::move(target)));
  e->name = std::move(name);
  e->name_begin = name_begin;
  if (!is_call) return e;
  arguments(e->children);
  return macro_or_call(std::move(e));
}

/// The rest of "f(a, b)" after its opening parenthesis.
void Parser::arguments(std::vector<ExprPtr>& out) {
  if (accept(")")) return;
  do {
    out.push_back(expression());
  } while (accept(","));
  if (!accept(")")) unexpected("',' or ')'");
}

ExprPtr Parser::macro_or_call(ExprPtr call) {
  call->end = previous_end_;
  settle_height(*call);
  if (auto issue = expand_macro(*call)) throw SyntaxError{std::move(*issue)};
  return call;
}

ExprPtr Parser::primary() {
  size_t begin = token_.begin;
  switch (token_.kind) {
    case TokenKind::integer:
    case TokenKind::uinteger:
    case TokenKind::floating:
      return number(false, begin);
    case TokenKind::string:
    case TokenKind::bytes:
      return text();
    case TokenKind::identifier:
      return identifier(false, begin);
    default:
      break;
  }
  if (accept(".")) {
    if (token_.kind != TokenKind::identifier) unexpected("a name");
    return identifier(true, begin);
  }
  if (token_.is("(")) return parenthesised();
  if (token_.is("[")) return list_literal();
  if (token_.is("{")) return map_literal();
  unexpected("a value, a name or '('");
}

ExprPtr Parser::identifier(bool absolute, size_t begin) {
  if (token_.is_word("in")) unexpected("a value, a name or '('");
  std::string name(token_.text);
  size_t name_begin = token_.begin;
  advance();
  bool is_call = !is_keyword(name) && accept("(");
  ExprPtr e = make(is_call ? Expr::Kind::call : Expr::Kind::identifier, begin);
  e->absolute = absolute;
  e->name_begin = name_begin;
  if (!absolute && is_keyword(name)) {
    e->kind = Expr::Kind::literal;
    e->value = name == "null" ? Value::null() : Value::of(name == "true");
  }
  e->name = std::move(name);
  if (!is_call) return e;
  arguments(e->children);
  return macro_or_call(std::move(e));
}

ExprPtr Parser::parenthesised() {
  size_t begin = token_.begin;
  expect("(");
  ExprPtr e = expression();
  if (!accept(")")) unexpected("an operator or ')'");
  e->parenthesised = true;
  e->begin = begin;
  e->end = previous_end_;
  return e;
}

ExprPtr Parser::list_literal() {
  size_t begin = token_.begin;
  expect("[");
  std::vector<ExprPtr> items;
  while (!token_.is("]")) {
    items.push_back(expression());
    if (!accept(",") && !token_.is("]")) unexpected("',' or ']'");
  }
  expect("]");
  return make(Expr::Kind::list, begin, std::move(items));
}

ExprPtr Parser::map_literal() {
  size_t begin = token_.begin;
  expect("{");
  std::vector<ExprPtr> entries;
  while (!token_.is("}")) {
    entries.push_back(expression());
    expect(":");
    entries.push_back(expression());
    if (!accept(",") && !token_.is("}")) unexpected("',' or '}'");
  }
  expect("}");
  return make(Expr::Kind::map, begin, std::move(entries));
}

ExprPtr Parser::number(bool negative, size_t begin) {
  std::string written = (negative ? "-" : "") + std::string(token_.text);
  Number n = parse_number(written, token_.kind);
  if (n.out_of_range) {
    issues_.push_back(
        {begin, token_.end - begin, codes::kNumberRange, "the number " + written + " is too large", n.range});
  }
  advance();
  ExprPtr e = make(Expr::Kind::literal, begin);
  e->value = n.value;
  return e;
}

ExprPtr Parser::text() {
  Token token = std::move(token_);
  advance();
  ExprPtr e = make(Expr::Kind::literal, token.begin);
  e->end = token.end;
  e->name = std::move(token.content);
  e->value = token.kind == TokenKind::bytes ? Value::of_bytes(e->name) : Value::of(e->name);
  return e;
}

}  // namespace

Parsed parse(std::string_view source) {
  Parsed out;
  if (source.size() > limits::kCelSourceBytes) {
    out.issues.push_back({0, source.size(), codes::kTooLarge, "the expression is too long",
                          "at most " + std::to_string(limits::kCelSourceBytes) + " bytes"});
    return out;
  }
  try {
    Parser parser(source);
    out.root = parser.whole();
    out.issues = std::move(parser.issues());
  } catch (SyntaxError& e) {
    out.issues.push_back(std::move(e.issue));
  }
  return out;
}

std::vector<std::pair<size_t, std::string>> conjuncts(std::string_view source) {
  Parsed parsed = parse(source);
  std::vector<std::pair<size_t, std::string>> out;
  if (!parsed.root) return out;
  auto add = [&](const Expr& e) {
    out.emplace_back(e.begin, std::string(source.substr(e.begin, e.end - e.begin)));
  };
  if (parsed.root->kind == Expr::Kind::logical_and) {
    for (const ExprPtr& operand : parsed.root->children) add(*operand);
  } else {
    add(*parsed.root);
  }
  return out;
}

}  // namespace duban::cel
