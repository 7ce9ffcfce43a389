#include "layout/layout_rules.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>

namespace layout {
namespace {

// architecture.md, Folders: a folder may include those of a lower level, and itself; never its neighbours.
const std::map<std::string, int> kLevels{{"core", 0},     {"cel", 1},    {"calendar", 2}, {"event", 2},
                                         {"rule", 3},     {"ledger", 3}, {"engine", 4},   {"intake", 5},
                                         {"delivery", 5}, {"api", 5},    {"app", 6}};

const std::map<std::string, std::string> kCppOnly{{"librdkafka/", "librdkafka"},
                                                  {"sqlite3", "SQLite"},
                                                  {"curl/", "libcurl"},
                                                  {"simdjson", "simdjson"},
                                                  {"yaml-cpp/", "yaml-cpp"}};

constexpr std::string_view kClockFile = "core/clock.cpp";

std::string folder_of(const std::string& path) {
  const size_t slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// `fault(line)` is empty or says what is wrong with a line.
template <typename Fault>
std::vector<std::string> faults(const std::string& path, const std::string& text, Fault fault) {
  std::vector<std::string> out;
  std::istringstream stream{text};
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number)
    if (const std::string what = fault(line); !what.empty())
      out.push_back(path + ":" + std::to_string(number) + ": " + what);
  return out;
}

std::string arrow_fault(const std::string& from, const std::string& header) {
  const std::string to = folder_of(header);
  if (to.empty() || !kLevels.contains(to))
    return "\"" + header + "\" is not of the form \"folder/file.hpp\" with a known folder";
  if (from.empty() || from == to) return {};
  const auto level = kLevels.find(from);
  if (level == kLevels.end()) return "folder '" + from + "' has no level in tests/layout/layout_rules.cpp";
  return level->second > kLevels.at(to) ? ""
                                        : "'" + from + "' must not include '" + to + "' (\"" + header + "\")";
}

/// Turns the literal or comment that begins at `at` to blanks, up to `end`; line ends stay.
void blank(std::string& text, size_t at, size_t end) {
  for (; at < std::min(end, text.size()); ++at)
    if (text[at] != '\n') text[at] = ' ';
}

/// Where the quoted literal that begins at `at` ends (behind its closing quote).
size_t literal_end(const std::string& text, size_t at) {
  if (at > 0 && text[at] == '"' && text[at - 1] == 'R') {
    const std::string close = ")" + text.substr(at + 1, text.find('(', at) - at - 1) + "\"";
    const size_t end = text.find(close, at);
    return end == std::string::npos ? text.size() : end + close.size();
  }
  size_t i = at + 1;
  while (i < text.size() && text[i] != text[at] && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return i + 1;
}

/// An apostrophe between digits parts thousands (5'000) and begins no literal.
bool parts_digits(const std::string& text, size_t at) {
  return text[at] == '\'' && at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) != 0;
}

}  // namespace

std::string without_comments(std::string_view source, bool keep_literals) {
  std::string text{source};
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    if (text.compare(at, 2, "//") == 0) {
      blank(text, at, end = std::min(text.find('\n', at), text.size()));
    } else if (text.compare(at, 2, "/*") == 0) {
      blank(text, at, end = std::min(text.find("*/", at + 2), text.size() - 2) + 2);
    } else if ((text[at] == '"' || text[at] == '\'') && !parts_digits(text, at)) {
      end = literal_end(text, at);
      if (!keep_literals) blank(text, at + 1, end - 1);
    }
    at = end;
  }
  return text;
}

std::vector<std::string> forbidden_arrows(const SourceFile& file) {
  static const std::regex kInclude{R"re(^\s*#\s*include\s*"([^"]+)")re"};
  return faults(file.path, without_comments(file.text, true), [&](const std::string& line) -> std::string {
    std::smatch match;
    return std::regex_search(line, match, kInclude) ? arrow_fault(folder_of(file.path), match[1]) : "";
  });
}

std::vector<std::string> libraries_in_headers(const SourceFile& file) {
  static const std::regex kInclude{R"re(^\s*#\s*include\s*[<"]([^>"]+)[>"])re"};
  if (file.path.ends_with(".cpp")) return {};
  return faults(file.path, without_comments(file.text, true), [](const std::string& line) -> std::string {
    std::smatch match;
    if (!std::regex_search(line, match, kInclude)) return {};
    const std::string header = match[1];
    for (const auto& [prefix, library] : kCppOnly)
      if (header.starts_with(prefix)) return "a header includes " + library + "; only .cpp files may";
    return {};
  });
}

std::vector<std::string> clock_readers(const SourceFile& file) {
  static const std::regex kCall{
      R"re(_clock\s*::\s*now\b|\bstd::time\b|\btime\s*\(\s*(nullptr|NULL|0)\s*\)|\b(gettimeofday|clock_gettime|timespec_get|ftime)\s*\()re"};
  static const std::regex kSql{
      R"re(CURRENT_(TIMESTAMP|DATE|TIME)\b|\b(datetime|date|time|julianday|strftime|unixepoch)\([^)]*'now')re"};
  if (file.path == kClockFile) return {};
  auto out =
      faults(file.path, without_comments(file.text, false), [](const std::string& line) -> std::string {
        return std::regex_search(line, kCall) ? "asks the system for the time; take a Clock or an Instant"
                                              : "";
      });
  const auto sql =
      faults(file.path, without_comments(file.text, true), [](const std::string& line) -> std::string {
        return std::regex_search(line, kSql) ? "asks SQLite for the time; bind the batch's instant" : "";
      });
  out.insert(out.end(), sql.begin(), sql.end());
  return out;
}

size_t line_count(const SourceFile& file) {
  return static_cast<size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
}

}  // namespace layout
