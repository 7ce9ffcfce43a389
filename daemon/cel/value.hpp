// Values of the expression language, and the memory they live in.
//
// A Value is 16 bytes, trivially copyable, and owns nothing: strings, lists, maps and records point into an
// Arena (or into anything else that outlives it). So an evaluation allocates only when an expression builds a
// new string or list, and a batch frees everything at once.
#pragma once

#include <compare>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace duban::cel {

enum class Kind : uint8_t {
  absent,  // a declared field that has no value; reading it in an expression is an error, has() is false
  error,   // the result of a failed evaluation; text() is the reason
  null,
  boolean,
  integer,
  uinteger,
  floating,
  string,
  bytes,
  timestamp,  // seconds and nanoseconds, UTC
  duration,   // seconds and nanoseconds
  date,       // a civil date (this project's addition to CEL)
  list,
  map,
  record,  // declared fields by position, see RecordType
  type,
};

class Value;
struct MapEntry;
struct RecordType;  // cel/type.hpp

/// Bump allocation; everything is freed with the arena. Not thread-safe.
class Arena {
 public:
  Arena() : memory_(4096) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text);
  /// Uninitialised room for n values.
  Value* values(size_t n);
  MapEntry* entries(size_t n);
  /// A deep copy of `v`: afterwards it depends on nothing but this arena (records become copies of their
  /// fields; RecordTypes are never copied).
  Value copy(const Value& v);
  /// Frees all; the largest block is kept for reuse.
  void reset() { memory_.release(); }

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

class Value {
 public:
  constexpr Value() : i_(0) {}
  static constexpr Value absent() { return {}; }
  static constexpr Value null() { return Value(Kind::null, int64_t{0}); }
  static constexpr Value of(bool b) { return Value(Kind::boolean, int64_t{b}); }
  static constexpr Value of(int64_t i) { return Value(Kind::integer, i); }
  static constexpr Value of(int i) { return Value(Kind::integer, int64_t{i}); }
  static Value of_unsigned(uint64_t u) { return Value(Kind::uinteger, static_cast<int64_t>(u)); }
  static Value of(double d) {
    Value v(Kind::floating, int64_t{0});
    v.d_ = d;
    return v;
  }
  /// Does not copy; the caller's characters must outlive the value.
  static Value of(std::string_view s) { return Value(Kind::string, s); }
  /// Without this a literal would convert to bool.
  static Value of(const char* s) { return of(std::string_view(s)); }
  static Value of_bytes(std::string_view s) { return Value(Kind::bytes, s); }
  static constexpr Value of(Date d) { return Value(Kind::date, int64_t{d.days}); }
  static Value of(Instant t);
  static constexpr Value timestamp(int64_t seconds, uint32_t nanos) {
    return Value(Kind::timestamp, seconds, nanos);
  }
  /// Negative durations have both parts ≤ 0; `nanos` is stored as seconds rounded down and 0 ≤ nanos < 1e9.
  static constexpr Value duration(int64_t seconds, uint32_t nanos) {
    return Value(Kind::duration, seconds, nanos);
  }
  static Value of(std::span<const Value> items);
  /// Entries must be sorted by `MapEntry::key` order of cel::compare_keys, without duplicates.
  static Value of_map(std::span<const MapEntry> sorted);
  /// `fields` has type->fields.size() values.
  static Value of_record(const RecordType* type, const Value* fields);
  /// A type as a value, by its name in CEL: "int", "list", "google.protobuf.Timestamp". Not copied.
  static Value of_type(std::string_view name) { return Value(Kind::type, name); }
  /// `reason` is not copied: a literal or arena text.
  static Value error(std::string_view reason) { return Value(Kind::error, reason); }

  Kind kind() const { return kind_; }
  bool is(Kind k) const { return kind_ == k; }
  bool is_error() const { return kind_ == Kind::error; }
  bool is_absent() const { return kind_ == Kind::absent; }
  bool is_true() const { return kind_ == Kind::boolean && i_ != 0; }

  // Each requires the kind in its name.
  bool boolean() const { return i_ != 0; }
  int64_t integer() const { return i_; }
  uint64_t uinteger() const { return static_cast<uint64_t>(i_); }
  double floating() const { return d_; }
  /// Of a string, bytes, error or type value.
  std::string_view text() const { return {s_, size_}; }
  Date date() const { return Date{static_cast<int32_t>(i_)}; }
  int64_t seconds() const { return i_; }
  uint32_t nanos() const { return size_; }
  /// Of a timestamp; finer than milliseconds is cut.
  Instant instant() const { return instant_of_ms(i_ * 1000 + size_ / 1'000'000); }
  std::span<const Value> items() const { return {list_, size_}; }
  std::span<const MapEntry> entries() const;
  const RecordType* record_type() const;
  uint16_t record_index() const { return record_type_; }
  const Value* fields() const { return list_; }

  /// The value under a string key of a map or a field of a record; absent if there is none.
  Value get(std::string_view key) const;
  /// Text of a string value, else `fallback`.
  std::string_view string_or(std::string_view fallback) const { return is(Kind::string) ? text() : fallback; }

 private:
  constexpr Value(Kind kind, int64_t i, uint32_t size = 0) : i_(i), size_(size), kind_(kind) {}
  Value(Kind kind, std::string_view s) : s_(s.data()), size_(static_cast<uint32_t>(s.size())), kind_(kind) {}

  union {
    int64_t i_;
    double d_;
    const char* s_;
    const Value* list_;
    const MapEntry* map_;
  };
  uint32_t size_ = 0;
  uint16_t record_type_ = 0;  // index into the process-wide table of RecordTypes
  Kind kind_ = Kind::absent;
};
static_assert(sizeof(Value) == 16);

struct MapEntry {
  Value key;
  Value value;
};

inline std::span<const MapEntry> Value::entries() const { return {map_, size_}; }

/// Equality as CEL defines it: across int, uint and double by numeric value; lists and maps deep; absent,
/// error and different kinds are unequal.
bool equal(const Value& a, const Value& b);
/// Total order of map keys (by kind, then value; equal numbers of different kinds are equal).
std::strong_ordering compare_keys(const Value& a, const Value& b);
/// As JSON: timestamps, durations and dates as strings, records as objects of their present fields.
void append_json(std::string& out, const Value& v);
std::string to_json(const Value& v);
/// For people: strings bare, dates "2023-02-07", numbers plain, lists "a, b".
std::string to_text(const Value& v);

}  // namespace duban::cel
