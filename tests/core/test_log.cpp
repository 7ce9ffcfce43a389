#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/log.hpp"

using namespace duban;

namespace {

enum class Journal { is_stderr, is_elsewhere, none };

/// What is written to standard error while `body` runs with the log started anew.
template <typename Body>
std::string logged(Journal journal, log::Level level, Body body) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  struct stat status{};
  fstat(fileno(file), &status);
  const auto inode = status.st_ino + (journal == Journal::is_elsewhere ? 1 : 0);
  if (journal == Journal::none)
    unsetenv("JOURNAL_STREAM");
  else
    setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, inode).c_str(), 1);

  std::fflush(stderr);
  const int old = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  log::start(level);
  body();
  std::fflush(stderr);
  dup2(old, STDERR_FILENO);
  close(old);
  unsetenv("JOURNAL_STREAM");

  std::rewind(file);
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("under systemd every line carries its priority and no time") {
  const std::string text = logged(Journal::is_stderr, log::Level::debug, [] {
    log::debug("one {}", 1);
    log::info("two\nlines");
    log::warning("督办");
    log::error("{{}}");
  });
  CHECK(text == "<7>one 1\n<6>two\n<6>lines\n<4>督办\n<3>{}\n");
}

TEST_CASE("on a console lines carry time and level") {
  for (const Journal journal : {Journal::none, Journal::is_elsewhere}) {
    const std::string text = logged(journal, log::Level::info, [] { log::warning("late by {} s", 3); });
    CHECK_THAT(
        text, Catch::Matches(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d warning: late by 3 s\n)"));
  }
}

TEST_CASE("what lies below the level is not written") {
  const std::string text = logged(Journal::is_stderr, log::Level::warning, [] {
    log::info("quiet");
    log::error("loud");
  });
  CHECK(text == "<3>loud\n");
}

TEST_CASE("phone numbers are masked, four digits at least") {
  CHECK(log::mask_phone("13812345678") == "138****5678");
  CHECK(log::mask_phone("055912345678") == "055****5678");
  CHECK(log::mask_phone("1234567") == "1****67");
  CHECK(log::mask_phone("123456") == "***");
  CHECK(log::mask_phone("") == "***");
}

TEST_CASE("of a name the first character stays") {
  CHECK(log::mask_name("王小明") == "王**");
  CHECK(log::mask_name("欧阳小明") == "欧***");
  CHECK(log::mask_name("Li") == "L*");
  CHECK(log::mask_name("王") == "王");
  CHECK(log::mask_name("").empty());
}
