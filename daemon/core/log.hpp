// Logging: spdlog behind three functions, so that no other header pays for it. Any thread.
// Phone numbers and persons' names must be masked by the caller (mask_phone, mask_name).
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace duban::log {

enum class Level { debug, info, warning, error };

/// Console (standard error) with time stamps, or, under systemd (JOURNAL_STREAM set), `<N>` prefixes for the
/// journal.
void start(Level level);
void write(Level level, std::string_view text);

template <typename... Args>
void debug(fmt::format_string<Args...> f, Args&&... args) {
  write(Level::debug, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void info(fmt::format_string<Args...> f, Args&&... args) {
  write(Level::info, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void warning(fmt::format_string<Args...> f, Args&&... args) {
  write(Level::warning, fmt::format(f, std::forward<Args>(args)...));
}
template <typename... Args>
void error(fmt::format_string<Args...> f, Args&&... args) {
  write(Level::error, fmt::format(f, std::forward<Args>(args)...));
}

/// "13812345678" → "138****5678"; anything shorter than 7 characters → "***".
std::string mask_phone(std::string_view number);
/// "王小明" → "王**": the first character stays.
std::string mask_name(std::string_view name);

}  // namespace duban::log
