// Rules are edited in the middle of a scene. After each edit nothing said is said again, and nothing still
// due is forgotten: what is said is what the old rules said before the edit, and after it what the new rules
// say that were there from the start, less what has been said already.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "edited_rules.hpp"
#include "engine_scene.hpp"

using namespace duban;
using Lines = std::vector<std::string>;
using test::kHoliday, test::kLadder, test::kMonthly, test::kOther, test::kStorm;

namespace {

/// Everything that an edit can touch.
struct Files {
  std::string rules;
  std::string calendars = DUBAN_SOURCE_DIR "/config/calendar";
  std::string catalog = DUBAN_SOURCE_DIR "/config/catalog";
  std::string reinspection = "10d";
  TimeOfDay default_time{9 * 3600};
};

std::shared_ptr<const rule::Configuration> load(const Files& files) {
  const test::Folder folder;
  rule::Sources sources;
  sources.catalog_directory = files.catalog;
  sources.calendar_directory = files.calendars;
  sources.rules = {folder.write("rules.yaml", files.rules)};
  sources.channels = {"out"};
  sources.default_time = files.default_time;
  sources.constants_yaml =
      "{ordinary_limit_wd: 10, major_limit_d: 30, listing_limit_d: 365, reinspection: " + files.reinspection +
      ", five_fixes: 3wd, reinspection_fire: 3wd, reinspection_special_equipment: 10wd, "
      "reinspection_coal: 20d, major_report: 24h, listing_filing: 3wd, listing_publishing: 5wd, "
      "weather_check: 24h}";
  Diagnostics findings;
  auto configuration = rule::load(sources, findings);
  if (!configuration) throw std::runtime_error(findings.text());
  return configuration;
}

/// Files that are in force from an instant on.
struct Version {
  std::string at;
  Files files;
};

void reported(test::Stage& stage, const std::string& id, const std::string& level) {
  stage.event("2023-03-01T10:00", "hazard.reported",
              R"({"hazard_id":")" + id +
                  R"(","title":"疏散通道堵塞","origin":"inspection","found_on":"2023-03-01",)" +
                  R"("industry":"fire","area":"341004101205","enterprise_id":"E-1","level":")" + level +
                  "\"}");
}

void ordered(test::Stage& stage, const std::string& at, const std::string& id, const std::string& due) {
  stage.event(at, "hazard.ordered",
              R"({"hazard_id":")" + id + R"(","order_id":"O","issued_on":")" + at.substr(0, 10) +
                  R"(","due":")" + due + "\"}");
}

void inspection(test::Stage& stage, const std::string& at, const std::string& id) {
  stage.event(at, "inspection.completed",
              R"({"inspection_id":")" + id + R"(","area":"341004","unit":"D-1","on":")" + at.substr(0, 10) +
                  R"(","leader_led":true,"kind":["monthly"]})");
}

/// The scene: four hazards (H1 in the middle of its ladder, H2 at its beginning, H3 overdue, H4 not ordered
/// yet), a department with its monthly check, a warning from 15 to 18 March. Edits happen at noon on 16
/// March, a Thursday.
constexpr char kEdit[] = "2023-03-16T12:00";
constexpr char kSecondEdit[] = "2023-03-17T12:00";
constexpr char kEnd[] = "2023-05-20T00:00";

void before_edit(test::Stage& stage) {
  stage.unit("2023-01-01T08:00", "E-1", "enterprise", "341004101205");
  stage.unit("2023-01-01T08:00", "D-1", "department", "341004");
  for (const char* id : {"H1", "H3", "H4"}) reported(stage, id, "general");
  reported(stage, "H2", "major");
  ordered(stage, "2023-03-01T11:00", "H1", "2023-03-20");
  ordered(stage, "2023-03-01T11:00", "H2", "2023-04-10");
  ordered(stage, "2023-03-01T11:00", "H3", "2023-03-06");
  inspection(stage, "2023-03-10T10:00", "X1");
  stage.event("2023-03-15T10:00", "weather.warning",
              R"({"warning_id":"W1","status":"alert","type":"rainstorm","color":"orange","areas":["34"],)"
              R"("issued_at":"2023-03-15T10:00:00+08:00","expires":"2023-03-18T10:00:00+08:00"})");
}

