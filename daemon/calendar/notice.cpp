#include "calendar/notice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "calendar/errors.hpp"
#include "calendar/scan.hpp"
#include "core/utf8.hpp"

namespace duban::calendar {
namespace {

constexpr std::array kNames{
    HolidayName{"元旦", "new-year", "元旦"},
    HolidayName{"春节", "spring-festival", "春节"},
    HolidayName{"清明节", "qingming", "清明节"},
    HolidayName{"清明", "qingming", "清明节"},
    HolidayName{"“五一”国际劳动节", "labour-day", "劳动节"},
    HolidayName{"国际劳动节", "labour-day", "劳动节"},
    HolidayName{"劳动节", "labour-day", "劳动节"},
    HolidayName{"“五一”", "labour-day", "劳动节"},
    HolidayName{"端午节", "dragon-boat", "端午节"},
    HolidayName{"端午", "dragon-boat", "端午节"},
    HolidayName{"中秋节", "mid-autumn", "中秋节"},
    HolidayName{"中秋", "mid-autumn", "中秋节"},
    HolidayName{"国庆节", "national-day", "国庆节"},
    HolidayName{"国庆", "national-day", "国庆节"},
    HolidayName{"“十一”", "national-day", "国庆节"},
    HolidayName{"抗日战争暨世界反法西斯战争胜利70周年纪念日", "victory-day", "抗战胜利70周年纪念日"},
};

using Replacement = std::pair<std::string_view, std::string_view>;
constexpr std::array kPlain{
    Replacement{"（", "("}, Replacement{"）", ")"},     Replacement{"：", ":"},  Replacement{"，", ","},
    Replacement{"；", ";"}, Replacement{"〔", "["},     Replacement{"〕", "]"},  Replacement{"［", "["},
    Replacement{"］", "]"}, Replacement{"　", " "},     Replacement{"\t", " "},  Replacement{"\r", " "},
    Replacement{"—", "至"}, Replacement{"–", "至"},     Replacement{"－", "至"}, Replacement{"～", "至"},
    Replacement{"-", "至"}, Replacement{"\u00a0", " "},
};

constexpr std::array<std::string_view, 10> kNumerals{"一", "二", "三", "四", "五",
                                                     "六", "七", "八", "九", "十"};
/// What comes after the last holiday.
constexpr std::array<std::string_view, 3> kFoot{"节假日期间", "国务院办公厅", "鼓励单位"};

bool skip_numeral(Scan& scan) {
  for (const auto numeral : kNumerals) {
    Scan ahead = scan;
    if (ahead.skip(numeral) && ahead.skip("、")) return scan = ahead, true;
  }
  return false;
}

/// Moves to where a heading may stand: behind "一、" anywhere, behind blanks and dashes on a new line.
bool skip_to_heading(Scan& scan, bool line_start) {
  if (line_start) {
    scan.skip_blanks();
    while (scan.skip("至")) {
    }
  }
  return skip_numeral(scan) || line_start;
}

/// Reads "中秋节、国庆节:". Without a colon a date must follow.
std::optional<ImportedHoliday> read_heading(Scan& scan) {
  ImportedHoliday holiday;
  do {
    scan.skip_blanks();
    const auto* name = holiday_name(scan.rest);
    if (!name) return {};
    scan.skip(name->written);
    holiday.ids.emplace_back(name->id);
    holiday.name += (holiday.name.empty() ? "" : "、") + std::string(name->name);
  } while (scan.skip("、") || scan.skip("和"));
  scan.skip_blanks();
  if (!scan.skip(":") && !scan.at_digit()) return {};
  return holiday;
}

std::string_view line_at(std::string_view rest) { return rest.substr(0, rest.find('\n')); }

bool arranges_days(std::string_view line) {
  return line.find("日") != line.npos && (line.find("放假") != line.npos || line.find("上班") != line.npos);
}

/// The four digits before the first `word`, or 0.
int year_before(std::string_view text, std::string_view word) {
  const size_t at = text.find(word);
  if (at == text.npos || at < 4) return 0;
  return Scan{text.substr(at - 4, 4)}.number().value_or(0);
}

/// "国办发明电[2025]7号" with the State Council's brackets.
std::string document_number(std::string_view text) {
  constexpr std::string_view kState = "国";
  for (size_t at = text.find(kState); at != text.npos; at = text.find(kState, at + 1)) {
    Scan scan{text.substr(at + kState.size())};
    scan.skip("办");
    if (!scan.skip("发")) continue;
    scan.skip("明电");
    const auto series = text.substr(at, static_cast<size_t>(scan.rest.data() - text.data()) - at);
    if (!scan.skip("[")) continue;
    const auto year = scan.number();
    if (!year || !scan.skip("]")) continue;
    const auto number = scan.number();
    if (number && scan.skip("号")) return fmt::format("{}〔{}〕{}号", series, *year, *number);
  }
  return "";
}

/// "2025年11月4日" behind the last "国务院办公厅".
std::optional<Date> signature(std::string_view text) {
  constexpr std::string_view kOffice = "国务院办公厅";
  const size_t at = text.rfind(kOffice);
  if (at == text.npos) return {};
  Scan scan{text.substr(at + kOffice.size())};
  const auto year = scan.number();
  if (!year || !scan.skip("年")) return {};
  const auto month = scan.number();
  if (!month || !scan.skip("月")) return {};
  const auto day = scan.number();
  if (!day || !scan.skip("日")) return {};
  return Date::parse(fmt::format("{:04}-{:02}-{:02}", *year, *month, *day));
}

}  // namespace

const HolidayName* holiday_name(std::string_view text) {
  const HolidayName* longest = nullptr;
  for (const auto& name : kNames) {
    if (text.starts_with(name.written) && (!longest || name.written.size() > longest->written.size()))
      longest = &name;
  }
  return longest;
}

const std::vector<std::string_view>& usual_holidays() {
  static const std::vector<std::string_view> ids{
      "new-year", "spring-festival", "qingming", "labour-day", "dragon-boat", "mid-autumn", "national-day"};
  return ids;
}

std::string plain_punctuation(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto found =
        std::find_if(kPlain.begin(), kPlain.end(), [&](auto& pair) { return text.starts_with(pair.first); });
    const size_t bytes = found == kPlain.end() ? utf8::first(text).bytes : found->first.size();
    plain += found == kPlain.end() ? text.substr(0, bytes) : found->second;
    text.remove_prefix(bytes);
  }
  return plain;
}

