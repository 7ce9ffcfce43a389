#include <chrono>

#include "app/demo_year.hpp"

namespace duban::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Invented for the demo; what southern Anhui has in such months.
struct Chain {
  int month, day, hour, minute;
  const char* type;
  const char* kinds;     // of warning, one letter each: b y o r; the last is cancelled
  int between, lasting;  // hours from one to the next, hours from the last to its end
};
constexpr Chain kChains[] = {
    {1, 14, 9, 10, "cold_wave", "b", 6, 30},    {1, 15, 6, 20, "road_icing", "yo", 9, 14},
    {1, 23, 16, 40, "cold_wave", "by", 8, 36},  {2, 12, 20, 15, "fog", "y", 3, 11},
    {3, 22, 15, 30, "rainstorm", "b", 3, 12},   {3, 24, 13, 5, "hail", "o", 2, 5},
    {4, 3, 19, 45, "gale", "by", 5, 14},        {4, 19, 5, 50, "lightning", "y", 3, 7},
    {5, 4, 21, 30, "rainstorm", "by", 6, 15},   {5, 21, 14, 20, "lightning", "yo", 3, 6},
    {6, 17, 3, 35, "rainstorm", "by", 5, 18},   {6, 19, 1, 20, "rainstorm", "yor", 5, 16},
    {6, 24, 16, 10, "rainstorm", "by", 4, 14},  {6, 30, 2, 45, "rainstorm", "yoro", 4, 19},
    {7, 5, 17, 25, "lightning", "y", 2, 6},     {7, 10, 9, 30, "heat", "yo", 26, 60},
    {7, 22, 15, 50, "rainstorm", "yo", 3, 9},   {7, 27, 8, 40, "typhoon", "by", 14, 40},
    {8, 2, 10, 15, "heat", "y", 20, 80},        {8, 12, 14, 5, "rainstorm", "by", 3, 8},
    {8, 26, 18, 20, "rainstorm", "y", 3, 9},    {9, 6, 13, 15, "lightning", "y", 2, 5},
    {9, 15, 2, 30, "rainstorm", "b", 4, 12},    {10, 18, 20, 40, "fog", "yo", 5, 9},
    {11, 5, 17, 15, "gale", "b", 6, 18},        {11, 10, 10, 20, "cold_wave", "by", 10, 40},
    {12, 14, 9, 45, "cold_wave", "yo", 14, 50}, {12, 16, 5, 30, "road_icing", "y", 6, 22},
    {12, 18, 22, 10, "snowstorm", "by", 6, 20},
};

const char* color(char letter) {
  switch (letter) {
    case 'b':
      return "blue";
    case 'y':
      return "yellow";
    case 'o':
      return "orange";
    default:
      return "red";
  }
}

Storm chain(DemoScript& script, const Chain& form, int number) {
  Instant at = script.at(
      Date::of(script.plan.year, static_cast<unsigned>(form.month), static_cast<unsigned>(form.day)),
      form.hour, form.minute);
  const std::string kinds = form.kinds;
  const std::string prefix = "W-" + std::to_string(script.plan.year) + "-" + std::to_string(number) + "-";
  Storm storm{form.type, {}, "", false, false};
  for (size_t i = 0; i < kinds.size(); ++i) {
    const std::string id = prefix + std::to_string(i + 1);
    const bool last = i + 1 == kinds.size();
    const Instant next = at + hours(last ? form.lasting : form.between);
    Json data = {{"warning_id", id},
                 {"status", i == 0 ? "alert" : "update"},
                 {"type", form.type},
                 {"color", color(kinds[i])},
                 {"areas", Json::array({kDistrict})},
                 {"issued_at", script.zone.format(at)},
                 {"expires", script.zone.format(next + hours(12))},
                 {"issuer", "徽州区气象台"}};
    if (i > 0) data["supersedes"] = prefix + std::to_string(i);
    if (storm.first_id.empty() && kinds[i] != 'b') {
      storm.first_id = id;
      storm.begin = at;
      storm.calls_for_check = storm.type == "rainstorm" || storm.type == "typhoon" ||
                              storm.type == "snowstorm" || storm.type == "road_icing";
      storm.calls_at_doors = storm.type == "cold_wave" || storm.type == "snowstorm";
    }
    script.add(at, "weather.warning", id, data);
    if (last) {
      data["status"] = "cancel";
      data["issued_at"] = script.zone.format(next);
      script.add(next, "weather.warning", id, data);
    }
    at = next;
  }
  return storm;
}

void season(DemoScript& script, const char* name, const char* title, Date announced, Date from, Date to) {
  const std::string id = std::string(name) + "/" + kDistrict + "/" + std::to_string(from.year());
  script.add(script.at(announced, 9, 20), "season.declared", id,
             {{"season_id", id},
              {"season", name},
              {"areas", Json::array({kDistrict})},
              {"from", from.str()},
              {"to", to.str()},
              {"status", "open"},
              {"document_no", std::string("徽") + title + "〔" + std::to_string(from.year()) + "〕1号"}});
}

void nodes(DemoScript& script) {
  const int year = script.plan.year;
  script.add(script.at(Date::of(year, 2, 20), 10, 0), "calendar.published", "NODE-lianghui",
             {{"node_id", "NODE-lianghui"},
              {"kind", "party_meeting"},
              {"name", "全国两会"},
              {"from", Date::of(year, 3, 4).str()},
              {"to", Date::of(year, 3, 13).str()},
              {"year", year}});
  script.add(script.at(Date::of(year, 9, 11), 10, 0), "calendar.published", "NODE-asiad",
             {{"node_id", "NODE-asiad"},
              {"kind", "important_event"},
              {"name", "杭州亚运会"},
              {"from", Date::of(year, 9, 23).str()},
              {"to", Date::of(year, 10, 8).str()},
              {"year", year}});
  season(script, "meiyu", "汛", Date::of(year, 6, 16), Date::of(year, 6, 17), Date::of(year, 7, 11));
  season(script, "forest_fire", "森防", Date::of(year, 10, 25), Date::of(year, 11, 1),
         Date::of(year + 1, 4, 30));
}

}  // namespace

std::vector<Storm> weather(DemoScript& script) {
  nodes(script);
  std::vector<Storm> storms;
  int number = 0;
  for (const Chain& form : kChains) storms.push_back(chain(script, form, ++number));
  script.add(script.at(Date::of(script.plan.year, 6, 30), 3, 10), "risk.warning", "R-geo-1",
             {{"warning_id", "R-geo-1"},
              {"status", "alert"},
              {"kind", "geohazard"},
              {"level", "orange"},
              {"areas", Json::array({kDistrict})},
              {"issued_at", script.zone.format(script.at(Date::of(script.plan.year, 6, 30), 3, 0))}});
  return storms;
}

}  // namespace duban::app
