// Damaged input: seeded, so a failure repeats.
#include <random>

#include "calendar/data.hpp"
#include "calendar/import.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

/// Some bytes changed, cut out, doubled or moved.
std::string damaged(std::string text, std::mt19937& random) {
  static constexpr std::string_view kBytes = "0123456789年月日至、。，()[]{}:- \n\xff\xe4";
  const auto at = [&](size_t size) { return std::uniform_int_distribution<size_t>(0, size)(random); };
  for (size_t i = 0, times = 1 + at(5); i < times && !text.empty(); ++i) {
    const size_t begin = at(text.size() - 1), length = std::min(at(12), text.size() - begin);
    switch (at(3)) {
      case 0:
        text[begin] = kBytes[at(kBytes.size() - 1)];
        break;
      case 1:
        text.erase(begin, length);
        break;
      case 2:
        text.insert(at(text.size()), text.substr(begin, length));
        break;
      default:
        text.insert(begin, 1, kBytes[at(kBytes.size() - 1)]);
        break;
    }
  }
  return text;
}

TEST_CASE("damaged notices are imported or refused with a reason") {
  std::mt19937 random(7);
  const std::string whole =
      content(kTests + "/data/notices/2026.txt") + content(kTests + "/data/notices/2008.txt");
  int refused = 0;
  for (int i = 0; i < 3'000; ++i) {
    Diagnostics found;
    const auto file = import_year("x", damaged(whole, random), {}, found);
    REQUIRE(file.has_value() != found.has_errors());
    refused += file ? 0 : 1;
  }
  CHECK(refused > 300);
}

TEST_CASE("damaged calendar files are loaded or refused with a reason") {
  std::mt19937 random(11);
  const std::string year = content(kConfig + "/2023.yaml"), seasons = content(kConfig + "/seasons.yaml");
  const SourceFile statutory{"statutory.yaml", R"(statutory:
  holidays:
    - { id: new-year, name: 元旦, date: 01-01, days: 1 }
    - { id: spring-festival, name: 春节, lunar: 01-01, eve: true, days: 4 }
    - { id: qingming, name: 清明节, term: qingming, days: 1 }
    - { id: labour-day, name: 劳动节 }
    - { id: dragon-boat, name: 端午节 }
    - { id: mid-autumn, name: 中秋节 }
    - { id: national-day, name: 国庆节 }
  from: 2027
)"};
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    Diagnostics found;
    SourceFile law = statutory;
    if (i % 3 == 0) law.text = damaged(law.text, random);
    const Calendar calendar(build(
        {{"2023.yaml", damaged(year, random)}, {"seasons.yaml", damaged(seasons, random)}, law}, found));
    calendar.seasons(day("2023-01-01"), day("2024-01-01"));
    calendar.holidays(day("2022-01-01"), day("2028-01-01"));
    calendar.add_workdays(day("2023-01-19"), 10);
    for (const auto& finding : found.sorted()) {
      REQUIRE_FALSE(finding.message.empty());
      REQUIRE_FALSE(finding.code.empty());
    }
    refused += found.has_errors() ? 1 : 0;
  }
  CHECK((refused > 100 && refused < 500));  // some damage is harmless: a name, a source
}

}  // namespace
}  // namespace duban::calendar
