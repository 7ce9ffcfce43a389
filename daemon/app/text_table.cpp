#include "app/text_table.hpp"

#include <algorithm>

#include "app/alert_table.hpp"

namespace duban::app {
namespace {

/// On one line, whatever an event has put into it.
std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text;
}

}  // namespace

void print_table(std::ostream& out, const TextRow& head, const std::vector<TextRow>& rows) {
  if (rows.empty()) return;
  std::vector<TextRow> all{head};
  all.insert(all.end(), rows.begin(), rows.end());
  std::vector<size_t> widths(head.size());
  for (TextRow& row : all)
    for (size_t i = 0; i < row.size(); ++i) {
      row[i] = one_line(std::move(row[i]));
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  for (const TextRow& row : all) {
    for (size_t i = 0; i + 1 < row.size(); ++i) out << padded(row[i], widths[i]) << "  ";
    out << row.back() << '\n';
  }
}

}  // namespace duban::app
