#include "cel/lexer.hpp"

#include <algorithm>
#include <utility>

#include "cel/errors.hpp"
#include "core/utf8.hpp"

namespace duban::cel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Length of the prefix of a string literal (r, b, br, …) before its quote, or npos if none begins here.
size_t string_prefix(std::string_view text) {
  size_t n = 0;
  bool raw = false, bytes = false;
  while (n < text.size() && n < 2) {
    char c = text[n];
    if ((c == 'r' || c == 'R') && !raw) {
      raw = true;
    } else if ((c == 'b' || c == 'B') && !bytes) {
      bytes = true;
    } else {
      break;
    }
    ++n;
  }
  return n < text.size() && (text[n] == '"' || text[n] == '\'') ? n : std::string_view::npos;
}

}  // namespace

std::string_view ascii_of(std::string_view text) {
  static constexpr std::pair<std::string_view, std::string_view> kTwins[] = {{"\uff08", "("},
                                                                             {"\uff09", ")"},
                                                                             {"\uff0c", ","},
                                                                             {"\u3002", "."},
                                                                             {"\uff1f", "?"},
                                                                             {"\uff1a", ":"},
                                                                             {"\uff01", "!"},
                                                                             {"\u201c", "a straight quote"},
                                                                             {"\u201d", "a straight quote"},
                                                                             {"\u2018", "a straight quote"},
                                                                             {"\u2019", "a straight quote"},
                                                                             {"\uff02", "a straight quote"},
                                                                             {"\uff07", "a straight quote"},
                                                                             {"\uff3b", "["},
                                                                             {"\uff3d", "]"},
                                                                             {"\u3010", "["},
                                                                             {"\u3011", "]"},
                                                                             {"\uff5b", "{"},
                                                                             {"\uff5d", "}"},
                                                                             {"\uff1d", "="},
                                                                             {"\uff1c", "<"},
                                                                             {"\uff1e", ">"},
                                                                             {"\uff06", "&"},
                                                                             {"\uff5c", "|"},
                                                                             {"\uff0b", "+"},
                                                                             {"\uff0d", "-"},
                                                                             {"\u2212", "-"},
                                                                             {"\u00d7", "*"},
                                                                             {"\uff0a", "*"},
                                                                             {"\u00f7", "/"},
                                                                             {"\uff0f", "/"},
                                                                             {"\u2264", "<="},
                                                                             {"\u2265", ">="},
                                                                             {"\u2260", "!="},
                                                                             {"\u3001", ","},
                                                                             {"\u3000", "a space"},
                                                                             {"\u00a0", "a space"}};
  for (const auto& [wide, ascii] : kTwins) {
    if (text.starts_with(wide)) return ascii;
  }
  return {};
}

Token Lexer::make(Token::Kind kind, size_t begin) {
  return Token{kind, begin, at_, source_.substr(begin, at_ - begin), {}};
}

Token Lexer::broken(size_t begin, size_t length, std::string message, std::string hint) {
  issue_ = Issue{begin, length, codes::kSyntax, std::move(message), std::move(hint)};
  at_ = source_.size();
  return Token{Token::Kind::broken, begin, begin + length, {}, {}};
}

