// The parser's inside: one object per parse, spread over parser.cpp (operators) and parse_members.cpp (the
// rest).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cel/ast.hpp"
#include "cel/lexer.hpp"

namespace duban::cel {

/// Thrown inside the parser only: what cannot be parsed ends the parsing.
struct SyntaxError {
  Issue issue;
};

struct BinaryOp;

class Parser {
 public:
  /// Throws SyntaxError, as whole() does.
  explicit Parser(std::string_view source) : lexer_(source) { advance(); }

  ExprPtr whole();
  /// Mistakes that did not stop the parsing.
  std::vector<Issue>& issues() { return issues_; }

 private:
  /// Counts the nesting of calls of the parser itself, which recurses before any tree stands.
  struct Nesting {
    explicit Nesting(Parser& parser);
    ~Nesting() { --p.depth_; }
    Parser& p;
  };

  // Tokens and nodes.
  void advance();
  bool accept(std::string_view symbol);
  void expect(std::string_view symbol);
  [[noreturn]] void unexpected(const std::string& wanted);
  [[noreturn]] void too_deep(size_t at);
  ExprPtr make(Expr::Kind kind, size_t begin, std::vector<ExprPtr> children = {});
  void settle_height(Expr& e);

  // Operators.
  ExprPtr expression();
  ExprPtr binary(int precedence);
  ExprPtr combine(const BinaryOp& op, size_t op_begin, ExprPtr left, ExprPtr right);
  ExprPtr unary();
  const BinaryOp* current_operator() const;

  // Members, calls and literals.
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

  Lexer lexer_;
  Token token_;
  size_t previous_end_ = 0;
  int depth_ = 0;
  std::vector<Issue> issues_;
};

template <typename... Exprs>
std::vector<ExprPtr> expressions(Exprs... exprs) {
  std::vector<ExprPtr> out;
  (out.push_back(std::move(exprs)), ...);
  return out;
}

}  // namespace duban::cel
