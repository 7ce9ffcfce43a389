// The built program, run as a user runs it.
#pragma once

#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "support/temporary_folder.hpp"

namespace duban::test {

struct Ran {
  int code = -1;
  std::string out;
  std::string error;
};

/// In the source folder, so that paths in reports are the same everywhere. `input` is standard input.
inline Ran run_duban(const std::string& arguments, const std::string& input = "") {
  const TemporaryFolder folder;
  folder.write("in", input);
  const std::string command = std::string("{ cd '") + DUBAN_SOURCE_DIR + "' && '" + DUBAN_BINARY_DIR +
                              "/duban' " + arguments + "; } <" + folder.file("in") + " >" +
                              folder.file("out") + " 2>" + folder.file("error");
  const int status = std::system(command.c_str());  // NOLINT(concurrency-mt-unsafe): one thread
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.read("out"), folder.read("error")};
}

inline std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Compares with tests/app/golden/NAME; DUBAN_UPDATE_GOLDEN writes it anew.
inline void check_golden(const std::string& name, const std::string& found) {
  const std::string path = std::string(DUBAN_SOURCE_DIR) + "/tests/app/golden/" + name;
  if (std::getenv("DUBAN_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << found;
  INFO(name);
  CHECK(found == text_of_file(path));
}

inline constexpr char kFixture[] = " --config tests/app/fixture/duban.yaml ";

}  // namespace duban::test
