// The words of an expression.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cel/program.hpp"

namespace duban::cel {

struct Token {
  enum class Kind : uint8_t {
    end,
    broken,  // the lexer has set its issue
    identifier,
    quoted_field,  // `a-b` after a dot
    integer,
    uinteger,
    floating,
    string,
    bytes,
    symbol,
  };
  Kind kind = Kind::end;
  size_t begin = 0;
  size_t end = 0;
  std::string_view text;  // as in the source
  std::string content;    // of a string, bytes or quoted field: without quotes and escapes

  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
  bool is_word(std::string_view word) const { return kind == Kind::identifier && text == word; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}
  /// The next token; after `broken`, issue() says what is wrong and where.
  Token next();
  const Issue& issue() const { return issue_; }

 private:
  void skip_space();
  Token number(size_t begin);
  Token quoted(size_t begin, size_t prefix);
  Token backquoted(size_t begin);
  Token symbol(size_t begin);
  Token make(Token::Kind kind, size_t begin);
  Token broken(size_t begin, size_t length, std::string message, std::string hint);
  bool unescape(std::string_view body, size_t begin, bool bytes, std::string& out);

  std::string_view source_;
  size_t at_ = 0;
  Issue issue_;
};

/// A number as written, a leading minus included.
struct Number {
  Value value;
  bool out_of_range = false;
  std::string range;  // what would fit
};
Number parse_number(const std::string& written, Token::Kind kind);

/// What to type instead of a character of Chinese typing: a full-width comma gives ",". Empty if none is
/// known.
std::string_view ascii_of(std::string_view text);

}  // namespace duban::cel
