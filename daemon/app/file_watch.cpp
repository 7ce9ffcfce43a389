#include "app/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/log.hpp"

namespace duban::app {
namespace {

constexpr char kAnyYaml[] = "*";
/// A file is complete when it is closed or renamed into its place; a link is there at once.
constexpr uint32_t kEvents =
    IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR;
/// The link that a mounted volume sets anew to swap all its files at once.
constexpr std::string_view kVolumeLink = "..data";

bool matters(const std::set<std::string>& names, std::string_view name) {
  if (name == kVolumeLink || names.contains(std::string(name))) return true;
  return names.contains(kAnyYaml) && name.ends_with(".yaml") && !name.starts_with('.');
}

}  // namespace

void FileWatch::watch(const std::vector<std::string>& paths, Duration quiet) {
  close();
  quiet_ = quiet;
  const int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) {
    log::warning("configuration files are not watched: {}; reload with SIGHUP",
                 std::system_category().message(errno));
    return;
  }
  descriptor_.assign(inotify);
  for (const std::string& path : paths) {
    const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
    const std::filesystem::path bare = whole.has_filename() ? whole : whole.parent_path();
    add(bare.parent_path(), bare.filename());
    std::error_code ignored;
    if (std::filesystem::is_directory(bare, ignored)) add(bare, kAnyYaml);
  }
  wait();
}

void FileWatch::add(const std::string& folder, const std::string& name) {
  const auto known = folders_.find(folder);
  if (known != folders_.end()) {
    names_[known->second].insert(name);
    return;
  }
  const int watched = inotify_add_watch(descriptor_.native_handle(), folder.c_str(), kEvents);
  if (watched < 0) {
    log::warning("{} is not watched for changes: {}; reload with SIGHUP", folder,
                 std::system_category().message(errno));
    return;
  }
  folders_[folder] = watched;
  names_[watched].insert(name);  // two paths to one folder have one descriptor
}

void FileWatch::close() {
  asio::error_code ignored;
  if (descriptor_.is_open()) descriptor_.close(ignored);
  quiet_timer_.cancel();
  folders_.clear();
  names_.clear();
}

void FileWatch::wait() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, [this](asio::error_code failed) {
    if (failed) return;  // closed
    if (read_events()) {
      quiet_timer_.expires_after(quiet_);
      quiet_timer_.async_wait([this](asio::error_code cancelled) {
        if (!cancelled) changed_();
      });
    }
    wait();
  });
}

/// Reads all that has happened; whether any of it matters.
bool FileWatch::read_events() {
  bool found = false;
  alignas(inotify_event) std::array<char, 16 * 1024> buffer;
  for (;;) {
    const ssize_t size = ::read(descriptor_.native_handle(), buffer.data(), buffer.size());
    if (size <= 0) return found;
    for (ssize_t at = 0; at < size;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      const auto names = names_.find(event.wd);
      found = found || (event.mask & IN_Q_OVERFLOW) != 0 ||
              (event.len > 0 && names != names_.end() && matters(names->second, name));
      at += static_cast<ssize_t>(sizeof event + event.len);
    }
  }
}

}  // namespace duban::app
