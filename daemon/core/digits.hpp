// Decimal digits into a text that is already there. By hand: every journal entry and alert writes several
// instants, and a formatting library costs ten times as much.
#pragma once

#include <cstddef>
#include <string>

namespace duban {

/// Overwrites `width` characters of `out` from `at` on with `value`, zeros in front.
inline void put_digits(std::string& out, size_t at, size_t width, unsigned value) {
  for (size_t i = width; i-- > 0; value /= 10) out[at + i] = static_cast<char>('0' + value % 10);
}

}  // namespace duban
