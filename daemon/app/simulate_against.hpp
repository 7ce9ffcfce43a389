// What two rule sets say differently of the same events, by person and day.
#pragma once

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "app/scene.hpp"

namespace duban::app {

class AlertDifference {
 public:
  explicit AlertDifference(const Zone& zone) : zone_(zone) {}
  /// What the present rules say, and what the others would.
  void add_present(const Said& alert) { add(alert, -1); }
  void add_other(const Said& alert) { add(alert, +1); }
  /// Prints, for each person and day, what would no longer be said ('-') and what would be new ('+'), then
  /// how much of either for each rule and stage; false if nothing differs.
  bool print(std::ostream& out) const;
  std::string json() const;

 private:
  struct Line {
    Instant at{};
    std::string text;
    std::string stage;  // of which rule, as "rule/stage"
    auto operator<=>(const Line&) const = default;
  };
  void add(const Said& alert, int sign);

  Zone zone_;
  /// person → day → line → how often more the others say it than the present rules.
  std::map<std::string, std::map<Date, std::map<Line, int>>> said_;
};

}  // namespace duban::app
