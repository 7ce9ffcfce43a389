#include "layout/promises.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace layout {
namespace {

std::vector<std::string> rows_of(std::string_view document) {
  std::vector<std::string> rows;
  std::istringstream stream{std::string(document)};
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with("|")) rows.push_back(line);
  return rows;
}

std::vector<std::string> between_asterisks(const std::string& row) {
  static const std::regex kSentence{R"re((^|[^*])\*([^*]+)\*(?!\*))re"};
  std::vector<std::string> found;
  for (std::sregex_iterator at(row.begin(), row.end(), kSentence), end; at != end; ++at)
    found.push_back((*at)[2]);
  return found;
}

/// "a" "b" → ab, with escapes taken back.
std::string joined(const std::string& literals) {
  static const std::regex kLiteral{R"re("((?:[^"\\]|\\.)*)")re"};
  std::string text;
  for (std::sregex_iterator at(literals.begin(), literals.end(), kLiteral), end; at != end; ++at)
    for (const std::string part = (*at)[1]; const char c : part)
      if (c != '\\') text += c;
  return text;
}

}  // namespace

std::vector<std::string> test_names(std::string_view source) {
  static const std::regex kCase{R"re(TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+))re"};
  static const std::regex kFunction{R"re((?:^|\n)def test_([a-z0-9_]+)\()re"};
  const std::string text{source};
  std::vector<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), kCase), end; at != end; ++at)
    names.push_back(joined((*at)[1]));
  for (std::sregex_iterator at(text.begin(), text.end(), kFunction), end; at != end; ++at) {
    std::string name = (*at)[1];
    std::replace(name.begin(), name.end(), '_', ' ');
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> named_tests(std::string_view document) {
  std::vector<std::string> found;
  for (const std::string& row : rows_of(document))
    for (std::string& sentence : between_asterisks(row)) found.push_back(std::move(sentence));
  return found;
}

std::vector<std::string> unknown_tests(std::string_view document, const std::set<std::string>& tests) {
  std::vector<std::string> unknown;
  for (const std::string& sentence : named_tests(document))
    if (!tests.contains(sentence) && !tests.contains("Kafka: " + sentence)) unknown.push_back(sentence);
  return unknown;
}

std::vector<std::string> limits_of(std::string_view header) {
  static const std::regex kConstant{R"re(inline constexpr [^={(]*\b(k[A-Z]\w*))re"};
  const std::string text{header};
  std::vector<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), kConstant), end; at != end; ++at)
    names.push_back((*at)[1]);
  return names;
}

std::vector<std::string> limits_without_test(std::string_view header, std::string_view document) {
  const std::vector<std::string> rows = rows_of(document);
  std::vector<std::string> without;
  for (const std::string& name : limits_of(header)) {
    const bool shown = std::any_of(rows.begin(), rows.end(), [&name](const std::string& row) {
      return row.find("`" + name + "`") != std::string::npos && !between_asterisks(row).empty();
    });
    if (!shown) without.push_back(name);
  }
  return without;
}

}  // namespace layout
