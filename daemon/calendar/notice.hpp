// The parts of a State Council notice on holidays, read from its text.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/time.hpp"

namespace duban::calendar {

struct HolidayName {
  std::string_view written;  // “五一”国际劳动节
  std::string_view id;       // labour-day
  std::string_view name;     // 劳动节
};

/// The name with which `text` begins, the longest; null if none.
const HolidayName* holiday_name(std::string_view text);
/// The ids that a whole year's notice names.
const std::vector<std::string_view>& usual_holidays();

struct ImportedHoliday {
  std::vector<std::string> ids;
  std::string name;  // 中秋节、国庆节
  std::set<Date> off;
  std::set<Date> work;
};

struct ImportedYear {
  int year = 0;
  std::string number;
  std::optional<Date> signed_on;
  std::string url;
  std::vector<ImportedHoliday> holidays;
};

/// One numbered paragraph: "元旦" and "1月1日…上班。".
struct Paragraph {
  ImportedHoliday holiday;  // without days
  std::string_view body;
};

/// Full-width punctuation as ASCII, dashes as 至; one character for each, so that columns stay.
std::string plain_punctuation(std::string_view text);

/// Where findings about a text go. `part` is always a piece of that text.
class TextPlaces {
 public:
  /// `text` must outlive this.
  TextPlaces(std::string name, std::string_view text, Diagnostics& out)
      : name_(std::move(name)), text_(text), out_(out) {}

  void error(const char* code, std::string_view part, std::string message, std::string hint) const;

 private:
  std::string name_;
  std::string_view text_;
  Diagnostics& out_;
};

/// Fills what the head and the foot of a notice say, where `year` does not have it already.
void read_frame(std::string_view text, ImportedYear& year);
/// The paragraphs of a notice. Reports numbered ones that arrange days of no known holiday.
std::vector<Paragraph> read_paragraphs(std::string_view text, const TextPlaces& places);
/// Adds the days that a paragraph names to its holiday.
void read_days(Paragraph& paragraph, int year, const TextPlaces& places);

}  // namespace duban::calendar
