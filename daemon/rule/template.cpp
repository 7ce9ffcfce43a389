#include "rule/template.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "rule/codes.hpp"

namespace duban::rule {
namespace {

/// Where the expression that begins at `from` ends: the brace that closes it. Braces in quotes and of map
/// literals do not count.
size_t closing_brace(const std::string& text, size_t from) {
  int depth = 0;
  char quote = 0;
  for (size_t i = from; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth-- == 0) {
      return i;
    }
  }
  return std::string::npos;
}

/// Controls, line and paragraph separators, and what turns the direction of writing: none of them may come
/// into a message by way of data.
bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

void append_data(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const utf8::CodePoint c = utf8::first(text);
    if (!c.valid)
      out += "\uFFFD";
    else if (is_control(c.value))
      out += ' ';
    else
      out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
}

}  // namespace

Template Template::compile(const std::string& text, const cel::Environment& env,
                           std::vector<cel::Issue>& issues) {
  Template result;
  result.source_ = text;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) result.parts_.push_back({std::move(literal), nullptr});
    literal.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "$$") == 0) {
      literal += text[i++];
    } else if (text.compare(i, 2, "${") == 0) {
      const size_t end = closing_brace(text, i + 2);
      if (end == std::string::npos) {
        issues.push_back({i, 2, codes::kBadTemplate, "'${' without its '}'",
                          "close the expression, or write $$ for a dollar sign"});
        break;
      }
      flush();
      cel::Compiled compiled = cel::compile(text.substr(i + 2, end - i - 2), env);
      for (cel::Issue& issue : compiled.issues) {
        issue.offset += i + 2;
        issues.push_back(std::move(issue));
      }
      if (compiled.program) result.parts_.push_back({{}, std::move(compiled.program)});
      i = end;
    } else {
      literal += text[i];
    }
  }
  flush();
  return result;
}

Template Template::compile(const yaml::Reader& scalar, const cel::Environment& env) {
  std::vector<cel::Issue> issues;
  Template result = compile(scalar.string(), env, issues);
  for (cel::Issue& issue : issues)
    scalar.diagnostics().error(issue.code, scalar.place_at(issue.offset), issue.message, issue.hint);
  return result;
}

std::string Template::render(std::span<const cel::Value> variables, cel::Context& context,
                             std::vector<std::string>* failures) const {
  std::string out;
  for (const Part& part : parts_) {
    if (!part.program) {
      out += part.text;
      continue;
    }
    const cel::Value value = part.program->evaluate(variables, context);
    if (value.is_error() || value.is_absent()) {
      out += '?';
      if (failures != nullptr)
        failures->push_back(part.program->source() + ": " +
                            (value.is_error() ? std::string(value.text()) : "has no value"));
    } else {
      append_data(out, cel::to_text(value));
    }
  }
  return out;
}

bool Template::reads_slot(int slot) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [&](const Part& part) { return part.program && part.program->reads_slot(slot); });
}

}  // namespace duban::rule
