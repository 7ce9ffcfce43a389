// Alerts for people on a terminal: one line each, columns aligned also for Chinese.
#pragma once

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "app/scene.hpp"

namespace duban::app {

/// Columns that a text takes on a terminal.
size_t display_width(std::string_view text);
/// Filled with blanks up to `width` columns.
std::string padded(std::string_view text, size_t width);

class AlertTable {
 public:
  AlertTable(std::ostream& out, const Zone& zone) : out_(out), zone_(zone) {}
  /// Prints them; the columns are as wide as anything printed so far needs.
  void print(const std::vector<Said>& alerts);

 private:
  static constexpr size_t kAligned = 5;  // time, level, rule/stage, subject, to; then the text
  using Row = std::array<std::string, kAligned + 1>;
  void print(const Row& row);
  Row row_of(const Said& alert) const;

  std::ostream& out_;
  const Zone& zone_;
  std::array<size_t, kAligned> widths_{};
  bool begun_ = false;
};

}  // namespace duban::app
