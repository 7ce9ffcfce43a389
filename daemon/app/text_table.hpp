// Rows for people on a terminal: columns aligned also for Chinese, the last one as long as it is.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace duban::app {

using TextRow = std::vector<std::string>;

/// `rows` as long as `head`; nothing is printed if there are none.
void print_table(std::ostream& out, const TextRow& head, const std::vector<TextRow>& rows);

}  // namespace duban::app
