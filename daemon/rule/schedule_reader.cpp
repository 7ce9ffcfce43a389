#include "rule/schedule_reader.hpp"

#include <algorithm>
#include <array>

#include "core/chinese_typing.hpp"
#include "core/utf8.hpp"
#include "rule/codes.hpp"

namespace duban::rule {
namespace {

using Base = cel::Type::Base;

struct UnitName {
  std::string_view name;
  Unit unit;
  int most;  // a hundred years: farther steps are slips of the pen and leave the calendar
};
constexpr std::array<UnitName, 6> kUnits = {{{"m", Unit::minutes, 52'560'000},
                                             {"h", Unit::hours, 876'000},
                                             {"d", Unit::days, 36'500},
                                             {"w", Unit::weeks, 5'200},
                                             {"mo", Unit::months, 1'200},
                                             {"wd", Unit::workdays, 25'000}}};
constexpr char kForm[] = "write ANCHOR [± N UNIT] [HH:MM], such as due - 3wd 09:00";

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::string_view source, const ScheduleScope& scope, std::vector<cel::Issue>& issues)
      : source_(source), scope_(scope), issues_(issues) {}

  std::optional<Schedule> schedule() {
    const size_t before = issues_.size();
    Schedule result;
    result.source = std::string(source_);
    if (full_width()) return {};
    anchor(result);
    while (issues_.size() == before && sign()) step(result.steps);
    if (issues_.size() == before && !at_end()) result.time = time();
    if (issues_.size() == before && !at_end()) fail("unexpected '" + std::string(rest()) + "'", kForm);
    if (issues_.size() > before) return {};
    return result;
  }

  std::vector<Step> steps() {
    const size_t before = issues_.size();
    std::vector<Step> result;
    do step(result);
    while (issues_.size() == before && !at_end());
    return result;
  }

 private:
  void skip() {
    while (at_ < source_.size() && source_[at_] == ' ') ++at_;
  }
  bool at_end() {
    skip();
    return at_ == source_.size();
  }
  std::string_view rest() const { return source_.substr(at_); }

  template <typename Predicate>
  std::string_view take(Predicate predicate) {
    const size_t begin = at_;
    while (at_ < source_.size() && predicate(source_[at_])) ++at_;
    return source_.substr(begin, at_ - begin);
  }

  /// Reports the first full-width character; what stands behind it would only be misunderstood.
  bool full_width() {
    for (size_t at = 0; at < source_.size();) {
      const size_t length = utf8::first(source_.substr(at)).bytes;
      if (const auto ascii = ascii_of(source_.substr(at)); !ascii.empty()) {
        fail_at(at, length, codes::kBadSchedule,
                "'" + std::string(source_.substr(at, length)) + "' is a full-width character",
                "write " + std::string(ascii));
        return true;
      }
      at += length;
    }
    return false;
  }

  void fail_at(size_t offset, size_t length, std::string code, std::string message, std::string hint) {
    issues_.push_back({offset, length, std::move(code), std::move(message), std::move(hint)});
  }
  void fail(std::string message, std::string hint) {
    fail_at(at_, 1, codes::kBadSchedule, std::move(message), std::move(hint));
  }

  std::vector<std::string> known_anchors() const {
    std::vector<std::string> names;
    if (scope_.span) names.insert(names.end(), {"start", "end"});
    if (scope_.due) names.push_back("due");
    if (scope_.item) names.push_back("opened");
    if (scope_.stage) names.insert(names.end(), {"ended", "decided(LEVEL)"});
    if (scope_.trigger) names.insert(names.end(), {"trigger.start", "trigger.end"});
    add_fields(names, "trigger", scope_.trigger_kind);
    if (scope_.subject != nullptr) add_fields(names, scope_.subject->name, scope_.subject);
    return names;
  }

  static void add_fields(std::vector<std::string>& names, const std::string& of,
                         const event::EntityKind* kind) {
    if (kind == nullptr) return;
    for (const auto& field : kind->layout->fields) {
      if (field.type.base == Base::date || field.type.base == Base::timestamp)
        names.push_back(of + "." + field.name);
    }
  }

  void anchor(Schedule& result) {
    skip();
    const size_t begin = at_;
    const std::string word(take([](char c) { return is_word(c) || is_digit(c) || c == '.'; }));
    if (word.empty() || !is_word(word[0])) {
      at_ = begin;
      return fail(source_.empty() ? "an empty schedule" : "a schedule begins with its anchor", kForm);
    }
    if (word == "decided" && scope_.stage) return decided(result);
    if (named_anchor(word, result) || field_anchor(word, result)) return;
    fail_at(begin, word.size(), codes::kUnknownAnchor, why_unknown(word), suggest(word, known_anchors()));
  }

  bool named_anchor(const std::string& word, Schedule& result) const {
    struct Known {
      std::string_view name;
      Anchor anchor;
      bool allowed;
    };
    const Known known[] = {{"due", Anchor::due, scope_.due},
                           {"opened", Anchor::opened, scope_.item},
                           {"ended", Anchor::ended, scope_.stage},
                           {"trigger.start", Anchor::trigger_start, scope_.trigger || scope_.span},
                           {"trigger.end", Anchor::trigger_end, scope_.trigger || scope_.span},
                           {"start", Anchor::trigger_start, scope_.span},
                           {"end", Anchor::trigger_end, scope_.span}};
    const auto found = std::find_if(std::begin(known), std::end(known),
                                    [&](const Known& k) { return k.allowed && k.name == word; });
    if (found == std::end(known)) return false;
    result.anchor = found->anchor;
    return true;
  }

  bool field_anchor(const std::string& word, Schedule& result) const {
    return field_anchor(word, "trigger", scope_.trigger_kind, Anchor::trigger_field, result) ||
           (scope_.subject != nullptr &&
            field_anchor(word, scope_.subject->name, scope_.subject, Anchor::field, result));
  }

  static bool field_anchor(const std::string& word, const std::string& of, const event::EntityKind* kind,
                           Anchor anchor, Schedule& result) {
    if (kind == nullptr || !word.starts_with(of + ".")) return false;
    const auto& layout = *kind->layout;
    const int field = layout.find(std::string_view(word).substr(of.size() + 1));
    if (field < 0) return false;
    const Base base = layout.fields[field].type.base;
    if (base != Base::date && base != Base::timestamp) return false;
    result.anchor = anchor;
    result.field = field;
    return true;
  }

  std::string why_unknown(const std::string& word) const {
    if (word == "due" && scope_.stage) return "'due' stands in a rule without a due date";
    if ((word == "trigger.start" || word == "trigger.end") && !scope_.trigger)
      return "'" + word + "' stands in a rule without a trigger";
    if (word == "due" || word == "opened" || word == "ended" || word == "decided" || word == "start" ||
        word == "end")
      return "'" + word + "' has no meaning here";
    for (const auto& [of, kind] :
         {std::pair(std::string("trigger"), scope_.trigger_kind),
          std::pair(scope_.subject != nullptr ? scope_.subject->name : std::string{}, scope_.subject)}) {
      if (kind == nullptr || !word.starts_with(of + ".")) continue;
      const std::string field = word.substr(of.size() + 1);
      const int position = kind->layout->find(field);
      if (position >= 0)
        return "field '" + field + "' is a " +
               kind->layout->fields[static_cast<size_t>(position)].type.str() + ", no date or timestamp";
      return "unknown field '" + field + "' of " + kind->name;
    }
    return "unknown anchor '" + word + "'";
  }

  void decided(Schedule& result) {
    result.anchor = Anchor::decided;
    if (at_ >= source_.size() || source_[at_] != '(')
      return fail("decided needs a level", "write decided(interview)");
    ++at_;
    const size_t begin = at_;
    const std::string word(take(is_word));
    const auto level = parse_level(word);
    if (!level)
      return fail_at(begin, word.size(), codes::kBadSchedule, "unknown level '" + word + "'",
                     suggest(word, level_names()));
    result.level = *level;
    if (at_ >= source_.size() || source_[at_] != ')')
      return fail("')' is missing", "write decided(" + word + ")");
    ++at_;
  }

  /// Takes '+' or '-' if one stands here.
  bool sign() {
    skip();
    if (at_ == source_.size() || (source_[at_] != '+' && source_[at_] != '-')) return false;
    negative_ = source_[at_++] == '-';
    return true;
  }

  void step(std::vector<Step>& steps) {
    skip();
    if (at_ < source_.size() && source_[at_] == '$') return constant_step(steps);
    const size_t begin = at_;
    const std::string digits(take(is_digit));
    if (digits.empty()) return fail("a number is expected here", "write N UNIT, such as 3wd");
    unit(begin, digits, steps);
  }

  void unit(size_t begin, const std::string& digits, std::vector<Step>& steps) {
    skip();
    const size_t unit_begin = at_;
    // Bytes above ASCII too: a unit that was written in Chinese.
    const std::string word(
        take([](char c) { return is_word(c) || (static_cast<unsigned char>(c) & 0x80U) != 0; }));
    const auto found =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const UnitName& u) { return u.name == word; });
    if (found == kUnits.end())
      return fail_at(unit_begin, std::max<size_t>(word.size(), 1), codes::kBadSchedule,
                     word.empty() ? "a number without a unit" : "unknown unit '" + word + "'",
                     meanings(word).empty() ? "expected one of m, h, d, w, mo, wd"
                                            : suggest(word, {"m", "h", "d", "w", "mo", "wd"}));
    if (digits.size() > 9 || std::stol(digits) > found->most)
      return fail_at(begin, digits.size(), codes::kBadSchedule,
                     digits + word + " is more than a hundred years", "write a smaller number");
    const int count = std::stoi(digits);
    steps.push_back({negative_ ? -count : count, found->unit});
  }

  /// The text of the `$name` that stands here; null and an issue if there is none.
  const std::string* constant(std::string& name) {
    const size_t begin = at_++;
    name = std::string(take([](char c) { return is_word(c) || is_digit(c) || c == '.'; }));
    std::vector<std::string> names;
    if (scope_.constants != nullptr) {
      if (const auto found = scope_.constants->find(name); found != scope_.constants->end())
        return &found->second;
      for (const auto& [known, text] : *scope_.constants) names.push_back(known);
    }
    fail_at(begin, name.size() + 1, codes::kUnknownConstant, "unknown constant '$" + name + "'",
            names.empty() ? "the settings have no constants" : suggest(name, names));
    return nullptr;
  }

  void constant_step(std::vector<Step>& steps) {
    const size_t begin = at_;
    std::string name;
    const std::string* text = constant(name);
    if (text == nullptr) return;
    if (!text->empty() && std::all_of(text->begin(), text->end(), is_digit)) return unit(begin, *text, steps);
    std::vector<cel::Issue> inner_issues;
    const ScheduleScope no_constants;  // a constant names no other
    Parser inner(*text, no_constants, inner_issues);
    inner.negative_ = negative_;
    const auto inner_steps = inner.steps();
    if (inner_issues.empty()) {
      steps.insert(steps.end(), inner_steps.begin(), inner_steps.end());
    } else {
      fail_at(begin, name.size() + 1, codes::kBadSchedule, "constant '$" + name + "' is '" + *text + "'",
              "expected N UNIT, such as 10d or 3wd");
    }
  }

  std::optional<TimeOfDay> time() {
    const size_t begin = at_;
    std::string word;
    if (source_[at_] == '$') {
      std::string name;
      const std::string* text = constant(name);
      if (text == nullptr) return {};
      word = *text;
    } else {
      word = std::string(take([](char c) { return c != ' '; }));
    }
    const auto parsed = TimeOfDay::parse(word);
    if (!parsed && is_digit(word[0]) && word.find(':') == std::string::npos)
      fail_at(begin, word.size(), codes::kBadSchedule, "'" + word + "' has no sign",
              "write + or - before a number of days, or a time as 09:00");
    else if (!parsed)
      fail_at(begin, word.size(), codes::kBadSchedule, "'" + word + "' is not a time of day",
              "expected 00:00 to 24:00, such as 09:00");
    return parsed;
  }

  std::string_view source_;
  const ScheduleScope& scope_;
  std::vector<cel::Issue>& issues_;
  size_t at_ = 0;
  bool negative_ = false;
};

void report(const yaml::Reader& scalar, std::vector<cel::Issue>& issues) {
  for (cel::Issue& issue : issues)
    scalar.diagnostics().error(issue.code, scalar.place_at(issue.offset), issue.message, issue.hint);
}

}  // namespace

std::optional<Schedule> parse_schedule(std::string_view source, const ScheduleScope& scope,
                                       std::vector<cel::Issue>& issues) {
  return Parser(source, scope, issues).schedule();
}

std::vector<Step> parse_steps(std::string_view source, const ScheduleScope& scope,
                              std::vector<cel::Issue>& issues) {
  return Parser(source, scope, issues).steps();
}

std::optional<Schedule> read_schedule(const yaml::Reader& scalar, const ScheduleScope& scope) {
  if (!scalar) return {};
  std::vector<cel::Issue> issues;
  auto schedule = parse_schedule(scalar.string(), scope, issues);
  report(scalar, issues);
  return schedule;
}

std::vector<Step> read_steps(const yaml::Reader& scalar, const ScheduleScope& scope) {
  if (!scalar) return {};
  std::vector<cel::Issue> issues;
  auto steps = parse_steps(scalar.string(), scope, issues);
  report(scalar, issues);
  return steps;
}

}  // namespace duban::rule
