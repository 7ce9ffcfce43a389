#include "core/hash.hpp"

#include <fmt/format.h>
#include <xxhash.h>

namespace duban {

uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string Hash128::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

Hash128 hash128(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

uint8_t slot_of(std::string_view kind, std::string_view key) {
  // The kind's hash as seed keeps ("ab", "c") and ("a", "bc") apart without joining them in memory.
  return static_cast<uint8_t>(XXH3_64bits_withSeed(key.data(), key.size(), hash64(kind)) % 256);
}

}  // namespace duban
