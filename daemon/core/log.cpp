#include "core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/utf8.hpp"

namespace duban::log {
namespace {

constexpr const char* kConsolePattern = "%Y-%m-%dT%H:%M:%S.%e%z %l: %v";

/// Before start(): a console, from `info` up.
struct State {
  State() { logger->set_pattern(kConsolePattern); }
  std::shared_ptr<spdlog::logger> logger =
      std::make_shared<spdlog::logger>("duban", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  bool journal = false;
};

State& state() {
  static State only;
  return only;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// The priorities of syslog, which sd-daemon(3) wants in front of a line.
std::string_view journal_prefix(Level level) {
  switch (level) {
    case Level::debug:
      return "<7>";
    case Level::info:
      return "<6>";
    case Level::warning:
      return "<4>";
    case Level::error:
      return "<3>";
  }
  return "<3>";
}

/// JOURNAL_STREAM names the device and inode of the journal's socket. A child with its standard error sent
/// elsewhere inherits the variable, so that its presence alone says nothing (systemd.exec(5)).
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

/// The journal takes each line as an entry of its own; each needs its priority.
std::string with_prefixes(std::string_view prefix, std::string_view text) {
  std::string out{prefix};
  for (const char c : text) {
    out += c;
    if (c == '\n') out += prefix;
  }
  return out;
}

}  // namespace

void start(Level level) {
  State& s = state();
  s.journal = stderr_is_journal();
  s.logger->set_level(spdlog_level(level));
  s.logger->set_pattern(s.journal ? "%v" : kConsolePattern);
  s.logger->flush_on(spdlog::level::debug);
}

void write(Level level, std::string_view text) {
  const State& s = state();
  const auto at = spdlog_level(level);
  if (!s.logger->should_log(at)) return;
  if (s.journal)
    s.logger->log(at, with_prefixes(journal_prefix(level), text));
  else
    s.logger->log(at, text);
}

std::string mask_phone(std::string_view number) {
  constexpr size_t kHidden = 4;
  if (number.size() < 7) return "***";
  const size_t head = std::min<size_t>(3, (number.size() - kHidden) / 2);
  const size_t tail = std::min<size_t>(4, number.size() - kHidden - head);
  return fmt::format("{}****{}", number.substr(0, head), number.substr(number.size() - tail));
}

std::string mask_name(std::string_view name) {
  if (name.empty()) return {};
  const size_t head = utf8::first(name).bytes;
  return std::string{name.substr(0, head)} + std::string(utf8::count(name.substr(head)), '*');
}

}  // namespace duban::log
