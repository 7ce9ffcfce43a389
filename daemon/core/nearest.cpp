// Guessing what a mistyped name was meant to be.
#include <fmt/format.h>

#include <algorithm>

#include "core/chinese_typing.hpp"
#include "core/diagnostic.hpp"
#include "core/utf8.hpp"

namespace duban {
namespace {

/// Longer words are no slips of the finger; keeps the quadratic distance small.
constexpr size_t kLongestWord = 64;
/// Names that a hint lists before it breaks off.
constexpr size_t kListedNames = 12;

/// Characters in one case and with one kind of dash: those slips cost nothing.
std::u32string folded(std::string_view word) {
  std::u32string out;
  while (!word.empty()) {
    const utf8::CodePoint c = utf8::first(word);
    word.remove_prefix(c.bytes);
    if (c.value >= 'A' && c.value <= 'Z')
      out += static_cast<char32_t>(c.value + ('a' - 'A'));
    else
      out += c.value == '-' ? U'_' : c.value;
  }
  return out;
}

/// Edit distance in which exchanging two neighbours counts once ("rainstrom", "rainstorm").
size_t distance(const std::u32string& a, const std::u32string& b) {
  const size_t columns = b.size() + 1;
  std::vector<size_t> before(columns), last(columns), row(columns);
  for (size_t j = 0; j < columns; ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j < columns; ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::u32string wanted = folded(word);
  if (wanted.empty() || wanted.size() > kLongestWord) return {};
  // A third of the letters may be wrong; in a word of two, one.
  size_t best_distance = std::max<size_t>(1, wanted.size() / 3) + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    const std::u32string name = folded(candidate);
    // One letter for another is a different word, not a slip.
    if (name.size() > kLongestWord || (wanted.size() == 1 && wanted != name)) continue;
    const size_t d = distance(wanted, name);
    if (d >= best_distance) continue;
    best_distance = d;
    best = candidate;
  }
  return best;
}

std::string suggest(std::string_view word, const std::vector<std::string>& candidates) {
  if (const std::string name = nearest(word, candidates); !name.empty())
    return fmt::format("did you mean '{}'?", name);
  for (const std::string_view name : meanings(word))
    if (std::find(candidates.begin(), candidates.end(), name) != candidates.end())
      return fmt::format("did you mean '{}'?", name);
  if (candidates.empty()) return {};
  if (candidates.size() == 1) return fmt::format("expected {}", candidates.front());
  const size_t listed = std::min(candidates.size(), kListedNames);
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(listed);
  return fmt::format("expected one of {}{}", fmt::join(candidates.begin(), end, ", "),
                     listed < candidates.size() ? ", …" : "");
}

}  // namespace duban
