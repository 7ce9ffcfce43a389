#include <catch2/catch.hpp>

#include "rule/fixture.hpp"
#include "rule/schedule.hpp"
#include "rule/schedule_reader.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

const calendar::Calendar& shipped_calendar() {
  static const auto calendar = [] {
    Diagnostics out;
    return calendar::Calendar::load(std::string(DUBAN_SOURCE_DIR) + "/config/calendar", out);
  }();
  REQUIRE(calendar != nullptr);
  return *calendar;
}

const Zone kZone = Zone::shanghai();

TimeBase base() { return TimeBase{shipped_calendar(), kZone}; }

Moment on(const char* date) { return Moment::of(*Date::parse(date), kZone); }
Moment at(const char* instant) { return Moment::of(*kZone.parse(instant)); }

Schedule parsed(const char* text) {
  const ConstantTexts constants = {{"limit", "10wd"}, {"n", "3"}, {"both", "1mo 2d"}, {"time", "08:30"}};
  ScheduleScope scope;
  scope.constants = &constants;
  scope.due = scope.item = scope.stage = scope.trigger = scope.span = true;
  std::vector<cel::Issue> issues;
  auto schedule = parse_schedule(text, scope, issues);
  INFO(text << (issues.empty() ? "" : ": " + issues[0].message));
  REQUIRE(schedule.has_value());
  return *schedule;
}

/// The moment as text: a date, or an instant with its time.
std::string resolved(const char* text, const Moment& anchor) {
  const auto moment = resolve(parsed(text), [&](const Schedule&) { return anchor; }, base());
  REQUIRE(moment.has_value());
  return moment->date ? moment->date->str() : kZone.format(moment->at).substr(0, 16);
}

std::string stage_at(const char* text, const Moment& anchor) {
  const auto instant = resolve_stage(parsed(text), [&](const Schedule&) { return anchor; }, base());
  REQUIRE(instant.has_value());
  return kZone.format(*instant).substr(0, 16);
}

bool provisional(const char* text, const Moment& anchor) {
  return resolve(parsed(text), [&](const Schedule&) { return anchor; }, base())->provisional;
}

}  // namespace

TEST_CASE("an anchor alone is what it is: a date or an instant") {
  CHECK(resolved("due", on("2023-02-07")) == "2023-02-07");
  CHECK(resolved("opened", at("2023-01-19T10:20")) == "2023-01-19T10:20");
  CHECK(resolved("due 09:00", on("2023-02-07")) == "2023-02-07T09:00");
  CHECK(resolved("opened 09:00", at("2023-01-19T10:20")) == "2023-01-19T09:00");
}

TEST_CASE("every anchor asks for its own moment") {
  const auto asked = [](const char* text) {
    Schedule seen;
    const Schedule schedule = parsed(text);
    resolve(
        schedule,
        [&](const Schedule& s) {
          seen = s;
          return std::optional<Moment>(on("2023-02-07"));
        },
        base());
    return seen;
  };
  CHECK(asked("due").anchor == Anchor::due);
  CHECK(asked("opened + 1d").anchor == Anchor::opened);
  CHECK(asked("ended").anchor == Anchor::ended);
  CHECK(asked("trigger.start").anchor == Anchor::trigger_start);
  CHECK(asked("trigger.end").anchor == Anchor::trigger_end);
  CHECK(asked("start").anchor == Anchor::trigger_start);
  CHECK(asked("end").anchor == Anchor::trigger_end);
  CHECK(asked("decided(interview) + 5wd").anchor == Anchor::decided);
  CHECK(asked("decided(interview) + 5wd").level == Level::interview);
}

TEST_CASE("an anchor that is not known yet gives no moment") {
  const auto unknown = [](const Schedule&) { return std::optional<Moment>(); };
  CHECK_FALSE(resolve(parsed("trigger.end + 1wd"), unknown, base()).has_value());
  CHECK_FALSE(resolve_stage(parsed("trigger.end + 1wd"), unknown, base()).has_value());
}

TEST_CASE("a field of the subject is an anchor if it is a date or a timestamp") {
  Diagnostics out;
  const auto configuration = test::load_rules(
      "rules: [{ id: r, subject: hazard, due: hazard.rectified_at + 10d, stages: [{ id: s, at: "
      "hazard.found_on + 1wd, "
      "level: remind, to: unit }, { id: late, at: due + 1wd, level: urge, to: unit }] }]",
      out);
  INFO(out.text());
  REQUIRE(configuration != nullptr);
  const Rule& rule = *configuration->rules.rules[0];
  CHECK(rule.due->field == rule.subject->layout->find("rectified_at"));
  CHECK(rule.stages_for("")[0].at.field == rule.subject->layout->find("found_on"));
}

