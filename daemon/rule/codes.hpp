// The codes of what can be wrong with rules, routes and constants, and of what is legal and surely a mistake.
// docs/errors.md shows an example of each.
#pragma once

namespace duban::rule::codes {

inline constexpr char kDuplicateRule[] = "E401";  // an id that another rule has
inline constexpr char kBadId[] = "E402";          // an id with other characters than letters, digits, - and _
inline constexpr char kUnknownKind[] = "E403";    // a subject that is no entity kind of the catalog
inline constexpr char kUnknownEvent[] = "E404";   // an event that the catalog does not have
inline constexpr char kUnknownField[] = "E405";   // an event field that the catalog does not declare
inline constexpr char kBadTrigger[] = "E406";     // a trigger of no kind, or of two
inline constexpr char kBadMeasure[] = "E407";     // a measure that cannot be counted or called
inline constexpr char kUnknownHoliday[] = "E408";   // a holiday or season that no calendar file has
inline constexpr char kBadSchedule[] = "E409";      // not `ANCHOR [± N UNIT]… [HH:MM]`
inline constexpr char kUnknownAnchor[] = "E410";    // an anchor that this rule, or this place, does not have
inline constexpr char kUnknownConstant[] = "E411";  // $name without a constant
inline constexpr char kUnknownLadder[] = "E412";    // a ladder that no file has
inline constexpr char kDuplicateLadder[] = "E413";  // a ladder declared twice
inline constexpr char kDuplicateStage[] = "E414";   // two stages with one id
inline constexpr char kUnknownStage[] = "E415";     // `off` or `acknowledged` for a stage that is not there
inline constexpr char kNoStages[] = "E416";         // a rule that would never say anything
inline constexpr char kBadRecipient[] = "E417";     // not an entry that `to` understands
inline constexpr char kNobody[] = "E418";           // a stage without `to`
inline constexpr char kBadTemplate[] = "E419";      // `${` without its `}`
inline constexpr char kNoIndex[] = "E420";          // a done_by that says nothing about whose evidence it is
inline constexpr char kBadLadderArea[] = "E421";    // an area of a ladder map that is no division code
inline constexpr char kUnknownRule[] = "E422";      // inherits_level_from a rule that is not there
inline constexpr char kBadNumber[] = "E423";        // a count out of its range
inline constexpr char kNotACondition[] = "E424";    // a key that has no meaning for this rule
inline constexpr char kUnknownChannel[] = "E501";   // a route to a channel that the settings do not define
inline constexpr char kNoChannel[] = "E502";        // a route that leads nowhere
inline constexpr char kBadConstants[] = "E503";   // constants that are no map, or a name that cannot be used
inline constexpr char kUnknownZone[] = "E504";    // no such time zone
inline constexpr char kBadAutomatic[] = "E505";   // a level that is no official act
inline constexpr char kBadQuiet[] = "E506";       // quiet hours that are none
inline constexpr char kBadWait[] = "E507";        // a time to wait that cannot be waited
inline constexpr char kChannelTwice[] = "E508";   // a channel that follows itself
inline constexpr char kBadInhibition[] = "E509";  // an inhibition by something that no alert has

inline constexpr char kStageNeverFires[] = "W001";  // a stage that can never fire
inline constexpr char kNeverHolds[] = "W002";       // a condition that can never hold
inline constexpr char kSaidTwice[] = "W003";  // two rules tell the same people the same at the same instant
inline constexpr char kNothingAfterDue[] = "W004";  // a deadline that nobody hears of when it has passed
inline constexpr char kFullScan[] = "W005";         // a trigger that nothing narrows
inline constexpr char kNotPublished[] = "W006";     // the coming year's calendar is not known
inline constexpr char kUnusedLadder[] = "W007";     // a ladder that no rule names
inline constexpr char kNoPlace[] = "W008";          // a recipient that nothing says the area of

}  // namespace duban::rule::codes
