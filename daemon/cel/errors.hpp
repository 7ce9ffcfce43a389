// The codes of what can be wrong with an expression, in one table (docs/errors.md explains each).
#pragma once

namespace duban::cel::codes {

inline constexpr char kSyntax[] = "E101";             // not an expression: what was expected there
inline constexpr char kUnknownName[] = "E102";        // no such variable or constant
inline constexpr char kUnknownFunction[] = "E103";    // no such function
inline constexpr char kUnknownField[] = "E104";       // the record has no such field
inline constexpr char kWrongArguments[] = "E105";     // no overload of operator or function takes these types
inline constexpr char kNeverEqual[] = "E106";         // a comparison of types that never compare
inline constexpr char kUnknownValue[] = "E107";       // a value that the field's vocabulary does not have
inline constexpr char kWrongResult[] = "E108";        // the expression has another type than is needed there
inline constexpr char kConstantCondition[] = "E109";  // a condition that does not depend on anything
inline constexpr char kBadPattern[] = "E110";         // not a regular expression of RE2
inline constexpr char kNumberRange[] = "E111";        // a number literal that its type cannot hold
inline constexpr char kTooLarge[] = "E112";           // longer or deeper than core/limits.hpp allows
inline constexpr char kAlwaysFails[] = "E113";  // a constant part that is an error whenever it is evaluated

}  // namespace duban::cel::codes
