#include "textproto.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/utf8.hpp"

namespace duban::cel::conformance {

const Message* Message::find(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return &value;
  }
  return nullptr;
}

const Message* Message::find(std::initializer_list<std::string_view> path) const {
  const Message* m = this;
  for (std::string_view name : path) {
    if (m) m = m->find(name);
  }
  return m;
}

std::vector<const Message*> Message::all(std::string_view name) const {
  std::vector<const Message*> out;
  for (const auto& [key, value] : fields) {
    if (key == name) out.push_back(&value);
  }
  return out;
}

std::string Message::text_of(std::string_view name) const {
  const Message* m = find(name);
  return m ? m->text : std::string();
}

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Message fields_until(char close) {
    Message m;
    for (;;) {
      skip();
      if (at_ >= text_.size()) {
        if (close != '\0') fail("a message is not closed");
        return m;
      }
      if (text_[at_] == close) return ++at_, m;
      std::string name = field_name();
      skip();
      bool colon = take(':');
      skip();
      if (take('[')) {
        while (skip(), !take(']')) {
          m.fields.emplace_back(name, value());
          skip();
          take(',');
        }
      } else {
        if (!colon && peek() != '{' && peek() != '<') fail("expected ':' or '{'");
        m.fields.emplace_back(name, value());
      }
      skip();
      if (!take(',')) take(';');
    }
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n') + 1;
    throw std::runtime_error("line " + std::to_string(line) + ": " + what);
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) { return peek() == c && c != '\0' ? ++at_, true : false; }
  static bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-' || c == '+';
  }

  void skip() {
    while (at_ < text_.size()) {
      if (std::isspace(static_cast<unsigned char>(text_[at_]))) {
        ++at_;
      } else if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }

  std::string word() {
    size_t begin = at_;
    while (is_word(peek())) ++at_;
    if (begin == at_) fail("expected a word");
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string field_name() {
    if (!take('[')) return word();
    size_t close = text_.find(']', at_);
    if (close == std::string_view::npos) fail("expected ']'");
    std::string name(text_.substr(at_, close - at_));
    at_ = close + 1;
    return name;
  }

  Message value() {
    skip();
    if (take('{')) return fields_until('}');
    if (take('<')) return fields_until('>');
    Message m;
    m.is_scalar = true;
    if (peek() != '"' && peek() != '\'') {
      m.text = word();
      return m;
    }
    while (peek() == '"' || peek() == '\'') {
      quoted(m.text);
      skip();
    }
    return m;
  }

  void quoted(std::string& out) {
    char quote = text_[at_++];
    while (peek() != quote) {
      if (at_ >= text_.size()) fail("a string is not closed");
      if (take('\\')) {
        escape(out);
      } else {
        out += text_[at_++];
      }
    }
    ++at_;
  }

  uint32_t digits(size_t most, int base) {
    size_t begin = at_;
    auto is_digit = [&](char c) {
      return base == 16 ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c >= '0' && c <= '7';
    };
    while (at_ - begin < most && is_digit(peek())) ++at_;
    return static_cast<uint32_t>(std::stoul(std::string(text_.substr(begin, at_ - begin)), nullptr, base));
  }

  void escape(std::string& out) {
    char c = text_[at_++];
    static constexpr std::string_view kFrom = "abfnrtv", kTo = "\a\b\f\n\r\t\v";
    if (size_t i = kFrom.find(c); i != std::string_view::npos) {
      out += kTo[i];
    } else if (c == 'x') {
      out += static_cast<char>(digits(2, 16));
    } else if (c == 'u' || c == 'U') {
      utf8::append(out, static_cast<char32_t>(digits(c == 'u' ? 4 : 8, 16)));
    } else if (c >= '0' && c <= '7') {
      --at_;
      out += static_cast<char>(digits(3, 8));
    } else {
      out += c;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Message parse_textproto(std::string_view text) { return Reader(text).fields_until('\0'); }

}  // namespace duban::cel::conformance