void TextPlaces::error(const char* code, std::string_view part, std::string message, std::string hint) const {
  const std::string_view before = text_.substr(0, static_cast<size_t>(part.data() - text_.data()));
  const size_t newline = before.rfind('\n');
  const std::string_view line = newline == before.npos ? before : before.substr(newline + 1);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  out_.error(code, {name_, static_cast<int>(lines) + 1, static_cast<int>(utf8::count(line)) + 1},
             std::move(message), std::move(hint));
}

void read_frame(std::string_view text, ImportedYear& year) {
  std::string compact;
  std::copy_if(text.begin(), text.end(), std::back_inserter(compact),
               [](char c) { return c != ' ' && c != '\n'; });
  if (year.year == 0) year.year = year_before(compact, "年部分节假日");
  if (year.year == 0) year.year = year_before(compact, "年元旦");
  if (year.number.empty()) year.number = document_number(compact);
  if (!year.signed_on) year.signed_on = signature(compact);
}

std::vector<Paragraph> read_paragraphs(std::string_view text, const TextPlaces& places) {
  std::vector<Paragraph> found;
  size_t at = 0, end = text.size();
  while (at < end) {
    Scan scan{text.substr(at, end - at)};
    const bool line_start = at == 0 || text[at - 1] == '\n';
    if (!found.empty() &&
        std::any_of(kFoot.begin(), kFoot.end(), [&](auto w) { return scan.rest.starts_with(w); })) {
      end = at;
      break;
    }
    Scan heading = scan;
    const bool numbered = skip_numeral(scan);
    if (skip_to_heading(heading, line_start)) {
      if (auto holiday = read_heading(heading)) {
        if (!found.empty()) found.back().body.remove_suffix(end - at);
        found.push_back({std::move(*holiday), heading.rest});
        at = static_cast<size_t>(heading.rest.data() - text.data());
        continue;
      }
      if (numbered && line_start && arranges_days(line_at(scan.rest)))
        places.error(
            errors::kUnreadSentence, scan.rest, "a numbered paragraph names no known holiday",
            "expected 一、元旦： or another holiday's name; a notice that changes one holiday goes under "
            "`changes` of its year's file, by hand");
    }
    at += utf8::first(text.substr(at)).bytes;
  }
  if (!found.empty()) found.back().body.remove_suffix(text.size() - end);
  return found;
}

}  // namespace duban::calendar
