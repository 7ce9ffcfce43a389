// The enterprises of the demo's district.
#pragma once

#include <string>
#include <vector>

#include "app/demo_script.hpp"
#include "app/demo_words.hpp"

namespace duban::app {

struct Enterprise {
  std::string id;
  std::string name;
  std::string area;  // of its village
  const Trade* trade = nullptr;
  bool key = false;      // 重点企业
  bool crowded = false;  // 人员密集场所
  std::string town() const { return area.substr(0, 9); }
};

/// Invents the enterprises and records them (party.upserted) before the first working day begins.
std::vector<Enterprise> found_enterprises(DemoScript& script);

}  // namespace duban::app
