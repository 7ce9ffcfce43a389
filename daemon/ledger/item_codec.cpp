#include "ledger/item_codec.hpp"

namespace duban::ledger {

namespace {

// Which members differ from what they mostly are; the others take no room.
enum Has : uint64_t {
  kSpan = 1 << 0,
  kPlanned = 1 << 1,  // else as opened
  kDue = 1 << 2,
  kDueDate = 1 << 3,
  kProvisional = 1 << 4,
  kEnded = 1 << 5,
  kLevel = 1 << 6,
  kFloor = 1 << 7,
  kDecided = 1 << 8,
  kNext = 1 << 9,
  kDone = 1 << 10,
  kStreak = 1 << 11,
  kNearMiss = 1 << 12,
  kFired = 1 << 13,
  kDecisions = 1 << 14,
  kTold = 1 << 15,
  kNoticed = 1 << 16,  // else as opened
  kReopened = 1 << 17,
  kMisses = 1 << 18,  // and their year
  kCause = 1 << 19,
  kCarried = 1 << 20,
  kCleared = 1 << 21,
  kProposals = 1 << 22,
};
constexpr uint64_t kAllBits = (1 << 23) - 1;

bool has_cause(const Cause& cause) {
  return cause.type != NameId{} || cause.topic != NameId{} || cause.partition != 0 || cause.offset != -1 ||
         !cause.id.empty();
}

void write_cause(Writer& out, const Cause& cause) {
  out.zigzag(static_cast<int32_t>(cause.type));
  out.zigzag(static_cast<int32_t>(cause.topic));
  out.zigzag(cause.partition);
  out.zigzag(cause.offset);
  out.text(cause.id);
}

void read_cause(Reader& in, Cause& cause) {
  cause.type = NameId{static_cast<int32_t>(in.zigzag())};
  cause.topic = NameId{static_cast<int32_t>(in.zigzag())};
  cause.partition = static_cast<int32_t>(in.zigzag());
  cause.offset = in.zigzag();
  cause.id.assign(in.text());
}

void clear(Cause& cause) {
  cause.type = cause.topic = NameId{};
  cause.partition = 0;
  cause.offset = -1;
  cause.id.clear();
}

uint64_t mask_of(const Item& item) {
  uint64_t mask = 0;
  const auto note = [&mask](bool is, uint64_t bit) { mask |= is ? bit : 0; };
  note(!item.span.empty(), kSpan);
  note(item.planned != item.opened, kPlanned);
  note(item.due != kNever, kDue);
  note(item.due_date.has_value(), kDueDate);
  note(item.provisional, kProvisional);
  note(item.ended != kNever || item.outcome != Outcome::open, kEnded);
  note(item.level != 0, kLevel);
  note(item.floor != 0, kFloor);
  note(item.decided != 0, kDecided);
  note(item.next != kNever, kNext);
  note(item.done != 0 || !item.done_keys.empty(), kDone);
  note(item.streak != 0, kStreak);
  note(!item.near_miss.empty(), kNearMiss);
  note(!item.fired.empty(), kFired);
  note(!item.decisions.empty(), kDecisions);
  note(!item.told.empty(), kTold);
  note(item.noticed != item.opened, kNoticed);
  note(item.reopened != 0, kReopened);
  note(item.misses != 0 || item.misses_year != 0, kMisses);
  note(has_cause(item.cause), kCause);
  note(!item.carried.empty(), kCarried);
  note(item.cleared != kNever, kCleared);
  note(!item.proposals.empty(), kProposals);
  return mask;
}

void write_lists(Writer& out, const Item& item, uint64_t mask) {
  if (mask & kDone) {
    out.zigzag(item.done);
    out.varint(item.done_keys.size());
    for (uint64_t key : item.done_keys) out.fixed64(key);
  }
  if (mask & kFired) {
    out.varint(item.fired.size());
    for (const Fired& fired : item.fired) {
      out.zigzag(static_cast<int32_t>(fired.stage));
      out.zigzag(fired.count);
      write_instant(out, fired.last, item.opened);
    }
  }
  if (mask & kDecisions) {
    out.varint(item.decisions.size());
    for (const Decision& decision : item.decisions) {
      out.byte(decision.level);
      write_instant(out, decision.at, item.opened);
    }
  }
  if (mask & kTold) {
    out.varint(item.told.size());
    for (const std::string& told : item.told) out.text(told);
  }
  if (mask & kProposals) {
    out.varint(item.proposals.size());
    for (const std::string& proposal : item.proposals) out.text(proposal);
  }
}

void read_lists(Reader& in, Item& item, uint64_t mask) {
  item.done = mask & kDone ? static_cast<int32_t>(in.zigzag()) : 0;
  item.done_keys.resize(mask & kDone ? in.count(8) : 0);
  for (uint64_t& key : item.done_keys) key = in.fixed64();
  item.fired.resize(mask & kFired ? in.count(3) : 0);
  for (Fired& fired : item.fired) {
    fired.stage = NameId{static_cast<int32_t>(in.zigzag())};
    fired.count = static_cast<int32_t>(in.zigzag());
    fired.last = read_instant(in, item.opened);
  }
  item.decisions.resize(mask & kDecisions ? in.count(2) : 0);
  for (Decision& decision : item.decisions) {
    decision.level = in.byte();
    decision.at = read_instant(in, item.opened);
  }
  item.told.resize(mask & kTold ? in.count() : 0);
  for (std::string& told : item.told) told.assign(in.text());
  item.proposals.resize(mask & kProposals ? in.count() : 0);
  for (std::string& proposal : item.proposals) proposal.assign(in.text());
}

Outcome read_outcome(Reader& in) {
  const uint8_t outcome = in.byte();
  if (outcome > static_cast<uint8_t>(Outcome::retired)) throw Damaged{"an outcome is none"};
  return static_cast<Outcome>(outcome);
}

}  // namespace

void write_instant(Writer& out, Instant t, Instant base) {
  out.zigzag(static_cast<int64_t>(static_cast<uint64_t>(ms_of(t)) - static_cast<uint64_t>(ms_of(base))));
}

Instant read_instant(Reader& in, Instant base) {
  const auto distance = static_cast<uint64_t>(in.zigzag());
  return instant_of_ms(static_cast<int64_t>(static_cast<uint64_t>(ms_of(base)) + distance));
}

void write_item(Writer& out, const Item& item, Instant base) {
  const uint64_t mask = mask_of(item);
  out.varint(mask);
  out.zigzag(static_cast<int32_t>(item.rule));
  if (mask & kSpan) out.text(item.span);
  out.text(item.episode);
  write_instant(out, item.opened, base);
  if (mask & kPlanned) write_instant(out, item.planned, item.opened);
  if (mask & kDue) write_instant(out, item.due, item.opened);
  if (mask & kDueDate) out.zigzag(item.due_date->days);
  if (mask & kEnded) {
    write_instant(out, item.ended, item.opened);
    out.byte(static_cast<uint8_t>(item.outcome));
  }
  if (mask & kLevel) out.byte(item.level);
  if (mask & kFloor) out.byte(item.floor);
  if (mask & kDecided) out.byte(item.decided);
  if (mask & kNext) write_instant(out, item.next, item.opened);
  if (mask & kStreak) out.zigzag(item.streak);
  if (mask & kNearMiss) out.text(item.near_miss);
  if (mask & kNoticed) write_instant(out, item.noticed, item.opened);
  if (mask & kReopened) out.zigzag(item.reopened);
  if (mask & kMisses) {
    out.zigzag(item.misses);
    out.zigzag(item.misses_year);
  }
  if (mask & kCause) write_cause(out, item.cause);
  if (mask & kCarried) out.text(item.carried);
  if (mask & kCleared) write_instant(out, item.cleared, item.opened);
  write_lists(out, item, mask);
}

void read_item(Reader& in, Instant base, Item& item) {
  const uint64_t mask = in.varint();
  if ((mask & ~kAllBits) != 0) throw Damaged{"an item has parts of no known kind"};
  item.rule = NameId{static_cast<int32_t>(in.zigzag())};
  item.span.assign(mask & kSpan ? in.text() : std::string_view{});
  item.episode.assign(in.text());
  item.opened = read_instant(in, base);
  item.planned = mask & kPlanned ? read_instant(in, item.opened) : item.opened;
  item.due = mask & kDue ? read_instant(in, item.opened) : kNever;
  item.due_date.reset();
  if (mask & kDueDate) item.due_date = Date{static_cast<int32_t>(in.zigzag())};
  item.provisional = (mask & kProvisional) != 0;
  item.ended = mask & kEnded ? read_instant(in, item.opened) : kNever;
  item.outcome = mask & kEnded ? read_outcome(in) : Outcome::open;
  item.level = mask & kLevel ? in.byte() : uint8_t{0};
  item.floor = mask & kFloor ? in.byte() : uint8_t{0};
  item.decided = mask & kDecided ? in.byte() : uint8_t{0};
  item.next = mask & kNext ? read_instant(in, item.opened) : kNever;
  item.streak = mask & kStreak ? static_cast<int32_t>(in.zigzag()) : 0;
  item.near_miss.assign(mask & kNearMiss ? in.text() : std::string_view{});
  item.noticed = mask & kNoticed ? read_instant(in, item.opened) : item.opened;
  item.reopened = mask & kReopened ? static_cast<int32_t>(in.zigzag()) : 0;
  item.misses = mask & kMisses ? static_cast<int32_t>(in.zigzag()) : 0;
  item.misses_year = mask & kMisses ? static_cast<int32_t>(in.zigzag()) : 0;
  mask& kCause ? read_cause(in, item.cause) : clear(item.cause);
  item.carried.assign(mask & kCarried ? in.text() : std::string_view{});
  item.cleared = mask & kCleared ? read_instant(in, item.opened) : kNever;
  read_lists(in, item, mask);
}

}  // namespace duban::ledger
