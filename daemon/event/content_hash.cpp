#include <simdjson.h>

#include <cmath>

#include "core/hash.hpp"
#include "event/conversion.hpp"

namespace duban::event {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

/// Distinguishes kinds that could otherwise have the same bytes: "1", 1, true, [1].
enum class Salt : uint64_t { null = 1, boolean, number, real, text, list, object };

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15ull ^ (b + 0xD1B54A32D192ED03ull);
  x ^= x >> 32;
  x *= 0xD6E8FEB86659FD93ull;
  return x ^ x >> 32;
}

uint64_t salted(Salt salt, uint64_t value) { return mix(static_cast<uint64_t>(salt), value); }

uint64_t number_hash(double number) {
  if (number == std::floor(number) && std::abs(number) < 9e18) {
    return salted(Salt::number, static_cast<uint64_t>(static_cast<int64_t>(number)));
  }
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return salted(Salt::real, bits);
}

uint64_t object_hash(simdjson::dom::object object) {
  uint64_t sum = 0;  // a sum does not depend on the order
  for (const auto [key, value] : object) {
    if (!value.is_null()) sum += mix(hash64(key), content_hash(value));
  }
  return salted(Salt::object, sum);
}

uint64_t list_hash(simdjson::dom::array array) {
  uint64_t hash = 0;
  for (const element item : array) hash = mix(hash, content_hash(item));
  return salted(Salt::list, hash);
}

}  // namespace

uint64_t content_hash(const Json& json) {
  switch (json.type()) {
    case element_type::NULL_VALUE:
      return salted(Salt::null, 0);
    case element_type::BOOL:
      return salted(Salt::boolean, bool(json));
    case element_type::INT64:
      return salted(Salt::number, static_cast<uint64_t>(int64_t(json)));
    case element_type::UINT64:
      return salted(Salt::number, uint64_t(json));
    case element_type::DOUBLE:
      return number_hash(json);
    case element_type::STRING:
      return salted(Salt::text, hash64(json.get_string().value_unsafe()));
    case element_type::ARRAY:
      return list_hash(json.get_array().value_unsafe());
    case element_type::OBJECT:
      return object_hash(json.get_object().value_unsafe());
  }
  return 0;
}

}  // namespace duban::event
