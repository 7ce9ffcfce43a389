#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "layout/layout_rules.hpp"

using namespace layout;

namespace {

std::vector<SourceFile> daemon_files() {
  const std::filesystem::path root = std::filesystem::path{DUBAN_SOURCE_DIR} / "daemon";
  std::vector<SourceFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    const auto extension = entry.path().extension();
    if (extension != ".cpp" && extension != ".hpp" && extension != ".h") continue;
    std::ifstream stream{entry.path()};
    files.push_back({std::filesystem::relative(entry.path(), root).generic_string(),
                     std::string{std::istreambuf_iterator<char>{stream}, {}}});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

std::string all_faults(std::vector<std::string> (*rule)(const SourceFile&)) {
  std::string text;
  for (const SourceFile& file : daemon_files())
    for (const std::string& fault : rule(file)) text += "daemon/" + fault + "\n";
  return text;
}

}  // namespace

TEST_CASE("the sources are found at all") {
  const auto files = daemon_files();
  CHECK(files.size() > 20);
  CHECK(std::any_of(files.begin(), files.end(), [](const auto& f) { return f.path == "core/clock.cpp"; }));
}

TEST_CASE("includes point down the list of folders") { CHECK(all_faults(forbidden_arrows) == ""); }

TEST_CASE("libraries for I/O and parsing stay out of headers") {
  CHECK(all_faults(libraries_in_headers) == "");
}

TEST_CASE("only core/clock.cpp asks for the time") { CHECK(all_faults(clock_readers) == ""); }

TEST_CASE("files are short enough to be one idea") {
  for (const SourceFile& file : daemon_files())
    if (line_count(file) > kLongFile) WARN("daemon/" << file.path << " has " << line_count(file) << " lines");
}

TEST_CASE("an arrow up or sideways is found") {
  const auto fault = [](const char* path, const char* include) {
    return forbidden_arrows({path, std::string("#pragma once\n") + include + "\n"}).size() == 1;
  };
  CHECK(fault("core/x.cpp", R"(#include "cel/value.hpp")"));
  CHECK(fault("rule/x.hpp", R"(#include "ledger/ledger.hpp")"));
  CHECK(fault("ledger/x.cpp", R"(#include "rule/rule.hpp")"));
  CHECK(fault("calendar/x.cpp", R"(  #  include "event/event.hpp")"));
  CHECK(fault("event/x.cpp", R"(#include "calendar/calendar.hpp")"));
  CHECK(fault("intake/x.cpp", R"(#include "delivery/channel.hpp")"));
  CHECK(fault("engine/x.cpp", R"(#include "app/daemon.hpp")"));
  CHECK(fault("engine/x.cpp", R"(#include "../rule/rule.hpp")"));
  CHECK(fault("engine/x.cpp", R"(#include "plan.hpp")"));
  CHECK(fault("engine/x.cpp", R"(#include "unheard/of.hpp")"));
  CHECK(fault("novel/x.cpp", R"(#include "core/time.hpp")"));
  CHECK(forbidden_arrows({"core/x.cpp", "\n\n#include \"app/a.hpp\""})[0] ==
        "core/x.cpp:3: 'core' must not include 'app' (\"app/a.hpp\")");
}

TEST_CASE("an arrow down is none, nor is one in a comment") {
  for (const char* include :
       {R"(#include "rule/rule.hpp")", R"(#include "core/time.hpp")", R"(#include "engine/plan.hpp")",
        R"(#include <app/x.hpp>)", R"(// #include "app/x.hpp")", "/*\n#include \"app/x.hpp\"\n*/"})
    CHECK(forbidden_arrows({"engine/x.cpp", include}).empty());
  CHECK(forbidden_arrows({"main.cpp", R"(#include "app/daemon.hpp")"}).empty());
}

TEST_CASE("a library in a header is found, in a .cpp it is at home") {
  for (const char* include : {"<librdkafka/rdkafka.h>", "<sqlite3.h>", "<curl/curl.h>", "<simdjson.h>",
                              "<yaml-cpp/yaml.h>", "\"sqlite3.h\""}) {
    CHECK(libraries_in_headers({"app/x.hpp", std::string("#include ") + include}).size() == 1);
    CHECK(libraries_in_headers({"app/x.cpp", std::string("#include ") + include}).empty());
  }
  CHECK(libraries_in_headers({"app/x.hpp", "#include <string>\n// #include <sqlite3.h>\nstruct sqlite3;"})
            .empty());
}

TEST_CASE("whoever asks for the time is found") {
  for (const char* call :
       {"auto t = std::chrono::system_clock::now();", "steady_clock::now()", "high_resolution_clock :: now()",
        "time(nullptr)", "::time( NULL )", "x = time(0);", "std::time(&t)", "gettimeofday(&tv, nullptr)",
        "clock_gettime(CLOCK_REALTIME, &ts)", "exec(\"insert into t values (CURRENT_TIMESTAMP)\")",
        "\"select datetime('now')\"", "R\"(select strftime('%s', 'now'))\"",
        "f(5'000, system_clock::now())"}) {
    INFO(call);
    CHECK(clock_readers({"engine/x.cpp", call}).size() == 1);
    CHECK(clock_readers({"core/clock.cpp", call}).empty());
  }
  for (const char* innocent :
       {"// system_clock::now() is forbidden", "log(\"time(0)\");", "clock.now()", "start_time(0)",
        "TimeOfDay time(9)", "/* gettimeofday( */", "std::chrono::system_clock", "R\"(clock_gettime()\""}) {
    INFO(innocent);
    CHECK(clock_readers({"engine/x.cpp", innocent}).empty());
  }
}