void after_edit(test::Stage& stage) {
  stage.event("2023-03-22T10:00", "hazard.rectified", R"({"hazard_id":"H1","completed_on":"2023-03-22"})");
  stage.event("2023-03-23T10:00", "hazard.reinspected",
              R"({"hazard_id":"H1","on":"2023-03-23","by":"D-1","result":"failed"})");
  ordered(stage, "2023-03-24T10:00", "H4", "2023-04-14");
  inspection(stage, "2023-04-11T10:00", "X2");
  inspection(stage, "2023-04-12T10:00", "X3");
}

/// What is said over the whole scene: alert id → "2023-03-15T09:00 rule/t-3 H1". Fails if an id is said
/// twice.
using Course = std::map<std::string, std::string>;

Course play(const Files& first, const std::vector<Version>& edits) {
  test::Stage stage(load(first));
  before_edit(stage);
  for (const Version& edit : edits) {
    stage.said(edit.at);
    REQUIRE(stage.scene.configure(load(edit.files)) == "");
  }
  stage.said(kSecondEdit);
  after_edit(stage);
  stage.said(kEnd);
  REQUIRE(stage.refused() == Lines{});
  Course course;
  for (const app::Said& said : stage.scene.alerts()) {
    const std::string id = nlohmann::json::parse(said.json)["id"];
    const std::string line = Zone::shanghai().format(said.at).substr(0, 16) + " " + said.rule + "/" +
                             said.stage + " " + said.subject.substr(said.subject.find('/') + 1);
    INFO(line);
    REQUIRE(course.emplace(id, line).second);
  }
  return course;
}

Lines sorted(std::multiset<std::string> lines) { return {lines.begin(), lines.end()}; }

struct Edit {
  const char* name;
  Files before;
  Files after;
  /// Said at the edit besides: a rule that finds a subject overdue says the last stage since its due date.
  Lines also = {};
  /// Not said after the edit, although new rules from the start would say it.
  Lines without = {};
  /// Not said any more if the edit is taken back at once: what it fulfilled stays so.
  Lines fulfilled = {};
};

/// One line for each hazard.
Lines each(const std::string& line, const std::vector<std::string>& ids = {"H1", "H2", "H3", "H4"}) {
  Lines lines;
  for (const std::string& id : ids) lines.push_back(line + " " + id);
  return lines;
}

Lines operator+(Lines a, const Lines& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  if (at == std::string::npos) throw std::invalid_argument("no '" + what + "' in the rules");
  return text.replace(at, what.size(), by);
}

Files rules(std::string text) { return {.rules = std::move(text)}; }
Files ladder(const std::string& what, const std::string& by) { return rules(replaced(kLadder, what, by)); }
Files monthly(const std::string& what, const std::string& by) { return rules(replaced(kMonthly, what, by)); }
Files holiday(const std::string& what, const std::string& by) { return rules(replaced(kHoliday, what, by)); }
Files storm(const std::string& what, const std::string& by) { return rules(replaced(kStorm, what, by)); }

/// The shipped folder, its files changed by `change` (text by name) or, with an empty text, left out.
std::string changed_folder(const test::Folder& folder, const std::string& shipped,
                           const std::map<std::string, std::string>& change) {
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(DUBAN_SOURCE_DIR) + "/" + shipped)) {
    const std::string name = file.path().filename();
    if (!change.contains(name)) std::filesystem::copy_file(file.path(), folder.path(name));
  }
  for (const auto& [name, text] : change)
    if (!text.empty()) folder.write(name, text);
  return folder.path();
}

