// An alert of the ledger as conditions see it: `alert` again, from its record.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/rows.hpp"
#include "rule/alert_facts.hpp"
#include "rule/configuration.hpp"

namespace duban::engine {

struct StoredAlert {
  /// `subject`: its entity, for area and industry; may be null. What the record does not have is absent.
  StoredAlert(std::string_view json, const ledger::Entity* subject, const rule::Configuration& configuration);
  StoredAlert(const StoredAlert&) = delete;
  StoredAlert& operator=(const StoredAlert&) = delete;

  rule::AlertFacts facts;  // views of the members below

 private:
  std::string rule_, stage_, kind_, subject_, unit_, area_, industry_;
  std::vector<std::string> to_;
  std::vector<std::pair<std::string, std::string>> labels_;
};

}  // namespace duban::engine
