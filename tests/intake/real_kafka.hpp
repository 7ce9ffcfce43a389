// A real Kafka for the tests that need one: scripts/kafka in a folder of its own.
#pragma once

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace duban::intake {

/// One broker per test program: starting it takes seconds. Topics keep tests apart.
class RealKafka {
 public:
  /// False where Kafka cannot be installed: the test says so and ends.
  static bool is_here() {
    static const bool here = get().start();
    if (!here) WARN("skipped: Apache Kafka cannot be installed here");
    return here;
  }
  static RealKafka& get() {
    static RealKafka kafka;
    return kafka;
  }
  ~RealKafka() {
    script("stop");
    std::filesystem::remove_all(folder_);
  }

  const std::string& bootstrap() const { return bootstrap_; }
  /// Runs scripts/kafka with these arguments; gives its exit code.
  int script(const std::string& arguments) {
    std::string command = DUBAN_SOURCE_DIR "/scripts/kafka --dir " + folder_ + " " + arguments + " 2>&1";
    output_.clear();
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 4096> buffer;
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) output_.append(buffer.data(), n);
    return WEXITSTATUS(pclose(pipe));
  }
  void must(const std::string& arguments) {
    const int code = script(arguments);
    INFO("scripts/kafka " << arguments << "\n" << output_);
    REQUIRE(code == 0);
  }
  const std::string& folder() const { return folder_; }

 private:
  RealKafka() {
    if (!mkdtemp(folder_.data())) std::abort();
  }
  bool start() {
    const int code = script("start");
    if (code == 75) return false;
    INFO(output_);
    REQUIRE(code == 0);
    const size_t at = output_.find("bootstrap=");
    REQUIRE(at != std::string::npos);
    bootstrap_ = output_.substr(at + 10, output_.find('\n', at) - at - 10);
    return true;
  }

  std::string folder_ = "/tmp/duban-kafka-XXXXXX";
  std::string output_;
  std::string bootstrap_;
};

}  // namespace duban::intake
