#include "app/command_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/exit_codes.hpp"
#include "app/rule_test.hpp"
#include "app/settings.hpp"

namespace duban::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

/// A folder stands for the *.test.yaml below it, in order of path.
std::vector<std::string> expanded(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(path))
      if (entry.is_regular_file() && entry.path().string().ends_with(".test.yaml"))
        found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

std::string_view name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::as_expected:
      return "as expected";
    case Finding::Kind::missing:
      return "missing";
    case Finding::Kind::unexpected:
      return "unexpected";
    case Finding::Kind::forbidden:
      return "forbidden";
    case Finding::Kind::refused:
      return "refused";
    case Finding::Kind::not_refused:
      return "not refused";
  }
  return "";
}

/// As in a difference of two texts: '-' is expected and not there, '+' is there and not expected.
char mark_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::as_expected:
      return ' ';
    case Finding::Kind::missing:
    case Finding::Kind::not_refused:
      return '-';
    default:
      return '+';
  }
}

std::string local(Instant t, const Zone& zone) {
  return t == kNever ? "(any time)      " : zone.format(t).substr(0, 16);
}

class TextReport {
 public:
  TextReport(Console& console, bool verbose) : console_(console), verbose_(verbose) {}

  void file(const RuleTestFile& file) { console_.out << file.file << '\n'; }

  void test(const RuleTest& test, const Verdict& verdict, const RuleTestFile& file) {
    console_.out << (verdict.passed ? "  PASS  " : "  FAIL  ") << test.name;
    if (!verdict.passed) console_.out << "  (" << file.file << ':' << test.line << ')';
    console_.out << '\n';
    if (verdict.passed && !verbose_) return;
    for (const Finding& finding : verdict.findings) show(finding, file);
  }

  void finish(size_t passed, size_t failed, size_t broken) {
    console_.out << passed << " passed, " << failed << " failed";
    if (broken > 0)
      console_.out << ", " << broken << (broken == 1 ? " file" : " files") << " could not be read";
    console_.out << '\n';
  }

 private:
  void show(const Finding& finding, const RuleTestFile& file) {
    console_.out << fmt::format("        {} {}  {}", mark_of(finding.kind),
                                local(finding.at, file.configuration->zone), finding.what);
    if (finding.kind != Finding::Kind::as_expected && finding.kind != Finding::Kind::unexpected)
      console_.out << "  (" << name_of(finding.kind)
                   << (finding.line > 0 ? fmt::format(", line {})", finding.line) : ")");
    console_.out << '\n';
    if (!finding.nearest.empty()) console_.out << "            nearest: " << finding.nearest << '\n';
    for (const std::string& difference : finding.other)
      console_.out << "              " << difference << '\n';
  }

  Console& console_;
  bool verbose_;
};

ordered_json json_of(const Finding& finding, const Zone& zone) {
  ordered_json out{
      {"kind", name_of(finding.kind)},
      {"at", finding.at == kNever ? ordered_json(nullptr) : ordered_json(zone.format(finding.at))},
      {"what", finding.what}};
  if (finding.line > 0) out["line"] = finding.line;
  if (!finding.nearest.empty()) {
    out["nearest"] = finding.nearest;
    out["differences"] = finding.other;
  }
  return out;
}

ordered_json json_of(const RuleTest& test, const Verdict& verdict, const RuleTestFile& file) {
  ordered_json findings = ordered_json::array();
  for (const Finding& finding : verdict.findings)
    if (finding.kind != Finding::Kind::as_expected)
      findings.push_back(json_of(finding, file.configuration->zone));
  return {{"file", file.file},
          {"line", test.line},
          {"name", test.name},
          {"passed", verdict.passed},
          {"findings", findings}};
}

}  // namespace

int test_command(const TestArguments& arguments, Console& console) {
  Diagnostics findings;
  const Settings settings = load_settings(arguments.config, findings);
  if (findings.has_errors()) {
    console.error << findings.text();
    return kConfiguration;
  }
  const std::vector<std::string> files = expanded(arguments.files);
  TextReport report(console, arguments.verbose);
  ordered_json tests = ordered_json::array();
  size_t passed = 0, failed = 0, broken = 0;
  for (const std::string& path : files) {
    Diagnostics wrong;
    const auto file = load_rule_tests(path, settings.sources, wrong);
    if (!file) {
      console.error << wrong.text();
      ++broken;
      continue;
    }
    if (!arguments.json) report.file(*file);
    for (const RuleTest& test : file->tests) {
      const Verdict verdict = run_rule_test(test, *file);
      ++(verdict.passed ? passed : failed);
      if (arguments.json)
        tests.push_back(json_of(test, verdict, *file));
      else
        report.test(test, verdict, *file);
    }
  }
  if (arguments.json)
    console.out << ordered_json{{"passed", passed},
                                {"failed", failed},
                                {"unreadable_files", broken},
                                {"tests", tests}}
                       .dump(2)
                << '\n';
  else
    report.finish(passed, failed, broken);
  if (files.empty()) console.error << "no *.test.yaml was found\n";
  if (broken > 0 || files.empty()) return kConfiguration;
  return failed > 0 ? kFindings : kOk;
}

}  // namespace duban::app
