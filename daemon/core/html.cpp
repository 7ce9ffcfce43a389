#include "core/html.hpp"

#include "core/utf8.hpp"

namespace duban {

std::string html_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const utf8::CodePoint next = utf8::first(text);
    switch (next.value) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += next.valid ? std::string(text.substr(0, next.bytes)) : "�";
    }
    text.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace duban
