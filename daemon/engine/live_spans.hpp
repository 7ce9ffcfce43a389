// The spans that are live, in order of opening; those of one rule are found without a look at the others, for
// every event asks each rule of its subject for them.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "engine/spans.hpp"

namespace duban::engine {

class LiveSpans {
 public:
  auto begin() { return spans_.begin(); }
  auto end() { return spans_.end(); }
  auto begin() const { return spans_.begin(); }
  auto end() const { return spans_.end(); }
  size_t size() const { return spans_.size(); }
  LiveSpan& operator[](size_t position) { return spans_[position]; }
  const LiveSpan& operator[](size_t position) const { return spans_[position]; }
  LiveSpan& back() { return spans_.back(); }

  /// Positions of a rule's spans, in order.
  std::span<const size_t> of(const rule::Rule& rule) const {
    const auto found = by_rule_.find(&rule);
    return found == by_rule_.end() ? std::span<const size_t>{} : found->second;
  }

  void push_back(LiveSpan span) {
    by_rule_[span.rule].push_back(spans_.size());
    spans_.push_back(std::move(span));
  }
  void erase(size_t position) {
    spans_.erase(spans_.begin() + static_cast<std::ptrdiff_t>(position));
    by_rule_.clear();
    for (size_t i = 0; i < spans_.size(); ++i) by_rule_[spans_[i].rule].push_back(i);
  }
  void clear() {
    spans_.clear();
    by_rule_.clear();
  }

 private:
  std::vector<LiveSpan> spans_;
  std::unordered_map<const rule::Rule*, std::vector<size_t>> by_rule_;
};

}  // namespace duban::engine
