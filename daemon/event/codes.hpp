// The codes of what can be wrong with a catalog; docs/errors.md shows an example of each.
#pragma once

namespace duban::event::codes {

inline constexpr char kUnknownType[] = "E201";     // not a field type
inline constexpr char kUnknownList[] = "E202";     // an enum names a list that no file has
inline constexpr char kBadName[] = "E203";         // a name that expressions cannot use, or that is taken
inline constexpr char kDuplicate[] = "E204";       // a kind, event or list declared twice
inline constexpr char kUnknownState[] = "E205";    // a state that the kind does not have
inline constexpr char kUnknownField[] = "E206";    // a field that is not declared
inline constexpr char kWrongFieldType[] = "E207";  // a field whose type does not fit its use
inline constexpr char kNoTransition[] = "E208";    // an event that says neither `creates` nor `from`
inline constexpr char kMissingState[] = "E209";    // no state for an entity that ends by itself
inline constexpr char kUnreachable[] = "W201";     // a state that no event leads to

}  // namespace duban::event::codes
