// Runs the public conformance suite of CEL (github.com/cel-expr/cel-spec, tests/simple/testdata), which is
// not part of this repository: cel_conformance FOLDER, or the environment variable DUBAN_CEL_SPEC. Exit code
// 0: all cases that apply pass; 1: some fail; 77: there is no data, nothing was tested.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "case.hpp"

namespace duban::cel::conformance {
namespace {

constexpr int kSkipped = 77;

/// Whole files that test extension libraries or protobuf.
std::string reason_file_left_out(const std::string& file) {
  static const std::map<std::string, std::string> kReasons = {
      {"block_ext", "common subexpressions of generated trees, not a language people write"},
      {"dynamic", "protobuf wrapper messages"},
      {"encoders_ext", "extension library (base64)"},
      {"enums", "protobuf enums"},
      {"math_ext", "extension library (math)"},
      {"network_ext", "extension library (IP addresses)"},
      {"optionals", "extension (optional values)"},
      {"proto2", "protobuf messages"},
      {"proto2_ext", "protobuf extensions"},
      {"proto3", "protobuf messages"},
      {"string_ext", "extension library (strings)"},
      {"wrappers", "protobuf wrapper messages"},
  };
  auto found = kReasons.find(file);
  return found == kReasons.end() ? std::string() : found->second;
}

struct Count {
  int passed = 0;
  int failed = 0;
  std::map<std::string, int> left_out;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Count run_file(const std::filesystem::path& path, bool verbose) {
  Count count;
  Message file = parse_textproto(read(path));
  std::string file_reason = reason_file_left_out(path.stem().string());
  for (const Message* section : file.all("section")) {
    for (const Message* test : section->all("test")) {
      std::string reason = file_reason.empty() ? reason_left_out(*test) : file_reason;
      if (!reason.empty()) {
        ++count.left_out[reason];
        if (verbose && file_reason.empty()) {
          std::printf("out  %s/%s: %s: %s\n", path.stem().c_str(), test->text_of("name").c_str(),
                      test->text_of("expr").c_str(), reason.c_str());
        }
        continue;
      }
      Outcome outcome = run_case(*test);
      ++(outcome.passed ? count.passed : count.failed);
      if (outcome.passed && !verbose) continue;
      std::printf("%s %s/%s/%s: %s\n    %s\n", outcome.passed ? "ok  " : "FAIL", path.stem().c_str(),
                  section->text_of("name").c_str(), test->text_of("name").c_str(),
                  test->text_of("expr").c_str(), outcome.detail.c_str());
    }
  }
  return count;
}

int run(const std::string& folder, bool verbose) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".textproto") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  int passed = 0, failed = 0, left_out = 0;
  std::string table;
  for (const auto& path : files) {
    Count c = run_file(path, verbose);
    passed += c.passed, failed += c.failed;
    int out = 0;
    std::string reasons;
    for (const auto& [reason, n] : c.left_out) {
      out += n;
      if (!reasons.empty()) reasons += "; ";
      reasons += (c.left_out.size() > 1 ? std::to_string(n) + " " : "") + reason;
    }
    left_out += out;
    table += "| " + path.stem().string() + " | " + std::to_string(c.passed) + " | " +
             std::to_string(c.failed) + " | " + std::to_string(out) + " | " + reasons + " |\n";
  }
  std::printf("| file | passed | failed | left out | why |\n|---|---|---|---|---|\n%s", table.c_str());
  std::printf("| all | %d | %d | %d | |\n", passed, failed, left_out);
  if (passed + failed == 0) {
    std::printf("cel_conformance: SKIPPED: %s holds no case that applies\n", folder.c_str());
    return kSkipped;
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace duban::cel::conformance

int main(int argc, char** argv) {
  bool verbose = argc > 2 && std::string_view(argv[2]) == "-v";
  const char* given = argc > 1 ? argv[1] : std::getenv("DUBAN_CEL_SPEC");
  if (!given || !std::filesystem::is_directory(given)) {
    std::printf(
        "cel_conformance: SKIPPED, nothing was tested: set DUBAN_CEL_SPEC to the folder "
        "tests/simple/testdata of "
        "github.com/cel-expr/cel-spec\n");
    return duban::cel::conformance::kSkipped;
  }
  try {
    return duban::cel::conformance::run(given, verbose);
  } catch (const std::exception& e) {
    std::printf("cel_conformance: cannot read the data: %s\n", e.what());
    return 1;
  }
}
