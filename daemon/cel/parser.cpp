#include "cel/parser.hpp"

#include <algorithm>
#include <utility>

#include "cel/errors.hpp"
#include "cel/parsing.hpp"
#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace duban::cel {

struct BinaryOp {
  std::string_view text;
  int precedence;
  Op op;
};

namespace {

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

}  // namespace

Parser::Nesting::Nesting(Parser& parser) : p(parser) {
  if (++p.depth_ > limits::kCelDepth) p.too_deep(p.token_.begin);
}

void Parser::too_deep(size_t at) {
  bool at_end = token_.kind == Token::Kind::end && at == token_.begin;
  throw SyntaxError{{at, at_end ? 0u : 1u, codes::kTooLarge, "the expression is nested too deeply",
                     "at most " + std::to_string(limits::kCelDepth) + " levels; split it"}};
}

void Parser::unexpected(const std::string& wanted) {
  std::string message = token_.kind == Token::Kind::end ? "the expression ends too early"
                                                        : "unexpected '" + std::string(token_.text) + "'";
  std::string hint = foreign_word(token_.text);
  if (hint.empty()) hint = "expected " + wanted;
  throw SyntaxError{
      {token_.begin, token_.end - token_.begin, codes::kSyntax, std::move(message), std::move(hint)}};
}

void Parser::advance() {
  previous_end_ = token_.end;
  token_ = lexer_.next();
  if (token_.kind == Token::Kind::broken) throw SyntaxError{lexer_.issue()};
}

bool Parser::accept(std::string_view symbol) {
  if (!token_.is(symbol)) return false;
  advance();
  return true;
}

void Parser::expect(std::string_view symbol) {
  if (!accept(symbol)) unexpected("'" + std::string(symbol) + "'");
}

ExprPtr Parser::make(Expr::Kind kind, size_t begin, std::vector<ExprPtr> children) {
  auto e = std::make_unique<Expr>();
  e->kind = kind;
  e->begin = e->name_begin = begin;
  e->end = previous_end_;
  e->children = std::move(children);
  settle_height(*e);
  return e;
}

void Parser::settle_height(Expr& e) {
  e.height = 1;
  for (const ExprPtr& child : e.children) e.height = std::max(e.height, child->height + 1);
  if (e.height > limits::kCelDepth) too_deep(e.begin);
}

ExprPtr Parser::whole() {
  ExprPtr root = expression();
  if (token_.kind != Token::Kind::end) unexpected("an operator or the end of the expression");
  return root;
}

ExprPtr Parser::expression() {
  Nesting nesting(*this);
  size_t begin = token_.begin;
  ExprPtr condition = binary(kOr);
  if (!accept("?")) return condition;
  ExprPtr yes = expression();
  expect(":");
  ExprPtr no = expression();
  return make(Expr::Kind::conditional, begin,
              expressions(std::move(condition), std::move(yes), std::move(no)));
}

const BinaryOp* Parser::current_operator() const {
  if (token_.kind != Token::Kind::symbol && !token_.is_word("in")) return nullptr;
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
    ExprPtr e = make(Expr::Kind::binary, begin, expressions(std::move(left), std::move(right)));
    e->op = op.op;
    e->name = op.text;
    e->name_begin = op_begin;
    return e;
  }
  // Chains of && and || become one flat node: they absorb errors over all operands, and may be long.
  auto kind = op.precedence == kAnd ? Expr::Kind::logical_and : Expr::Kind::logical_or;
  if (left->kind != kind || left->parenthesised) {
    ExprPtr chain = make(kind, begin, expressions(std::move(left)));
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
  size_t begin = token_.begin;
  bool negate = token_.is("-");
  if (!negate && !token_.is("!")) return member(primary());
  Nesting nesting(*this);
  advance();
  // "-5" is one literal, so that the smallest int can be written.
  if (negate && (token_.kind == Token::Kind::integer || token_.kind == Token::Kind::floating)) {
    return member(number(true, begin));
  }
  ExprPtr e = make(Expr::Kind::unary, begin, expressions(unary()));
  e->op = negate ? Op::negate : Op::logical_not;
  e->name = negate ? "-" : "!";
  e->end = previous_end_;
  return e;
}

Parsed parse(std::string_view source) {
  Parsed out;
  if (source.size() > limits::kCelSourceBytes) {
    out.issues.push_back({0, source.size(), codes::kTooLarge, "the expression is too long",
                          "at most " + std::to_string(limits::kCelSourceBytes) + " bytes"});
    return out;
  }
  if (size_t bad = utf8::invalid_at(source); bad != source.npos) {
    out.issues.push_back(
        {bad, 1, codes::kSyntax, "the expression is not UTF-8", "a byte of another encoding stands here"});
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