TEST_CASE("days, weeks, months and workdays lead to a date") {
  CHECK(resolved("due + 3d", on("2023-02-27")) == "2023-03-02");
  CHECK(resolved("due - 3d", on("2023-03-02")) == "2023-02-27");
  CHECK(resolved("due + 2w", on("2023-12-25")) == "2024-01-08");
  CHECK(resolved("opened + 10d", at("2023-02-15T16:40")) == "2023-02-25");
  CHECK(resolved("opened + 1mo", at("2023-02-15T16:40")) == "2023-03-15");
}

TEST_CASE("a month from the end of a month ends in the month meant") {
  CHECK(resolved("due + 1mo", on("2023-01-31")) == "2023-02-28");
  CHECK(resolved("due + 1mo", on("2024-01-31")) == "2024-02-29");
  CHECK(resolved("due - 1mo", on("2023-03-31")) == "2023-02-28");
  CHECK(resolved("due + 13mo", on("2023-01-31")) == "2024-02-29");
  CHECK(resolved("due + 1mo + 1d", on("2023-01-31")) == "2023-03-01");
}

TEST_CASE("workdays skip days off and count make-up workdays") {
  // Scenario 1: ten workdays from 2023-01-19 across the Spring Festival, 01-28 and 01-29 are worked.
  CHECK(resolved("opened + 10wd", at("2023-01-19T15:00")) == "2023-02-07");
  CHECK(resolved("due - 5wd", on("2023-02-07")) == "2023-01-31");
  CHECK(resolved("due - 3wd", on("2023-02-07")) == "2023-02-02");
  CHECK(resolved("due - 1wd", on("2023-02-07")) == "2023-02-06");
  CHECK(resolved("due + 1wd", on("2023-02-07")) == "2023-02-08");
  CHECK(resolved("due + 3wd", on("2023-02-07")) == "2023-02-10");
  CHECK(resolved("due + 7wd", on("2023-02-07")) == "2023-02-16");
  CHECK(resolved("due - 1wd", on("2023-01-28")) == "2023-01-20");
}

TEST_CASE("zero workdays are the day itself, or the next workday if it is a day off") {
  CHECK(resolved("due + 0wd", on("2023-01-28")) == "2023-01-28");
  CHECK(resolved("due + 0wd", on("2023-01-21")) == "2023-01-28");
  CHECK(resolved("due + 0wd", on("2023-02-04")) == "2023-02-06");
  CHECK(resolved("due - 0wd", on("2023-02-04")) == "2023-02-06");
}

TEST_CASE("steps are taken in the order in which they stand") {
  CHECK(resolved("due + 1d + 1wd", on("2023-01-20")) == "2023-01-28");
  CHECK(resolved("due + 1wd + 1d", on("2023-01-20")) == "2023-01-29");
  CHECK(resolved("due - 1wd + 1d", on("2023-02-06")) == "2023-02-04");
}

TEST_CASE("hours and minutes lead to an instant") {
  CHECK(resolved("opened + 24h", at("2023-07-27T16:20:00")) == "2023-07-28T16:20");
  CHECK(resolved("opened + 90m", at("2023-07-27T23:00:00")) == "2023-07-28T00:30");
  CHECK(resolved("opened - 30m", at("2023-07-27T00:10:00")) == "2023-07-26T23:40");
  CHECK(resolved("opened + 1d + 2h", at("2023-07-27T16:20:00")) == "2023-07-28T18:20");
  CHECK(resolved("opened + 24h + 1d", at("2023-07-27T16:20:00")) == "2023-07-29T16:20");
}

TEST_CASE("an instant keeps its milliseconds") {
  const Moment opened = Moment::of(instant_of_ms(1'690'446'000'123));
  const auto due = resolve(parsed("opened + 1d + 2h"), [&](const Schedule&) { return opened; }, base());
  CHECK(ms_of(due->at) == 1'690'446'000'123 + 26 * 3'600'000);
}

TEST_CASE(
    "hours from a deadline or a last day that is a date count from its end, from other dates from their "
    "beginning") {
  CHECK(resolved("due + 2h", on("2023-02-07")) == "2023-02-08T02:00");
  CHECK(resolved("due - 2h", on("2023-02-07")) == "2023-02-07T22:00");
  CHECK(resolved("trigger.end + 1h", on("2023-02-28")) == "2023-03-01T01:00");
  CHECK(resolved("trigger.start + 8h", on("2023-02-01")) == "2023-02-01T08:00");
}

TEST_CASE("a time of day makes an instant of a date; 24:00 is the end of the day meant") {
  CHECK(resolved("due - 3wd 09:00", on("2023-02-07")) == "2023-02-02T09:00");
  CHECK(resolved("trigger.end 24:00", on("2023-02-28")) == "2023-02-28");
  CHECK(stage_at("due 24:00", on("2023-02-07")) == "2023-02-08T00:00");
  CHECK(stage_at("due + 1d 00:00", on("2023-02-07")) == "2023-02-08T00:00");
}

