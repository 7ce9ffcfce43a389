// Codes of what can be wrong in calendar data; docs/errors.md lists them.
#pragma once

namespace duban::calendar::errors {

inline constexpr char kNoFiles[] = "E301";      // the folder, statutory.yaml or every file is missing
inline constexpr char kFileKind[] = "E302";     // a file that is neither a year, nor statutory, nor seasons
inline constexpr char kYear[] = "E303";         // a year out of range, or given by two files
inline constexpr char kDate[] = "E304";         // not a date, not a range of dates
inline constexpr char kOutsideYear[] = "E305";  // a date that a notice for this year cannot arrange
inline constexpr char kListedTwice[] = "E306";  // a day, a holiday, a season's area that stands there already
inline constexpr char kNotWeekend[] = "E307";   // a make-up workday that is a workday anyway
inline constexpr char kUnknownHoliday[] = "E308";  // an id that statutory.yaml does not have
inline constexpr char kNotOneRun[] = "E309";       // a workday between the days off of one holiday
inline constexpr char kNotice[] = "E310";  // a notice without number and address, or one that is not declared
inline constexpr char kSeason[] = "E311";  // a season whose dates or area make no sense
inline constexpr char kStatutory[] = "E312";      // a statutory holiday without its date
inline constexpr char kNotImportable[] = "E321";  // neither a notice nor holiday-cn JSON, or without its year
inline constexpr char kUnreadSentence[] = "E322";  // a sentence of a notice that was not understood
inline constexpr char kWrongWeekday[] = "E323";    // "1月4日（周一）" of a day that is a Sunday
inline constexpr char kWrongCount[] = "E324";      // "共3天" of four days
inline constexpr char kIncomplete[] = "W301";      // a notice that does not name all holidays

}  // namespace duban::calendar::errors
