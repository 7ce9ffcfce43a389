// The places, trades and findings that the demo's year is made of.
#pragma once

#include <string>
#include <vector>

namespace duban::app {

struct Village {
  std::string code;  // 12 digits; the first nine are its town
  std::string name;
};
/// Villages and communities of 徽州区, china-division 2.7.0.
const std::vector<Village>& villages();
/// Codes of its towns and townships.
const std::vector<std::string>& towns();
/// "岩寺镇" of "341004100".
std::string town_name(const std::string& code);
inline constexpr char kDistrict[] = "341004";

struct Finding {
  std::string title;
  std::string tag;  // of the catalog's list, or empty
};

/// A trade with the enterprises that it has and the hazards that are found there.
struct Trade {
  std::string industry;            // of the catalog's list
  std::string department;          // unit that supervises it
  int weight = 1;                  // its share of enterprises and inspections
  std::vector<std::string> firms;  // what an enterprise's name ends with
  std::vector<Finding> findings;
  std::vector<Finding> major;  // findings that the criteria call major
};
const std::vector<Trade>& trades();

/// Departments that owe checks of their own, and those called by a rainstorm warning.
const std::vector<std::string>& departments();
const std::vector<std::string>& storm_departments();

}  // namespace duban::app
