#include "intake/merger.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace duban::intake {

using event::Input;
using event::Record;

namespace {

/// The instant of a record that states `stated`, follows one at `before` and was already there at `cap`.
Instant settled(Instant stated, Instant before, Instant cap) {
  if (stated <= cap) return std::max(stated, before);
  return before > Instant{} ? before : cap;
}

}  // namespace

Merger::Merger(std::vector<Input> inputs, const std::map<Input, int64_t>& next_offsets, Instant reached,
               Duration on_its_way)
    : on_its_way_(on_its_way), released_(reached), ticked_(reached) {
  for (Input& input : inputs) streams_[std::move(input)];
  for (const auto& [input, offset] : next_offsets) {
    const auto found = streams_.find(input);
    if (found != streams_.end()) found->second.next_offset = found->second.taken = offset;
  }
}

Merger::Stream& Merger::stream(const Input& input) {
  const auto [at, is_new] = streams_.try_emplace(input);
  // What came before it appeared has been released already.
  if (is_new) at->second.ends_known = std::max(released_, ticked_);
  return at->second;
}

void Merger::add(Record record) {
  Stream& s = stream(*record.input);
  Instant cap = kNever;
  for (const auto& [at, end] : s.awaited) {
    if (record.offset >= end) continue;
    cap = at + kClockTolerance;
    break;
  }
  const Instant stated = record.at;
  record.at = settled(stated, s.read_to, cap);
  if (stated <= cap) s.read_to = record.at;
  s.next_offset = record.offset + 1;
  s.records.push_back({std::move(record), stated, cap});
  while (!s.awaited.empty() && s.awaited.front().second <= s.next_offset) {
    s.ends_known = std::max(s.ends_known, s.awaited.front().first - on_its_way_);
    s.awaited.pop_front();
  }
}

void Merger::ends_at(Instant at, const Ends& ends) {
  for (const auto& [input, end] : ends.next_offset) {
    Stream& s = stream(input);
    if (s.next_offset >= end) {
      s.ends_known = std::max(s.ends_known, at - on_its_way_);
    } else {
      await(s, at, end);
    }
    const Instant cap = at + kClockTolerance;
    if (s.read_to > cap) put_right(s, cap, end);
  }
}

void Merger::await(Stream& s, Instant at, int64_t end) {
  if (!s.awaited.empty()) {
    auto& [last_at, last_end] = s.awaited.back();
    if (at < last_at || end < last_end) return;  // an answer that was overtaken says nothing new
    if (end == last_end) {
      last_at = at;
      return;
    }
    // Dropping one of the middle only means knowing later what is known of it.
    if (s.awaited.size() >= limits::kAwaitedEnds) s.awaited.pop_back();
  }
  s.awaited.emplace_back(at, end);
}

/// Records below `end` were there before `cap`: those that state a later instant are wrong.
void Merger::put_right(Stream& s, Instant cap, int64_t end) {
  Instant before = s.taken_to;
  for (Buffered& b : s.records) {
    if (b.record.offset < end) b.cap = std::min(b.cap, cap);
    b.record.at = settled(b.stated, before, b.cap);
    if (b.stated <= b.cap) before = b.record.at;
  }
  s.read_to = s.records.empty() && s.next_offset <= end ? cap : before;
}

void Merger::stop(const Input& input) { stream(input).stopped = true; }

Instant Merger::known(const Stream& s) {
  return s.stopped ? kNever : std::max(s.ends_known, s.read_to - Duration{1});
}

Instant Merger::known() const {
  Instant least = kNever;
  for (const auto& [input, s] : streams_) least = std::min(least, known(s));
  return least;
}

std::vector<Record> Merger::take(size_t limit, Instant clock) {
  const Instant until = known();
  const auto is_later = [](const auto* a, const auto* b) {
    const Instant x = a->second.records.front().record.at, y = b->second.records.front().record.at;
    return x != y ? x > y : b->first < a->first;
  };
  std::vector<std::pair<const Input, Stream>*> heads;  // a heap, the next record's stream first
  size_t most = 0;
  for (auto& entry : streams_) {
    most += entry.second.records.size();
    if (!entry.second.records.empty() && entry.second.records.front().record.at <= until)
      heads.push_back(&entry);
  }
  std::make_heap(heads.begin(), heads.end(), is_later);
  std::vector<Record> out;
  out.reserve(std::min(limit, most));
  while (out.size() < limit && !heads.empty()) {
    std::pop_heap(heads.begin(), heads.end(), is_later);
    Stream& s = heads.back()->second;
    Record record = std::move(s.records.front().record);
    s.records.pop_front();
    s.taken = record.offset + 1;
    s.taken_to = record.at;
    released_ = record.at = std::max({std::min(record.at, clock), released_, ticked_});
    out.push_back(std::move(record));
    if (s.records.empty() || s.records.front().record.at > until) {
      heads.pop_back();
    } else {
      std::push_heap(heads.begin(), heads.end(), is_later);
    }
  }
  ticked_ = frontier(clock);
  return out;
}

Instant Merger::frontier(Instant clock) const {
  const Instant until = known();
  Instant frontier = std::min(until, clock);
  for (const auto& [input, s] : streams_) {
    if (s.records.empty() || s.records.front().record.at > until) continue;
    const Instant next = std::max({std::min(s.records.front().record.at, clock), released_, ticked_});
    frontier = std::min(frontier, next - Duration{1});
  }
  return std::max(frontier, ticked_);
}

bool Merger::ready() const {
  const Instant until = known();
  return std::any_of(streams_.begin(), streams_.end(), [until](const auto& entry) {
    const auto& records = entry.second.records;
    return !records.empty() && records.front().record.at <= until;
  });
}

bool Merger::waiting() const { return buffered() > 0 && !ready(); }

size_t Merger::buffered(const Input& input) const {
  const auto found = streams_.find(input);
  return found == streams_.end() ? 0 : found->second.records.size();
}

size_t Merger::buffered() const {
  size_t sum = 0;
  for (const auto& [input, s] : streams_) sum += s.records.size();
  return sum;
}

std::map<Input, int64_t> Merger::taken() const {
  std::map<Input, int64_t> out;
  for (const auto& [input, s] : streams_) out[input] = s.taken;
  return out;
}

}  // namespace duban::intake
