// Members, calls, names and literals.
#include <utility>

#include "cel/errors.hpp"
#include "cel/macros.hpp"
#include "cel/parsing.hpp"

namespace duban::cel {
namespace {

bool is_keyword(std::string_view word) {
  return word == "true" || word == "false" || word == "null" || word == "in";
}

}  // namespace

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
      target = make(Expr::Kind::index, begin, expressions(std::move(target), std::move(key)));
    } else {
      return target;
    }
  }
}

ExprPtr Parser::select(ExprPtr target) {
  bool quoted = token_.kind == Token::Kind::quoted_field;
  if (!quoted && (token_.kind != Token::Kind::identifier || is_keyword(token_.text))) {
    unexpected("the name of a field or a function");
  }
  std::string name = quoted ? token_.content : std::string(token_.text);
  size_t name_begin = token_.begin, begin = target->begin;
  advance();
  bool is_call = !quoted && accept("(");
  ExprPtr e =
      make(is_call ? Expr::Kind::member_call : Expr::Kind::select, begin, expressions(std::move(target)));
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
    case Token::Kind::integer:
    case Token::Kind::uinteger:
    case Token::Kind::floating:
      return number(false, begin);
    case Token::Kind::string:
    case Token::Kind::bytes:
      return text();
    case Token::Kind::identifier:
      return identifier(false, begin);
    default:
      break;
  }
  if (accept(".")) {
    if (token_.kind != Token::Kind::identifier) unexpected("a name");
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
  e->value = token.kind == Token::Kind::bytes ? Value::of_bytes(e->name) : Value::of(e->name);
  return e;
}

}  // namespace duban::cel
