#include "calendar/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "calendar/errors.hpp"
#include "calendar/notice.hpp"
#include "calendar/scan.hpp"
#include "calendar/workdays.hpp"
#include "core/yaml.hpp"

namespace duban::calendar {
namespace {

bool is_weekend(Date d) { return d.weekday() == 0 || d.weekday() == 6; }

ImportedYear from_notice(const std::string& name, std::string_view original, ImportedYear year,
                         Diagnostics& out) {
  out.add_source(name, original);
  const std::string text = plain_punctuation(original);
  const TextPlaces places(name, text, out);
  read_frame(text, year);
  if (year.year == 0) {
    out.error(errors::kNotImportable, {name, 0, 0}, "the text does not say which year it arranges",
              "expected a title 国务院办公厅关于2027年部分节假日安排的通知, or name the year");
    return year;
  }
  for (auto& paragraph : read_paragraphs(text, places)) {
    read_days(paragraph, year.year, places);
    year.holidays.push_back(std::move(paragraph.holiday));
  }
  if (year.holidays.empty())
    out.error(errors::kNotImportable, {name, 0, 0}, "the text has no paragraph of a holiday",
              "expected lines such as 一、元旦：1月1日至3日放假，共3天。");
  return year;
}

/// The ids and the usual name of "国庆节、中秋节"; no ids if one is unknown.
ImportedHoliday named(std::string_view text) {
  ImportedHoliday holiday;
  for (Scan scan{text}; !scan.done(); scan.skip("、")) {
    const auto* name = holiday_name(scan.rest);
    if (!name) return {};
    scan.skip(name->written);
    holiday.ids.emplace_back(name->id);
    holiday.name += (holiday.name.empty() ? "" : "、") + std::string(name->name);
  }
  return holiday;
}

ImportedHoliday& holiday_of(const yaml::Reader& day, ImportedYear& year) {
  const auto at = day.required("name");
  auto holiday = named(at.string());
  if (holiday.ids.empty())
    at.error(errors::kUnknownHoliday, fmt::format("no holiday is named '{}'", at.string()),
             "expected one of the seven holidays' names, such as 春节");
  for (auto& other : year.holidays)
    if (other.ids == holiday.ids) return other;
  return year.holidays.emplace_back(std::move(holiday));
}

/// JSON is YAML, so the findings have their places.
ImportedYear from_json(const std::string& name, std::string_view text, ImportedYear year, Diagnostics& out) {
  const auto root = yaml::Reader::parse(name, std::string(text), out);
  if (!root) return year;
  if (year.year == 0) year.year = static_cast<int>(root.required("year").integer());
  const auto papers = root.get("papers").strings();
  if (year.url.empty() && !papers.empty()) year.url = papers.front();
  for (const auto& day : root.required("days").items()) {
    auto& holiday = holiday_of(day, year);
    const auto date = day.required("date").date();
    if (!date) continue;
    if (day.required("isOffDay").boolean()) {
      holiday.off.insert(*date);
    } else if (is_weekend(*date)) {  // holiday-cn also names plain workdays (2020-02-03)
      holiday.work.insert(*date);
    }
  }
  if (year.holidays.empty())
    out.error(errors::kNotImportable, {name, 0, 0}, "the file has no days",
              "this year may not be announced yet");
  return year;
}

std::string list(const std::vector<std::string>& items, bool always) {
  if (items.size() == 1 && !always) return items.front();
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::vector<std::string> ranges(const std::set<Date>& days) {
  std::vector<std::string> all;
  for (auto first = days.begin(); first != days.end();) {
    auto last = first;
    for (auto next = std::next(last); next != days.end() && *next == *last + 1; ++next) last = next;
    all.push_back(first == last ? first->str() : first->str() + ".." + last->str());
    first = std::next(last);
  }
  return all;
}

/// An address or a number as YAML: bare where that is safe, as in the shipped files.
std::string scalar(const std::string& text) {
  const bool control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const bool bare = !control && text.find(": ") == text.npos && text.find(" #") == text.npos &&
                    text.find_first_of("!&*-?|>@%`\"'#,[]{}: ~") != 0 && !text.ends_with(':') &&
                    !text.ends_with(' ');
  return bare ? text : nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string to_yaml(const ImportedYear& year) {
  std::string text = fmt::format(
      "# 国务院办公厅关于{0}年部分节假日安排的通知. The form of this file, and how to add a year: "
      "README.md.\n"
      "year: {0}\nnotice:\n",
      year.year);
  if (!year.number.empty()) text += fmt::format("  number: {}\n", scalar(year.number));
  if (year.signed_on) text += fmt::format("  date: {}\n", year.signed_on->str());
  if (!year.url.empty()) text += fmt::format("  url: {}\n", scalar(year.url));
  text += "holidays:\n";
  for (const auto& holiday : year.holidays) {
    text += fmt::format("  - {{ id: {}, name: {}, off: {}", list(holiday.ids, false), holiday.name,
                        list(ranges(holiday.off), false));
    std::vector<std::string> work;
    for (const Date day : holiday.work) work.push_back(day.str());
    if (!work.empty()) text += fmt::format(", work: {}", list(work, true));
    text += " }\n";
  }
  return text;
}

/// New Year's days off may begin in the December before.
bool belongs(Date date, int year) {
  return date.year() == year || (date.year() == year - 1 && date.month() == 12);
}

/// What no file of a year may say, whatever form it was told in.
void check(const std::string& name, const ImportedYear& year, Diagnostics& out) {
  if (year.year <= kFirstYear || year.year > kLastYear)
    out.error(errors::kYear, {name, 0, 0}, fmt::format("{} is not a year of the calendar", year.year),
              fmt::format("expected {} to {}", kFirstYear + 1, kLastYear));
  std::set<Date> seen;
  for (const auto& holiday : year.holidays) {
    if (holiday.off.empty())
      out.error(
          errors::kUnreadSentence, {name, 0, 0}, fmt::format("no day off was found for {}", holiday.name),
          "expected at least one; a notice that only moves workdays goes under `changes` of its year's file");
    for (const Date day : holiday.work)
      if (!is_weekend(day))
        out.error(errors::kNotWeekend, {name, 0, 0}, fmt::format("{} is no Saturday or Sunday", day.str()),
                  "a make-up workday is a weekend day: correct the date");
    for (const auto* days : {&holiday.off, &holiday.work})
      for (const Date day : *days)
        if (!belongs(day, year.year))
          out.error(errors::kOutsideYear, {name, 0, 0},
                    fmt::format("{} does not belong to the arrangement of {}", day.str(), year.year),
                    fmt::format("expected {}-12-01 to {}-12-31", year.year - 1, year.year));
        else if (!seen.insert(day).second)
          out.error(errors::kListedTwice, {name, 0, 0}, fmt::format("{} is arranged twice", day.str()),
                    "a day is off or worked once");
  }
}

void warn_if_incomplete(const std::string& name, const ImportedYear& year, Diagnostics& out) {
  for (const auto id : usual_holidays()) {
    const bool there = std::any_of(year.holidays.begin(), year.holidays.end(), [&](auto& holiday) {
      return std::find(holiday.ids.begin(), holiday.ids.end(), id) != holiday.ids.end();
    });
    if (!there)
      out.warning(errors::kIncomplete, {name, 0, 0}, fmt::format("the text does not arrange '{}'", id),
                  "check that no paragraph is missing");
  }
}

}  // namespace

std::optional<ImportedFile> import_year(const std::string& name, std::string_view text,
                                        const ImportOptions& options, Diagnostics& out) {
  const size_t errors_before = out.error_count();
  ImportedYear year{options.year, options.number, {}, options.url, {}};
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const bool json = begin != text.npos && text[begin] == '{';
  year = json ? from_json(name, text, std::move(year), out) : from_notice(name, text, std::move(year), out);
  if (year.number.empty() && year.url.empty())
    out.error(errors::kNotice, {name, 0, 0}, "the text names neither the notice's number nor its address",
              "name one of them: 国办发明电〔2025〕7号, or https://…");
  if (out.error_count() == errors_before) check(name, year, out);
  if (out.error_count() != errors_before) return {};
  warn_if_incomplete(name, year, out);
  std::stable_sort(year.holidays.begin(), year.holidays.end(),
                   [](auto& a, auto& b) { return *a.off.begin() < *b.off.begin(); });
  return ImportedFile{year.year, to_yaml(year)};
}

}  // namespace duban::calendar
