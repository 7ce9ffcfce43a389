// Number literals.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "cel/lexer.hpp"

namespace duban::cel {
namespace {

Number whole_number(std::string_view digits, bool negative, bool is_unsigned) {
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) base = 16, digits.remove_prefix(2);
  uint64_t n = 0;
  auto read = std::from_chars(digits.data(), digits.data() + digits.size(), n, base);
  bool overflow = read.ec != std::errc{};
  if (is_unsigned) {
    return {Value::of_unsigned(overflow ? 0 : n), overflow, "a uint goes up to 18446744073709551615"};
  }
  uint64_t most = negative ? uint64_t{1} << 63 : (uint64_t{1} << 63) - 1;
  overflow = overflow || n > most;
  int64_t value = overflow ? 0 : static_cast<int64_t>(negative ? uint64_t{0} - n : n);
  return {Value::of(value), overflow, "an int goes from -9223372036854775808 to 9223372036854775807"};
}

}  // namespace

Number parse_number(const std::string& written, Token::Kind kind) {
  std::string_view digits = written;
  bool negative = digits.starts_with('-');
  if (kind == Token::Kind::floating) {
    double d = std::strtod(written.c_str(), nullptr);
    return {Value::of(d), std::isinf(d), "a double goes up to 1.797e308"};
  }
  if (negative) digits.remove_prefix(1);
  if (kind == Token::Kind::uinteger) digits.remove_suffix(1);
  return whole_number(digits, negative, kind == Token::Kind::uinteger);
}

}  // namespace duban::cel
