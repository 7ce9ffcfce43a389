// Tells when configuration files change: inotify, by its descriptor on the event loop. No polling.
//
// Lives on the loop's thread. Editors and deployments write in several steps, so `changed` is called once
// nothing has happened for a while. What cannot be watched (a folder that is gone) is logged and left out.
#pragma once

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace duban::app {

class FileWatch {
 public:
  FileWatch(asio::io_context& loop, std::function<void()> changed)
      : descriptor_(loop), quiet_timer_(loop), changed_(std::move(changed)) {}

  /// Watches these in place of what was watched before: files by their names, of folders every *.yaml; and
  /// each path itself, which may be replaced by a rename or be a link that is set anew.
  void watch(const std::vector<std::string>& paths, Duration quiet);
  void close();

 private:
  void add(const std::string& folder, const std::string& name);
  void wait();
  bool read_events();

  asio::posix::stream_descriptor descriptor_;
  asio::steady_timer quiet_timer_;
  std::function<void()> changed_;
  Duration quiet_{0};
  std::map<std::string, int> folders_;  // path → watch descriptor
  std::map<int, std::set<std::string>>
      names_;  // watch descriptor → names that matter; kAnyYaml: those of a folder
};

}  // namespace duban::app
