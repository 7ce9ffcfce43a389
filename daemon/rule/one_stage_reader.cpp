#include "rule/one_stage_reader.hpp"

#include <algorithm>

#include "rule/codes.hpp"
#include "rule/recipient_reader.hpp"

namespace duban::rule {
namespace {

yaml::Reader required(const Layered& keys, const std::string& key) {
  yaml::Reader value = keys.get(key);
  return value ? value : keys.own.required(key);
}

void read_repeat(Stage& stage, const Layered& keys) {
  const yaml::Reader every = keys.get("every");
  const yaml::Reader times = keys.get("times");
  const std::string text = every.string();
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits > 0 && digits < 4 && text.substr(digits) == "wd") {
    stage.every_workdays = std::stoi(text.substr(0, digits));
    if (stage.every_workdays == 0)
      every.error(codes::kBadNumber, "a repetition every 0 workdays", "write 1wd or more");
  } else {
    stage.every = every.duration();
  }
  if (stage.every && *stage.every < std::chrono::minutes(1))
    every.error(codes::kBadNumber, "a repetition every " + every.string() + " is too often",
                "write 1m or more");
  if (times) {
    stage.times = static_cast<int>(std::clamp<int64_t>(times.integer(1), 0, 1'000'000));
    if (times.integer(1) < 1 || times.integer(1) > 1'000)
      times.error(codes::kBadNumber, "times: " + times.string() + " is out of range", "write 1 to 1000");
    if (!every)
      times.error(codes::kNotACondition, "'times' has no meaning without 'every'", "add every: 24h");
  }
}

/// `unless: acknowledged`, or `unless: { acknowledged: STAGE, by: ROLE }`.
void read_unless(Stage& stage, const Layered& keys, const std::vector<std::string>& ids) {
  const yaml::Reader unless = keys.get("unless");
  if (!unless) return;
  stage.unless_acknowledged = true;
  if (unless.is_scalar()) {
    unless.one_of({"acknowledged"});
    return;
  }
  const yaml::Reader which = unless.required("acknowledged");
  stage.unless_stage = which.string();
  if (which && std::find(ids.begin(), ids.end(), stage.unless_stage) == ids.end())
    which.error(codes::kUnknownStage, "unknown stage '" + stage.unless_stage + "'",
                suggest(stage.unless_stage, ids));
  const yaml::Reader by = unless.get("by");
  stage.unless_by = by.one_of({"unit", "village", "town", "zone", "department", "office", "committee",
                               "government", "special_committee", "headquarters"});
  unless.finish();
}

void read_words(Stage& stage, const Layered& keys, const StageScope& scope) {
  const yaml::Reader level = required(keys, "level");
  stage.level = parse_level(level.one_of(level_names(), "remind")).value_or(Level::remind);
  stage.severity =
      parse_severity(keys.get("severity").one_of(severity_names(), "notice")).value_or(Severity::notice);
  stage.title = keys.get("title").string(std::string(chinese(stage.level)));
  if (const yaml::Reader message = keys.get("message")) stage.message = Template::compile(message, scope.env);
}

}  // namespace

Stage read_stage(const std::string& id, const Layered& keys, const std::vector<std::string>& ids,
                 const StageScope& scope) {
  for (const char* key : {"id", "off"}) (void)keys.get(key);
  Stage stage;
  stage.id = id;
  stage.place = keys.own.place();
  stage.line = stage.place.file == scope.rule.file ? stage.place.line : scope.rule.line;
  if (auto at = read_schedule(required(keys, "at"), scope.schedule)) stage.at = std::move(*at);
  read_words(stage, keys, scope);
  const yaml::Reader to = required(keys, "to");
  stage.to = read_recipients(to, scope.subject);
  if (to.is_list() && to.items().empty())
    to.error(codes::kNobody, "stage '" + id + "' tells nobody", "name at least one recipient");
  stage.condition = read_condition(keys.get("if"), scope.env);
  read_repeat(stage, keys);
  read_unless(stage, keys, ids);
  keys.finish();
  return stage;
}

}  // namespace duban::rule
