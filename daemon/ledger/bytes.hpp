// The bytes of a row: varints, and texts of which a repetition costs two bytes. Writing is unchecked beyond
// memory; reading checks every bound and throws Damaged, never reads outside its bytes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace duban::ledger {

/// A row's bytes are not what a writer of this program could have produced. Caught where the row is known.
struct Damaged {
  const char* reason;
};

/// Texts of a row that may be named again, in order of appearance. An event id or an area stands in a row
/// several times; the first kTexts of at least kTextBytes are remembered.
inline constexpr size_t kTexts = 16;
inline constexpr size_t kTextBytes = 4;

class Writer {
 public:
  void clear() { size_ = 0, texts_ = 0; }
  std::string_view bytes() const { return {buffer_.data(), size_}; }

  void byte(uint8_t value) { room(1)[0] = static_cast<char>(value), ++size_; }
  void varint(uint64_t value) {
    char* to = room(10);
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) to[n++] = static_cast<char>(value | 0x80);
    to[n++] = static_cast<char>(value);
    size_ += n;
  }
  void zigzag(int64_t value) {
    varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }
  void fixed64(uint64_t value) { raw(&value, sizeof value); }
  void fixed32(uint32_t value) { raw(&value, sizeof value); }
  void bytes(std::string_view text) { raw(text.data(), text.size()); }
  /// The number that stands for `text`: its length × 2, or the place of its first appearance × 2 + 1. After
  /// an even one the caller writes the bytes with literal().
  uint64_t text_code(std::string_view text) const {
    if (text.size() >= kTextBytes) {
      for (size_t i = 0; i < texts_; ++i) {
        const Place& known = places_[i];
        if (known.size == text.size() &&
            std::memcmp(buffer_.data() + known.at, text.data(), text.size()) == 0) {
          return i * 2 + 1;
        }
      }
    }
    return text.size() * 2;
  }
  void literal(std::string_view text) {
    if (text.size() >= kTextBytes && texts_ < kTexts) places_[texts_++] = {size_, text.size()};
    bytes(text);
  }
  void text(std::string_view value) {
    const uint64_t code = text_code(value);
    varint(code);
    if (code % 2 == 0) literal(value);
  }

 private:
  struct Place {
    size_t at = 0;
    size_t size = 0;
  };
  char* room(size_t n) {
    if (buffer_.size() - size_ < n) buffer_.resize(buffer_.size() * 2 + n + 256);
    return buffer_.data() + size_;
  }
  void raw(const void* data, size_t n) {
    if (n == 0) return;
    std::memcpy(room(n), data, n);
    size_ += n;
  }

  std::string buffer_;
  size_t size_ = 0;
  std::array<Place, kTexts> places_;
  size_t texts_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool at_end() const { return at_ == end_; }

  uint8_t byte() {
    if (at_ == end_) throw Damaged{"it ends too early"};
    return static_cast<uint8_t>(*at_++);
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint8_t b = byte();
      if (shift == 63 && b > 1) break;
      value |= static_cast<uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return value;
    }
    throw Damaged{"a number is too long"};
  }
  int64_t zigzag() {
    const uint64_t value = varint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint64_t fixed64() {
    uint64_t value = 0;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }
  uint32_t fixed32() {
    uint32_t value = 0;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view raw(size_t n) {
    if (n > left()) throw Damaged{"a text is longer than the row"};
    const std::string_view result(at_, n);
    at_ += n;
    return result;
  }
  /// A count of things that take at least `each` bytes; so a damaged one cannot ask for much memory.
  size_t count(size_t each = 1) {
    const uint64_t n = varint();
    if (n > left() / each) throw Damaged{"a count is larger than the row"};
    return static_cast<size_t>(n);
  }
  std::string_view text() { return text(varint()); }
  std::string_view text(uint64_t code) {
    if (code % 2 != 0) {
      if (code / 2 >= texts_) throw Damaged{"a text refers to one that is not there"};
      return known_[code / 2];
    }
    const std::string_view result = raw(static_cast<size_t>(code / 2));
    if (result.size() >= kTextBytes && texts_ < kTexts) known_[texts_++] = result;
    return result;
  }

 private:
  const char* at_;
  const char* end_;
  std::array<std::string_view, kTexts> known_;
  size_t texts_ = 0;
};

}  // namespace duban::ledger
