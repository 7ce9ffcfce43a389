// docs/coverage.md against the rules: the 237 rows of the source documents, each with the rules whose `basis`
// names it, or with the reason why there is none.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "app/settings.hpp"

using namespace duban;

namespace {

const std::string kRoot = DUBAN_SOURCE_DIR;

/// "S1-07": the rows of source document 1 are numbered from 01 on without a gap.
const std::map<std::string, int> kRowsOfSource = {{"S0", 53}, {"S1", 85}, {"S2", 50}, {"S4", 49}};

std::set<std::string> all_rows() {
  std::set<std::string> rows;
  for (const auto& [source, count] : kRowsOfSource)
    for (int n = 1; n <= count; ++n) rows.insert(source + (n < 10 ? "-0" : "-") + std::to_string(n));
  return rows;
}

/// Row → the last cell of its line in the table.
std::map<std::string, std::string> table() {
  std::map<std::string, std::string> rows;
  std::ifstream file(kRoot + "/docs/coverage.md");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("| S")) continue;
    const size_t last = line.rfind(" | ", line.size() - 3);
    const std::string row = line.substr(2, line.find(' ', 2) - 2);
    INFO(row);
    CHECK(rows.emplace(row, line.substr(last + 3, line.size() - last - 5)).second);
  }
  return rows;
}

std::map<std::string, std::set<std::string>> rules_by_row() {
  Diagnostics out;
  const app::Loaded loaded = app::load_all(kRoot + "/config/duban.yaml", out);
  REQUIRE(loaded.configuration != nullptr);
  std::map<std::string, std::set<std::string>> rules;
  const std::set<std::string> known = all_rows();
  for (const auto& rule : loaded.configuration->rules.rules) {
    CHECK_FALSE(rule->basis.empty());
    for (const std::string& basis : rule->basis) {
      INFO(rule->id << ": " << basis);
      const bool is_row = basis.size() == 5 && kRowsOfSource.contains(basis.substr(0, 2)) && basis[2] == '-';
      if (is_row) CHECK(known.contains(basis));
      if (is_row) rules[basis].insert(rule->id);
    }
  }
  return rules;
}

std::set<std::string> names_between_backticks(const std::string& cell) {
  std::set<std::string> names;
  std::istringstream parts(cell);
  std::string part;
  for (bool inside = false; std::getline(parts, part, '`'); inside = !inside)
    if (inside) names.insert(part);
  return names;
}

}  // namespace

TEST_CASE("each row of the source documents has its rules in docs/coverage.md, or the reason why none") {
  const auto rows = table();
  auto rules = rules_by_row();
  for (const std::string& row : all_rows()) {
    INFO(row);
    REQUIRE(rows.contains(row));
    const std::string& cell = rows.at(row);
    if (rules[row].empty()) {
      CHECK(cell.starts_with("none: "));
      CHECK(cell.size() > 20);
    } else {
      CHECK(names_between_backticks(cell) == rules[row]);
    }
  }
  CHECK(rows.size() == all_rows().size());
}