void Lexer::skip_space() {
  while (at_ < source_.size()) {
    if (is_space(source_[at_])) {
      ++at_;
    } else if (source_.substr(at_).starts_with("//")) {
      while (at_ < source_.size() && source_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::next() {
  skip_space();
  size_t begin = at_;
  if (at_ == source_.size()) return make(Token::Kind::end, begin);
  char c = source_[at_];
  char following = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
  if (size_t prefix = string_prefix(source_.substr(at_)); prefix != std::string_view::npos) {
    return quoted(begin, prefix);
  }
  if (is_digit(c) || (c == '.' && is_digit(following))) return number(begin);
  if (is_word_start(c)) {
    while (at_ < source_.size() && is_word(source_[at_])) ++at_;
    return make(Token::Kind::identifier, begin);
  }
  if (c == '`') return backquoted(begin);
  return symbol(begin);
}

Token Lexer::number(size_t begin) {
  auto digits = [&] {
    while (at_ < source_.size() && is_digit(source_[at_])) ++at_;
  };
  auto kind = Token::Kind::integer;
  std::string_view rest = source_.substr(at_);
  if (rest.size() > 2 && rest[0] == '0' && (rest[1] == 'x' || rest[1] == 'X') && is_hex(rest[2])) {
    at_ += 2;
    while (at_ < source_.size() && is_hex(source_[at_])) ++at_;
  } else {
    digits();
    if (at_ + 1 < source_.size() && source_[at_] == '.' && is_digit(source_[at_ + 1])) {
      kind = Token::Kind::floating;
      ++at_;
      digits();
    }
    if (at_ < source_.size() && (source_[at_] == 'e' || source_[at_] == 'E')) {
      size_t mark = at_++;
      if (at_ < source_.size() && (source_[at_] == '+' || source_[at_] == '-')) ++at_;
      if (at_ < source_.size() && is_digit(source_[at_])) {
        kind = Token::Kind::floating;
        digits();
      } else {
        at_ = mark;
      }
    }
  }
  if (kind == Token::Kind::integer && at_ < source_.size() && (source_[at_] == 'u' || source_[at_] == 'U')) {
    ++at_;
    kind = Token::Kind::uinteger;
  }
  if (at_ < source_.size() && is_word(source_[at_])) {
    while (at_ < source_.size() && is_word(source_[at_])) ++at_;
    std::string text(source_.substr(begin, at_ - begin));
    return broken(begin, text.size(), "'" + text + "' is neither a number nor a name",
                  "names begin with a letter; a text stands in quotes");
  }
  return make(kind, begin);
}

Token Lexer::quoted(size_t begin, size_t prefix) {
  bool raw = false, bytes = false;
  for (size_t i = 0; i < prefix; ++i) {
    char c = source_[begin + i];
    (c == 'r' || c == 'R' ? raw : bytes) = true;
  }
  at_ = begin + prefix;
  char quote = source_[at_];
  const std::string triple(3, quote);
  bool is_triple = source_.substr(at_).starts_with(triple);
  at_ += is_triple ? 3 : 1;
  size_t body = at_;
  for (;; ++at_) {
    if (at_ >= source_.size() || (!is_triple && (source_[at_] == '\n' || source_[at_] == '\r'))) {
      return broken(begin, std::min(at_, source_.size()) - begin, "the text that begins here has no end",
                    "expected a closing " + (is_triple ? triple : std::string(1, quote)));
    }
    if (source_[at_] == '\\' && !raw) {
      ++at_;
    } else if (is_triple ? source_.substr(at_).starts_with(triple) : source_[at_] == quote) {
      break;
    }
  }
  std::string_view inside = source_.substr(body, at_ - body);
  at_ += is_triple ? 3 : 1;
  Token token = make(bytes ? Token::Kind::bytes : Token::Kind::string, begin);
  if (raw) {
    token.content = inside;
  } else if (!unescape(inside, body, bytes, token.content)) {
    return Token{Token::Kind::broken, begin, at_, {}, {}};
  }
  return token;
}

Token Lexer::backquoted(size_t begin) {
  size_t close = source_.find('`', begin + 1);
  if (close == std::string_view::npos || close == begin + 1) {
    return broken(begin, 1, "'`' begins the name of a field and is not closed",
                  "write map.`name-with-signs`");
  }
  at_ = close + 1;
  Token token = make(Token::Kind::quoted_field, begin);
  token.content = source_.substr(begin + 1, close - begin - 1);
  for (char c : token.content) {
    if (!is_word(c) && c != '.' && c != '-' && c != '/' && c != ' ') {
      return broken(begin, token.content.size() + 2,
                    "a name in backquotes has letters, digits and '_.-/ ' only", "use an index: map['name']");
    }
  }
  return token;
}

Token Lexer::symbol(size_t begin) {
  static constexpr std::string_view kSymbols[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                                  "+",  "-",  "*",  "/",  "%",  "!",  "?", ":",
                                                  ".",  ",",  "(",  ")",  "[",  "]",  "{", "}"};
  std::string_view rest = source_.substr(begin);
  for (std::string_view s : kSymbols) {
    if (!rest.starts_with(s)) continue;
    at_ += s.size();
    return make(Token::Kind::symbol, begin);
  }
  size_t length = rest.empty() ? 0 : utf8::first(rest).bytes;
  std::string text(rest.substr(0, length));
  if (text == "=") return broken(begin, 1, "'=' is not an operator", "did you mean '=='?");
  if (text == "&") return broken(begin, 1, "'&' is not an operator", "did you mean '&&'?");
  if (text == "|") return broken(begin, 1, "'|' is not an operator", "did you mean '||'?");
  if (std::string_view ascii = ascii_of(rest); !ascii.empty()) {
    return broken(begin, length, "'" + text + "' is a full-width character", "write " + std::string(ascii));
  }
  return broken(begin, length, "'" + text + "' cannot stand in an expression", "a text stands in quotes");
}

}  // namespace duban::cel
