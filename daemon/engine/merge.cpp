// `overlap: merge`: spans of one rule that overlap are one item for a subject, unless the later one has a
// higher grade: orange over red is the same rain, red over orange is news.
//
// The item keeps the key of the span that opened it. When that span is over, or concerns the subject no more,
// the item goes on with another that was live at that moment, and ends with the last of them.
#include <algorithm>

#include "engine/grades.hpp"
#include "engine/impl.hpp"

namespace duban::engine {

/// The live spans of a rule whose areas cover a subject, the highest grade first, then in order of opening;
/// whether `when` holds is not
/// asked.
std::vector<const LiveSpan*> Engine::Impl::spans_over(const rule::Rule& rule, const Entity& entity) const {
  std::vector<const LiveSpan*> spans;
  for (const size_t position : live.of(rule))
    if (covers(live[position], entity)) spans.push_back(&live[position]);
  const auto order = [&](const LiveSpan& span) {
    return std::tuple(-rank_of(rule, span.grade), span.opened, std::string_view(span.key));
  };
  std::sort(spans.begin(), spans.end(),
            [&](const LiveSpan* a, const LiveSpan* b) { return order(*a) < order(*b); });
  return spans;
}

std::string Engine::Impl::item_grade(const rule::Rule& rule, const Item& item) {
  if (const LiveSpan* span = find_span(rule, carrying(item))) return span->grade;
  const auto row = ledger.span(name_of(rule), carrying(item));
  return row ? span_origin(*row).grade : std::string{};
}

/// The span that an item goes on with: its own while that holds, else one that was live when that ended and
/// that no other item lives by.
const LiveSpan* Engine::Impl::carrier(Entity& entity, const rule::Rule& rule, const Item& item,
                                      const std::vector<const LiveSpan*>& spans) {
  const std::string& own = carrying(item);
  const auto row = ledger.span(name_of(rule), own);
  if (!row) return nullptr;
  for (const LiveSpan* span : spans)
    if (span->key == own && holds(rule, entity, span)) return span;
  const Instant ended = row->live ? now : row->closes;
  const std::string grade = item_grade(rule, item);
  const auto taken = [&](const LiveSpan& span) {
    return std::any_of(entity.items.begin(), entity.items.end(), [&](const Item& other) {
      return &other != &item && other.rule == item.rule && other.is_open() && carrying(other) == span.key;
    });
  };
  for (const LiveSpan* span : spans)
    if (span->key != own && within_grade(rule, span->grade, grade) && span->opened < ended && !taken(*span) &&
        holds(rule, entity, span))
      return span;
  return nullptr;
}

void Engine::Impl::refresh_merged(Entity& entity, const rule::Rule& rule, const Reason& reason) {
  const std::vector<const LiveSpan*> spans = spans_over(rule, entity);
  std::vector<std::string> grades;  // that have their item
  for (size_t i = 0; i < entity.items.size(); ++i) {
    Item& item = entity.items[i];
    if (item.rule != name_of(rule)) continue;
    const LiveSpan* span = carrier(entity, rule, item, spans);
    const LiveSpan* own = find_span(rule, carrying(item));
    if (span == nullptr && own != nullptr && covers(*own, entity) && item.is_open())
      end_item(entity, &rule, item, Outcome::void_);
    if (span == nullptr) continue;
    grades.push_back(span->grade);
    if (span != own) {
      item.carried = span->key == item.span ? std::string{} : span->key;
      ledger.touch(entity);
    }
    if (item.is_open())
      review(entity, rule, span, item, reason);
    else if (!is_over(rule, entity, span))
      open_item(entity, rule, span, &item, reason);
  }
  for (const LiveSpan* span : spans) {
    const auto told = [&](const std::string& grade) { return within_grade(rule, span->grade, grade); };
    if (std::any_of(grades.begin(), grades.end(), told)) continue;
    refresh_rule(entity, rule, span, reason);
    if (find_item(entity, name_of(rule), span->key) != nullptr) grades.push_back(span->grade);
  }
}

}  // namespace duban::engine
