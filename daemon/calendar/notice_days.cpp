// Reads one paragraph of a notice:
// "2月15日(农历腊月二十八、周日)至23日(周一)放假调休,共9天。2月14日(周六)上班。"
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "calendar/errors.hpp"
#include "calendar/notice.hpp"
#include "calendar/scan.hpp"
#include "core/utf8.hpp"

namespace duban::calendar {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"日", "一", "二", "三", "四", "五", "六"};

/// Days that were read and are not yet said to be off or worked.
using Days = std::vector<Date>;

bool contains(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

class DaysReader {
 public:
  DaysReader(Paragraph& paragraph, int year, const TextPlaces& places)
      : holiday_(paragraph.holiday), body_(paragraph.body), year_(year), places_(places) {}

  void read() {
    for (std::string_view rest = body_; !rest.empty();) {
      const auto sentence = cut(rest, "。;");
      for (auto clauses = sentence; !clauses.empty();) read_clause(cut(clauses, ","));
      if (!pending_.empty())
        places_.error(errors::kUnreadSentence, sentence, "a sentence names days and not what becomes of them",
                      "expected 放假, 补休, 调休 or 上班");
      pending_.clear();
    }
    for (const Date day : moved_)
      if (!holiday_.off.contains(day)) holiday_.work.insert(day);
    if (holiday_.off.empty())
      places_.error(errors::kUnreadSentence, body_, fmt::format("no day off was found for {}", holiday_.name),
                    "expected such as 1月1日至3日放假");
  }

 private:
  /// The text up to one of `marks` outside of brackets; leaves what comes after it.
  static std::string_view cut(std::string_view& rest, std::string_view marks) {
    int depth = 0;
    for (size_t at = 0; at < rest.size();) {
      const auto here = rest.substr(at, utf8::first(rest.substr(at)).bytes);
      depth += here == "(" ? 1 : here == ")" ? -1 : 0;
      if (depth <= 0 && contains(marks, here)) {
        const auto part = rest.substr(0, at);
        rest.remove_prefix(at + here.size());
        return part;
      }
      at += here.size();
    }
    return std::exchange(rest, {});
  }

  void read_clause(std::string_view clause) {
    std::string words;  // the clause without dates and brackets
    std::optional<size_t> moved_at;
    read_dates(clause, words, moved_at);
    if (moved_at) {  // 两个公休日调至…: what goes before is worked, unless it is off itself
      moved_.insert(moved_.end(), pending_.begin(),
                    pending_.begin() + static_cast<std::ptrdiff_t>(*moved_at));
      holiday_.off.insert(pending_.begin() + static_cast<std::ptrdiff_t>(*moved_at), pending_.end());
    } else if (contains(words, "上班")) {
      holiday_.work.insert(pending_.begin(), pending_.end());
    } else if (contains(words, "放假") || contains(words, "补休") || contains(words, "调休")) {
      holiday_.off.insert(pending_.begin(), pending_.end());
    } else if (!contains(words, "公休") && !contains(words, "法定")) {
      check_count(clause, words);
      return;  // "2月6日(星期六),2月14日(星期日)上班": the verb comes in a later clause
    }
    pending_.clear();
    check_count(clause, words);
  }

  /// Moves the dates of a clause to pending_, everything else to `words`.
  void read_dates(std::string_view clause, std::string& words, std::optional<size_t>& moved_at) {
    bool range = false;
    for (Scan scan{clause}; !scan.done();) {
      if (scan.skip("(")) {
        skip_bracket(scan);
      } else if (scan.at_digit()) {
        const auto here = scan.rest;
        if (const auto date = read_date(scan)) {
          add(*date, range, here);
          check_weekday(*date, scan);
          range = scan.skip("至");
        } else {
          while (scan.at_digit()) words += scan.rest.front(), scan.rest.remove_prefix(1);
        }
      } else {
        if (scan.rest.starts_with("调至")) moved_at = pending_.size();
        const size_t bytes = utf8::first(scan.rest).bytes;
        if (scan.rest.front() != ' ' && scan.rest.front() != '\n') words += scan.rest.substr(0, bytes);
        scan.rest.remove_prefix(bytes);
      }
    }
  }

  static void skip_bracket(Scan& scan) {
    const size_t close = scan.rest.find(')');
    scan.rest.remove_prefix(close == scan.rest.npos ? scan.rest.size() : close + 1);
  }

  /// "2022年12月31日", "1月2日", "3日"; leaves the scan where it was if there is none.
  std::optional<Date> read_date(Scan& scan) {
    Scan ahead = scan;
    std::optional<int> year, month, day = ahead.number();
    if (day && ahead.skip("年")) year = day, ahead.skip_blanks(), day = ahead.number();
    if (day && ahead.skip("月")) month = day, ahead.skip_blanks(), day = ahead.number();
    if (!day || !ahead.skip("日")) return {};
    if (!month) month = month_;
    if (!year) year = *month == 12 && holiday_.ids.front() == "new-year" ? year_ - 1 : year_;
    const auto date = Date::parse(fmt::format("{:04}-{:02}-{:02}", *year, *month, *day));
    if (!date) {
      places_.error(errors::kDate, scan.rest, fmt::format("there is no {}-{}-{}", *year, *month, *day),
                    "correct the date");
      return {};
    }
    month_ = *month;
    scan = ahead;
    return date;
  }

  void add(Date date, bool range, std::string_view here) {
    if (!range || pending_.empty()) return pending_.push_back(date);
    if (date <= pending_.back() || date - pending_.back() > 31)
      return places_.error(errors::kDate, here,
                           fmt::format("{} does not end a range from {}", date.str(), pending_.back().str()),
                           "expected a later day, within a month");
    while (pending_.back() < date) pending_.push_back(pending_.back() + 1);
  }

  /// "(周四)", "(农历除夕、周二)" or "(星期四)" behind a date.
  void check_weekday(Date date, Scan& scan) {
    const auto here = scan.rest;
    scan.skip_blanks();
    if (!scan.skip("(")) return;
    const auto bracket = scan.rest.substr(0, scan.rest.find(')'));
    skip_bracket(scan);
    for (const std::string_view word : {"星期", "周"}) {
      const size_t at = bracket.find(word);
      if (at == bracket.npos) continue;
      if (!bracket.substr(at + word.size()).starts_with(kWeekdays[date.weekday()]))
        places_.error(
            errors::kWrongWeekday, here, fmt::format("{} is not what ({}) says", date.str(), bracket),
            fmt::format("it is 星期{}: correct the date or the weekday", kWeekdays[date.weekday()]));
      return;
    }
  }

  /// "共3天" and "放假1天" count the days off.
  void check_count(std::string_view clause, std::string_view words) {
    for (const std::string_view word : {"共", "放假"}) {
      const size_t at = words.find(word);
      if (at == words.npos) continue;
      Scan scan{words.substr(at + word.size())};
      const auto count = scan.number();
      if (!count || !scan.skip("天")) continue;
      if (static_cast<size_t>(*count) != holiday_.off.size())
        places_.error(errors::kWrongCount, clause,
                      fmt::format("the dates of {} are {} days off, not {}", holiday_.name,
                                  holiday_.off.size(), *count),
                      "correct the dates or the number");
    }
  }

  ImportedHoliday& holiday_;
  std::string_view body_;
  int year_;
  const TextPlaces& places_;
  int month_ = 1;
  Days pending_;
  Days moved_;
};

}  // namespace

void read_days(Paragraph& paragraph, int year, const TextPlaces& places) {
  DaysReader(paragraph, year, places).read();
}

}  // namespace duban::calendar
