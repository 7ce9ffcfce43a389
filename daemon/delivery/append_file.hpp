// A file to which whole lines are appended, or nothing.
#pragma once

#include <string>
#include <string_view>

namespace duban::delivery {

/// The only writer of its file. Opened anew when the path leads to another file.
class AppendFile {
 public:
  explicit AppendFile(std::string path) : path_(std::move(path)) {}
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  /// Appends `lines` (which end with a line end) and syncs. Empty if they are on the disk; else what failed,
  /// and nothing of them is left in the file if that is in our power.
  std::string append(std::string_view lines);

 private:
  bool is_current() const;
  std::string open();
  std::string failed(const char* what) const;
  void close();

  std::string path_;
  int descriptor_ = -1;
  bool torn_ = false;  // its last line has no end
};

}  // namespace duban::delivery
