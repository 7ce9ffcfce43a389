// Hashes that are stored or printed: they must never change between versions, machines or runs.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace duban {

/// XXH3, 64 bits, seed 0.
uint64_t hash64(std::string_view bytes);

struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  bool operator==(const Hash128&) const = default;
  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
};
/// XXH3, 128 bits, seed 0.
Hash128 hash128(std::string_view bytes);

/// The shard slot of an entity: a fixed hash of kind and key, modulo 256 (architecture.md, invariant 6).
uint8_t slot_of(std::string_view kind, std::string_view key);

}  // namespace duban
