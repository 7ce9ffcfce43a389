#include "delivery/append_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace duban::delivery {
namespace {

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// A new name in a folder is on the disk only when the folder is.
void sync_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AppendFile::~AppendFile() { close(); }

void AppendFile::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

std::string AppendFile::failed(const char* what) const {
  return fmt::format("{}: {} failed: {}", path_, what, std::generic_category().message(errno));
}

bool AppendFile::is_current() const {
  struct stat ours{}, named{};
  return descriptor_ >= 0 && fstat(descriptor_, &ours) == 0 && stat(path_.c_str(), &named) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

std::string AppendFile::open() {
  close();
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (descriptor_ < 0) return failed("opening");
  sync_folder_of(path_);
  const off_t size = lseek(descriptor_, 0, SEEK_END);
  char last = '\n';
  torn_ = size > 0 && pread(descriptor_, &last, 1, size - 1) == 1 && last != '\n';
  return {};
}

std::string AppendFile::append(std::string_view lines) {
  if (!is_current()) {
    if (std::string error = open(); !error.empty()) return error;
  }
  const off_t before = lseek(descriptor_, 0, SEEK_END);
  const char* what = "writing";
  bool good = (!torn_ || write_all(descriptor_, "\n")) && write_all(descriptor_, lines);
  if (good) {
    what = "syncing";
    good = fdatasync(descriptor_) == 0 || errno == EINVAL;  // EINVAL: a pipe or a device, nothing to sync
  }
  if (good) {
    torn_ = false;
    return {};
  }
  std::string error = failed(what);
  // After a failed sync the kernel may have dropped the pages: the file is opened anew and looked at.
  if (before < 0 || ftruncate(descriptor_, before) != 0) torn_ = true;
  close();
  return error;
}

}  // namespace duban::delivery
