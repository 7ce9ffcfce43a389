// How values compare. Numbers compare across int, uint and double; with a double both are taken as doubles.
#pragma once

#include <compare>

#include "cel/value.hpp"

namespace duban::cel {

inline bool is_number(Kind k) { return k == Kind::integer || k == Kind::uinteger || k == Kind::floating; }

/// Both must be numbers. Unordered with NaN.
std::partial_ordering compare_numbers(const Value& a, const Value& b);

/// Order of `<` and the like. False if the two kinds have no order between them.
bool compare(const Value& a, const Value& b, std::partial_ordering& order);

/// The value under `key` (of any kind) of a map; null if there is none.
const Value* find_key(std::span<const MapEntry> sorted, const Value& key);

}  // namespace duban::cel
