#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/utf8.hpp"
#include "delivery/mail.hpp"

namespace duban::delivery {
namespace {

// Punycode's parameters (RFC 3492, 5).
constexpr uint32_t kBase = 36, kTMin = 1, kTMax = 26, kSkew = 38, kDamp = 700, kBias = 72, kFirst = 0x80;
constexpr size_t kLabel = 63;  // bytes

char digit_of(uint32_t value) { return static_cast<char>(value < 26 ? 'a' + value : '0' + (value - 26)); }

uint32_t adapted(uint32_t delta, uint32_t points, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / points;
  uint32_t k = 0;
  for (; delta > (kBase - kTMin) * kTMax / 2; k += kBase) delta /= kBase - kTMin;
  return k + (kBase - kTMin + 1) * delta / (delta + kSkew);
}

void append_variable(std::string& out, uint32_t delta, uint32_t bias) {
  for (uint32_t k = kBase;; k += kBase) {
    const uint32_t t = k <= bias ? kTMin : std::min(k - bias, kTMax);
    if (delta < t) break;
    out += digit_of(t + (delta - t) % (kBase - t));
    delta = (delta - t) / (kBase - t);
  }
  out += digit_of(delta);
}

/// A label of a domain as DNS has it.
std::string ascii_label(std::string_view label) {
  std::vector<uint32_t> points;
  std::string out;
  for (std::string_view rest = label; !rest.empty(); rest.remove_prefix(utf8::first(rest).bytes)) {
    points.push_back(utf8::first(rest).value);
    if (points.back() < kFirst) out += static_cast<char>(points.back());
  }
  if (out.size() == points.size()) return out;
  auto handled = static_cast<uint32_t>(out.size());
  const uint32_t basic = handled;
  if (basic > 0) out += '-';
  uint32_t next = kFirst, delta = 0, bias = kBias;
  while (handled < points.size()) {
    uint32_t lowest = UINT32_MAX;
    for (const uint32_t point : points) {
      if (point >= next) lowest = std::min(lowest, point);
    }
    delta += (lowest - next) * (handled + 1);
    next = lowest;
    for (const uint32_t point : points) {
      if (point < next) ++delta;
      if (point != next) continue;
      append_variable(out, delta, bias);
      bias = adapted(delta, handled + 1, handled == basic);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++next;
  }
  return "xn--" + out;
}

/// Empty if it is no domain: empty labels, labels that are too long.
std::string ascii_domain(std::string_view domain) {
  std::string out;
  for (;;) {
    const size_t dot = std::min(domain.find('.'), domain.size());
    const std::string label = ascii_label(domain.substr(0, std::min(dot, kLabel + 1)));
    if (label.empty() || label.size() > kLabel) return {};
    out += label;
    if (dot == domain.size()) return out;
    out += '.';
    domain.remove_prefix(dot + 1);
  }
}

}  // namespace

std::string mail_address(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || text.size() > 254 || plain_line(text) != text) return {};
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const bool marks = local.find_first_of(" <>()[]\\,;:\"@") != std::string_view::npos ||
                     domain.find_first_of(" <>()[]\\,;:\"/?#%@") != std::string_view::npos;
  const std::string ascii = marks ? std::string() : ascii_domain(domain);
  return ascii.empty() ? std::string() : std::string(local) + "@" + ascii;
}

}  // namespace duban::delivery
