#include "delivery/secret.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/log.hpp"

namespace duban::delivery {
namespace {

constexpr size_t kLongest = 4096;

}  // namespace

Secret read_secret(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLongest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad() || (text.empty() && errno != 0)) {
    return {{}, fmt::format("{} cannot be read: {}", path, std::generic_category().message(errno))};
  }
  if (text.size() > kLongest) {
    return {{}, fmt::format("{} is longer than {} bytes; a secret on one line was expected", path, kLongest)};
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) return {{}, fmt::format("{} is empty; a secret on one line was expected", path)};
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0) {
    log::warning("{}: everybody on this machine may read this secret; chmod o-r", path);
  }
  return {std::move(text), {}};
}

}  // namespace duban::delivery