TEST_CASE("steps from an instant count from its date") {
  const Moment due = at("2023-07-28T16:20");
  CHECK(resolved("due + 1wd 09:00", due) == "2023-07-31T09:00");
  CHECK(resolved("due - 1d", due) == "2023-07-27");
}

TEST_CASE("a stage on a date without a time fires at the default time") {
  CHECK(stage_at("due - 3wd", on("2023-02-07")) == "2023-02-02T09:00");
  CHECK(stage_at("due", at("2023-07-28T16:20")) == "2023-07-28T16:20");
  const auto late = resolve_stage(
      parsed("due"), [](const Schedule&) { return on("2023-02-07"); },
      TimeBase{shipped_calendar(), kZone, TimeOfDay{17 * 3600}});
  CHECK(kZone.format(*late).substr(11, 5) == "17:00");
}

TEST_CASE("a workday sum that steps on a year that is not published is provisional") {
  const int last = shipped_calendar().last_published_year();
  const std::string next = std::to_string(last + 1);
  CHECK(provisional("due + 10wd", on((next + "-03-01").c_str())));
  CHECK(provisional("due + 10wd", on((std::to_string(last) + "-12-30").c_str())));
  CHECK_FALSE(provisional("due + 10wd", on("2023-01-19")));
  CHECK_FALSE(provisional("due + 10d", on((next + "-03-01").c_str())));
  Moment anchor = on("2023-01-19");
  anchor.provisional = true;
  CHECK(provisional("due + 10d", anchor));
  bool flag = false;
  resolve_stage(parsed("due + 1wd"), [&](const Schedule&) { return anchor; }, base(), &flag);
  CHECK(flag);
}

TEST_CASE("constants stand for steps, for numbers and for times") {
  CHECK(resolved("opened + $limit", at("2023-01-19T15:00")) == "2023-02-07");
  CHECK(resolved("due - $n wd", on("2023-02-07")) == "2023-02-02");
  CHECK(resolved("due - $both", on("2023-03-31")) == "2023-02-26");
  CHECK(resolved("due + 1d $time", on("2023-02-07")) == "2023-02-08T08:30");
}

TEST_CASE("spaces around steps do not matter") {
  CHECK(resolved("due-3wd 09:00", on("2023-02-07")) == "2023-02-02T09:00");
  CHECK(resolved("  due  -  3 wd   09:00 ", on("2023-02-07")) == "2023-02-02T09:00");
}

TEST_CASE("a due date on a day off rolls to the workday that the rule asks for") {
  CHECK(roll(on("2023-01-22"), Roll::next, base()).date->str() == "2023-01-28");
  CHECK(roll(on("2023-01-22"), Roll::previous, base()).date->str() == "2023-01-20");
  CHECK(roll(on("2023-01-22"), Roll::none, base()).date->str() == "2023-01-22");
  CHECK(roll(on("2023-01-28"), Roll::previous, base()).date->str() == "2023-01-28");
  const Moment instant = roll(at("2023-01-22T16:20"), Roll::next, base());
  CHECK_FALSE(instant.date.has_value());
  CHECK(kZone.format(instant.at).substr(0, 16) == "2023-01-28T16:20");
}

TEST_CASE("a date as a deadline lasts to the end of its day, an instant to itself") {
  CHECK(kZone.format(end_of(on("2023-02-07"), kZone)).substr(0, 16) == "2023-02-08T00:00");
  CHECK(end_of(at("2023-07-28T16:20"), kZone) == *kZone.parse("2023-07-28T16:20"));
}

TEST_CASE("no text makes the parser fail otherwise than by an issue within the text") {
  // Pieces of schedules in every order up to four, from a fixed list: no crash, no issue outside of the text.
  const std::vector<std::string> pieces = {"due",   " ",        "+",           "-",  "3", "wd",   "09:00",
                                           "24:00", "$limit",   "$",           "(",  ")", ".",    "decided",
                                           ":",     "\xE6\x97", "99999999999", "mo", "h", "-0wd", "x"};
  const ConstantTexts constants = {{"limit", "10wd"}};
  ScheduleScope scope;
  scope.constants = &constants;
  scope.due = scope.stage = true;
  size_t accepted = 0, tried = 0;
  const auto look_at = [&](const std::string& text) {
    std::vector<cel::Issue> issues;
    const auto schedule = parse_schedule(text, scope, issues);
    ++tried;
    accepted += schedule ? 1 : 0;
    bool sound = schedule.has_value() == issues.empty();
    for (const auto& issue : issues) sound = sound && issue.offset <= text.size() && !issue.message.empty();
    if (!sound) FAIL(text);
  };
  for (const auto& a : pieces)
    for (const auto& b : pieces)
      for (const auto& c : pieces)
        for (const auto& d : pieces) look_at(a + b + c + d);
  CHECK(tried == pieces.size() * pieces.size() * pieces.size() * pieces.size());
  CHECK(accepted > 10);
}