std::string content(const std::string& file) {
  std::ifstream in(std::string(DUBAN_SOURCE_DIR) + "/" + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Edit> edits() {
  static const test::Folder calendar_folder, catalog_folder;
  static const std::string without_2023 =
      changed_folder(calendar_folder, "config/calendar", {{"2023.yaml", ""}});
  static const std::string more_fields =
      changed_folder(catalog_folder, "config/catalog",
                     {{"hazard.yaml", replaced(content("config/catalog/hazard.yaml"), "      title: string\n",
                                               "      title: string\n      remark: string\n")}});
  Files richer = rules(kLadder), unannounced = rules(kLadder), eve_unannounced = rules(kHoliday);
  richer.catalog = more_fields;
  unannounced.calendars = eve_unannounced.calendars = without_2023;
  const Files old = rules(kLadder);
  const Files with_other = rules(kLadder + kOther);
  Files slower = with_other;
  slower.reinspection = "30d";
  Files afternoon = old;
  afternoon.default_time = TimeOfDay{15 * 3600};
  return {
      {"a due date later", old, ladder("due: hazard.due", "due: hazard.due + 3wd")},
      {"a due date earlier", old, ladder("due: hazard.due", "due: hazard.due - 2wd")},
      {"a stage earlier", old, ladder("due - 3wd", "due - 6wd")},
      {"a stage later", old, ladder("due - 3wd", "due - 1wd")},
      {"a stage to another hour of the day", old, ladder("due + 1wd 09:00", "due + 1wd 16:00")},
      {"a stage more", old,
       ladder("    - { id: t-0",
              "    - { id: t-1, at: due - 1wd 09:00, level: remind, to: [unit.officer] }\n    - { id: t-0")},
      {"a stage less", old,
       ladder("    - { id: overdue, at: due + 1wd 09:00, level: urge, to: [office] }\n", "")},
      {"a stage under another name", old, ladder("id: t-0", "id: today")},
      {"a ladder whose stage the rule overrides", old,
       ladder("ladder: steps", "ladder: steps\n    stages: [{ id: t-0, at: due 14:00, level: urge }]")},
      {"a ladder whose stage the rule takes out", old,
       ladder("ladder: steps", "ladder: steps\n    stages: [{ id: again, off: true }]")},
      {"own stages in place of the ladder", old,
       ladder("    ladder: steps",
              "    stages: [{ id: t-3, at: due - 3wd 09:00, level: remind, to: [unit.officer] }, { id: "
              "after, at: due + 2wd, "
              "level: urge, to: [office] }]")},
      {"a condition narrower", old,
       ladder("when: has(hazard.due)", "when: has(hazard.due) && hazard.level == 'major'")},
      {"a condition wider",
       ladder("when: has(hazard.due)", "when: has(hazard.due) && hazard.level == 'major'"),
       old,
       {"2023-03-16T12:00 rectify/again H3"}},
      {"a rule removed", with_other, old},
      {"a rule more", old, with_other},
      {"a rule under another name",
       old,
       ladder("id: rectify", "id: restore"),
       {"2023-03-16T12:00 restore/again H3"}},
      {"a level", old, ladder("level: urge", "level: circular")},
      {"recipients and severity", old,
       ladder("level: urge, to: [office]",
              "level: urge, severity: serious, to: [committee, unit.principal]")},
      {"a repetition more often", old, ladder("every: 7d, times: 3", "every: 3d, times: 5")},
      {"until, so that items end", old,
       ladder("until: hazard.state in [", "until: hazard.state in ['ordered', ")},
      {"until, so that items go on",
       ladder("until: hazard.state in [", "until: hazard.state in ['ordered', "),
       old,
       {"2023-03-16T12:00 rectify/again H3"}},
      {"roll and day_off", old,
       ladder("    ladder: steps", "    roll: next\n    day_off: after\n    ladder: steps")},
      {"a constant that a schedule uses", with_other, slower},
      {"the time at which stages without one fire", old, afternoon},
      {"evidence that counts more: what was fulfilled stays so",
       monthly("count: 2", "count: 1"),
       rules(kMonthly),
       {},
       {"2023-03-24T09:00 monthly/t-5 D-1", "2023-03-29T09:00 monthly/t-2 D-1",
        "2023-04-03T09:00 monthly/missed D-1"}},
      {"evidence that counts less",
       rules(kMonthly),
       monthly("count: 2", "count: 1"),
       {},
       {},
       {"2023-03-24T09:00 monthly/t-5 D-1", "2023-03-29T09:00 monthly/t-2 D-1",
        "2023-04-03T09:00 monthly/missed D-1"}},
      {"evidence of another kind", rules(kMonthly), monthly("event.leader_led", "'disaster' in event.kind")},
      {"another period", rules(kMonthly), monthly("every: month", "every: quarter")},
      {"a trigger in place of none", old, rules(kMonthly)},
      {"a trigger's window wider", rules(kHoliday), holiday("start - 12wd", "start - 20wd")},
      {"a trigger's window narrower, before it opens", rules(kHoliday),
       holiday("start - 12wd", "start - 10wd")},
      {"another holiday", rules(kHoliday), holiday("qingming", "labour-day")},
      {"a due date that hangs on its trigger", rules(kHoliday),
       holiday("trigger.start - 1wd", "trigger.start - 3wd")},
      {"a field more in the catalog", old, richer},
      {"a field less in the catalog", richer, old},
      {"a year's arrangement that arrives", unannounced, old},
      {"a year's arrangement that arrives with its holidays", eve_unannounced, rules(kHoliday)},
      {"a stage of an item of a warning", rules(kStorm), storm("opened + 24h", "opened + 27h")},
      // A span opens when a rule begins to watch it, and with it its items.
      {"a warning's condition wider", storm("['orange', 'red']", "['red']"), rules(kStorm),
       each("2023-03-16T12:00 storm/now") + each("2023-03-17T12:00 storm/day") +
           each("2023-03-17T18:00 storm/late"),
       each("2023-03-16T16:00 storm/late")},
      // Items that end say so.
      {"a subject's condition during a warning", rules(kStorm),
       storm("when: hazard.open", "when: hazard.level == 'major'"),
       each("2023-03-16T12:00 storm/over", {"H1", "H3", "H4"})},
  };
}

}  // namespace

TEST_CASE("after an edit nothing said is said again, and nothing still due is forgotten") {
  for (const Edit& edit : edits()) {
    INFO("edit: " << edit.name);
    const Course edited = play(edit.before, {{kEdit, edit.after}});
    const Course old = play(edit.before, {});
    const Course fresh = play(edit.after, {});
    std::multiset<std::string> expected(edit.also.begin(), edit.also.end());
    for (const auto& [id, line] : old)
      if (line.substr(0, 16) <= kEdit) expected.insert(line);
    for (const auto& [id, line] : fresh) {
      const auto said = old.find(id);
      const bool said_before = said != old.end() && said->second.substr(0, 16) <= kEdit;
      if (line.substr(0, 16) > kEdit && !said_before) expected.insert(line);
    }
    for (const std::string& line : edit.without) {
      REQUIRE(expected.contains(line));
      expected.erase(expected.find(line));
    }
    std::multiset<std::string> said;
    for (const auto& [id, line] : edited) said.insert(line);
    CHECK(sorted(said) == sorted(expected));
  }
}

TEST_CASE("a rule that is taken out and put back goes on where it was") {
  const Files both = rules(kLadder + kOther), alone = rules("rules:" + kOther);
  CHECK(play(both, {{kEdit, alone}, {kSecondEdit, both}}) == play(both, {}));
}

TEST_CASE("an edit that is taken back at once changes nothing") {
  for (const Edit& edit : edits()) {
    INFO("edit: " << edit.name);
    const Course there_and_back = play(edit.before, {{kEdit, edit.after}, {kEdit, edit.before}});
    const Course old = play(edit.before, {});
    Lines lost;
    for (const auto& [id, line] : old)
      if (!there_and_back.contains(id)) lost.push_back(line);
    CHECK(sorted({lost.begin(), lost.end()}) == edit.fulfilled);
  }
}
