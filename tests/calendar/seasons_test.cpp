#include <algorithm>

#include "calendar/data.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

/// The seasons that hold in an area on a day: "flood 2021-05-01..2021-09-30", one a line.
std::string in(std::string_view area, std::string_view on) {
  std::string text;
  for (const auto& s : shipped().seasons(day(on), day(on)))
    if (s.covers(area)) text += s.id + " " + s.first.str() + ".." + s.last.str() + "\n";
  return text;
}

TEST_CASE("the flood season of Anhui") {
  CHECK(in("340602101", "2021-07-27") ==
        "flood 2021-05-01..2021-09-30\n"
        "heat 2021-06-01..2021-09-30\n"
        "main_flood 2021-06-01..2021-08-31\n"
        "summer_vacation 2021-07-01..2021-08-31\n");
  CHECK(in("340602101", "2021-04-30").find("flood") == std::string::npos);
  CHECK(in("340602101", "2021-10-01").find("flood") == std::string::npos);
}

TEST_CASE("a season crosses the end of the year and keeps the year of its first day") {
  const auto found = shipped().seasons(day("2025-01-15"), day("2025-01-15"));
  const auto fire =
      std::find_if(found.begin(), found.end(), [](auto& s) { return s.id == "winter_spring_fire"; });
  REQUIRE(fire != found.end());
  CHECK(fire->year == 2024);
  CHECK(fire->first == day("2024-11-01"));
  CHECK(fire->last == day("2025-03-31"));
  CHECK(fire->area.empty());
}

TEST_CASE("the ice flood lasts to the last day of February") {
  CHECK(in("410100", "2024-02-29").find("ice_flood 2023-12-01..2024-02-29\n") != std::string::npos);
  CHECK(in("410100", "2023-02-28").find("ice_flood 2022-12-01..2023-02-28\n") != std::string::npos);
  CHECK(in("410100", "2023-03-01").find("ice_flood") == std::string::npos);
}

TEST_CASE("the line of the more specific area counts") {
  CHECK(in("341003", "2024-10-15") == "forest_fire 2024-10-01..2025-05-03\n");  // 黄山区
  CHECK(in("341004", "2024-10-15") == "");  // 徽州区: the province's dates
  CHECK(in("341004", "2025-05-01").find("forest_fire") == std::string::npos);
  CHECK(in("341003", "2025-05-02").find("forest_fire 2024-10-01..2025-05-03\n") != std::string::npos);
  CHECK(in("610722", "2024-05-15").find("flood 2024-05-01..2024-10-31\n") != std::string::npos);  // 汉中
  CHECK(in("610602", "2024-05-15").find("flood") == std::string::npos);                           // 延安
}

TEST_CASE("no area has two lines of one season at once") {
  for (const char* area :
       {"34", "340602", "340825", "341003101", "3704", "370404", "6107", "610602", "41", "11"}) {
    for (const char* on :
         {"2024-01-15", "2024-02-29", "2024-05-02", "2024-07-01", "2024-11-20", "2024-12-20"}) {
      std::vector<std::string> ids;
      for (const auto& s : shipped().seasons(day(on), day(on)))
        if (s.covers(area)) ids.push_back(s.id);
      INFO(area << " " << on);
      std::sort(ids.begin(), ids.end());
      CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    }
  }
}

TEST_CASE("a season that is declared only is known and has no dates") {
  const auto ids = shipped().season_ids();
  CHECK(std::find(ids.begin(), ids.end(), "meiyu") != ids.end());
  for (const auto& s : shipped().seasons(day("2020-01-01"), day("2030-12-31"))) CHECK(s.id != "meiyu");
}

TEST_CASE("every season of the vocabulary is there") {
  const auto ids = shipped().season_ids();
  for (const char* id : {"flood", "meiyu", "ice_flood", "forest_fire", "winter_spring_fire", "heating",
                         "heat", "summer_vacation", "winter_traffic", "year_end"}) {
    INFO(id);
    CHECK(std::find(ids.begin(), ids.end(), id) != ids.end());
  }
}

TEST_CASE("seasons come by first day, id and area, and overlap what was asked for") {
  const auto found = shipped().seasons(day("2024-03-01"), day("2024-06-01"));
  REQUIRE(found.size() > 10);
  CHECK(std::is_sorted(found.begin(), found.end(), [](auto& a, auto& b) {
    return std::tie(a.first, a.id, a.area) < std::tie(b.first, b.id, b.area);
  }));
  for (const auto& s : found) CHECK((s.first <= day("2024-06-01") && s.last >= day("2024-03-01")));
  CHECK(in("370404", "2020-12-17") ==
        "forest_fire 2020-11-01..2021-05-31\n"
        "winter_spring_fire 2020-11-01..2021-03-31\n"
        "heating 2020-11-15..2021-03-15\n"
        "year_end 2020-12-17..2020-12-31\n");
}

TEST_CASE("a declared line takes its area out of the season around it") {
  Diagnostics found;
  const auto data = build({{"seasons.yaml",
                            "seasons:\n"
                            "  - id: heating\n"
                            "    name: 取暖季\n"
                            "    areas:\n"
                            "      - { area: all, from: 11-15, to: 03-15 }\n"
                            "      - { area: '34', declared: true }\n"},
                           {"statutory.yaml", content(kConfig + "/statutory.yaml")}},
                          found);
  REQUIRE_FALSE(found.has_errors());
  const Calendar calendar(data);
  const auto seasons = calendar.seasons(day("2024-12-01"), day("2024-12-01"));
  REQUIRE(seasons.size() == 1);
  CHECK(seasons[0].covers("370404"));
  CHECK_FALSE(seasons[0].covers("340602"));
}

}  // namespace
}  // namespace duban::calendar
