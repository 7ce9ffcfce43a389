// What the ledger keeps, as plain data: entities with their items, spans, jobs, alerts, deliveries.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cel/value.hpp"
#include "core/hash.hpp"
#include "core/time.hpp"
#include "event/catalog.hpp"
#include "event/record.hpp"

namespace duban::ledger {

/// A text interned once per database (rule ids, stage ids, kinds, topics). 0 is the empty text.
enum class NameId : int32_t {};
/// Row id of an entity; given in order of first sight, local to one database, never part of what is said.
enum class EntityId : int64_t {};

enum class Outcome : uint8_t { open, fulfilled, fulfilled_late, missed, expired, void_, waived, retired };
std::string_view name(Outcome outcome);  // "fulfilled_late", "void"; open is ""

/// A stage that has fired, with how often.
struct Fired {
  NameId stage{};
  int32_t count = 0;
  Instant last{};
};

/// A decision that a person took about an item.
struct Decision {
  uint8_t level = 0;
  Instant at{};
};

/// The event that began an item's episode, for `explain`; empty for items that the calendar opened.
struct Cause {
  NameId type{};
  NameId topic{};
  int32_t partition = 0;
  int64_t offset = -1;
  std::string id;
};

/// One rule's item for one subject (and span).
struct Item {
  NameId rule{};
  std::string span;      // key of the trigger's span: name and period, never its dates; "" without trigger
  std::string episode;   // id of the event that began the episode
  int32_t reopened = 0;  // the subject's count of reopenings when it opened
  Instant opened{};      // the event's time
  Instant noticed{};     // when the engine opened it: `at: opened` cannot be before that
  Instant planned{};     // opening, resumption or re-plan: stages before it do not fire
  Instant due = kNever;  // the instant the deadline ends
  std::optional<Date> due_date;
  bool provisional = false;
  Instant ended = kNever;
  Outcome outcome = Outcome::open;
  uint8_t level = 0;      // highest reached in this episode
  uint8_t floor = 0;      // a reopened item says its stages at least at this level
  uint8_t decided = 0;    // stages below a decided level do not fire any more
  Instant next = kNever;  // its next stage; part of the entity's agenda entry
  int32_t done = 0;
  std::vector<uint64_t> done_keys;  // hashes of the distinct evidence counted
  int32_t streak = 0;               // consecutive missed spans before this one
  int32_t misses = 0;               // missed spans of `misses_year` before this one
  int32_t misses_year = 0;
  Cause cause;
  std::string near_miss;
  std::vector<Fired> fired;
  std::vector<Decision> decisions;
  std::vector<std::string> told;       // who was told, "E-1/officer", at most limits::kToldPerItem
  std::string carried;                 // key of the span that a merged item goes on with; empty: its own
  Instant cleared = kNever;            // when the threshold that opened it was clear again
  std::vector<std::string> proposals;  // keys of the proposals about it that nobody has decided

  bool is_open() const { return ended == kNever; }
};

struct RecentEvent {
  uint64_t identity = 0;
  uint64_t content = 0;
};

/// An event waiting for its predecessor.
struct Parked {
  Instant until{};
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  Instant at{};
  std::string event;  // structured-mode JSON
};

/// A field whose value was computed with a calendar year that is not published yet.
struct Provisional {
  int32_t field = 0;
  std::string event;  // the event that computed it, structured-mode JSON
};

/// One row: header, fields, items. Lives in the ledger's batch cache until commit or rollback; pointers to it
/// are valid as long. After changing it, call Ledger::touch.
struct Entity {
  EntityId id{};
  const event::EntityKind* kind = nullptr;
  std::string key;
  cel::Value* fields = nullptr;  // kind->layout->fields.size() values in the batch's arena
  bool known = false;            // false: a placeholder that only holds parked events
  std::string began_by;          // id of the event that opened (or reopened) it: its episode
  Instant began{};
  int32_t reopened = 0;
  Instant changed{};         // instant of the last applied event
  Instant expires = kNever;  // when its `expires` field ends it
  std::string chain;         // key of the first of the chain of superseding entities; "" if it is the first
  std::vector<std::string> chain_keys;
  Instant chain_start{};
  std::vector<RecentEvent> recent;  // newest last, at most limits::kRecentEvents
  std::vector<Parked> parked;       // at most limits::kParkedPerEntity
  std::vector<Provisional> provisional;
  std::vector<Item> items;
  // Maintained by the ledger: what the indexes hold for this row.
  Instant agenda = kNever;
  bool indexed = false;
  std::string indexed_area;
  std::string indexed_unit;
  int64_t journal = 0;  // its last journal entry; each names the one before it
  bool dirty = false;

  cel::Value record() const { return cel::Value::of_record(kind->layout, fields); }
  std::string_view state() const { return fields[event::kStateField].string_or({}); }
  bool is_open() const { return fields[event::kOpenField].is_true(); }
  std::string_view text(int field) const {
    return field < 0 ? std::string_view{} : fields[field].string_or({});
  }
};

/// A live (or remembered) span of a rule's trigger.
struct Span {
  NameId rule{};
  std::string key;
  Instant opened{};
  Instant closes = kNever;  // planned end (calendar spans, `for`); kNever: while its entity is open
  bool live = true;
  std::string area;    // areas it covers, joined by ','; empty: all
  std::string fields;  // of an event span: its entity's kind and key, "warning/W1"
};

/// How many entities a measure counts in one place on one day.
struct MeasureCount {
  NameId measure{};
  std::string place;
  Date day;
  int64_t count = 0;
};

/// A fan-out over entities, run in slices; its instant is that of its cause.
struct Job {
  /// `look`: subjects in an area are looked at again. `of_unit`: those of a unit. `count`: entities, open or
  /// not, are counted for the measures. `evidence`: an event is weighed for every item of a rule.
  enum class Task : uint8_t { look, of_unit, count, evidence };
  int64_t id = 0;  // order of creation
  Instant at{};
  Task task = Task::look;
  NameId kind{};            // subjects to visit
  NameId rule{};            // the rule to look at again; 0: all rules of the kind
  std::string area;         // prefix to visit; empty: all
  std::string detail;       // of_unit: the unit; evidence: the event, structured
  int64_t last_entity = 0;  // entities created later know the cause themselves
  std::string cursor_area;  // after the last one visited
  int64_t cursor_entity = 0;
};

/// `gathered`: waits in the message of another delivery, its leader. `withheld`: a silence (or an alert that
/// says more) kept it back until it was no longer current.
enum class DeliveryState : uint8_t {
  pending,
  delivered,
  rejected,
  held,
  recorded,
  dropped,
  gathered,
  withheld
};
std::string_view name(DeliveryState state);  // "delivered"; of a gathered one "pending", for so it is

/// One person whom an alert is told to (ledger/notices.hpp).
struct Notice {
  std::string recipient;  // "E-1/officer"
  std::string plan;       // ledger/plan.hpp, as text
  uint64_t group = 0;     // what has the same is said in one message
  Instant due{};          // not before
};

/// Who a message is for, as the unit's posts say when it is sent; an address that is not known is empty.
struct Person {
  std::string recipient;
  std::string name, mobile, email, user_id;
};

/// An alert as raised. `json` is the whole record as it goes out.
struct Alert {
  int64_t sequence = 0;  // set by the ledger
  std::string id;        // "5f-…": slot and hash
  Instant at{};
  NameId rule{};
  NameId stage{};
  EntityId entity{};
  uint8_t severity = 0;
  std::string item;    // rule, span and episode, for grouping held alerts of one item
  uint8_t missed = 0;  // the rule's `missed`, decides which held ones are released
  std::string json;
  std::vector<std::string> channels;  // that take it as it is
  std::vector<Notice> notices;        // people who are told of it
  bool held = false;                  // raised while catching up
  bool recorded = false;              // first load: kept, never sent
};

/// What decides whether an alert raised while catching up goes out.
struct HeldAlert {
  int64_t sequence = 0;
  std::string item;  // as Alert has them
  Instant at{};
  uint8_t missed = 0;
};

/// One of the deliveries that a message to people carries.
struct Carried {
  int64_t delivery = 0;
  std::string alert;
  std::string recipient;
  std::string json;
};

/// One message for one channel: an alert, a dead letter, or what people are told together.
struct Delivery {
  int64_t id = 0;
  std::string channel;
  /// The idempotency key: the alert's id; a dead letter's position "topic/partition/offset"; of a message to
  /// people a hash of what it carries.
  std::string alert;
  Instant at{};  // the alert's
  uint8_t severity = 0;
  int32_t attempts = 0;
  Instant next{};    // not before
  std::string body;  // the alert's JSON, or the dead letter's envelope; empty if it carries deliveries
  std::vector<Carried> carried;  // to people; the most urgent first, the row itself among them
  std::vector<Person> to;        // each once
  bool falls_back = false;       // rejected, it goes on by the next channel of its route
};

/// How many deliveries a channel wants to see at most.
struct ChannelRoom {
  std::string channel;
  size_t room = 0;
};

/// What a channel has sent: [since, until), the newest `most`.
struct SentWanted {
  std::string channel;
  Instant since{};
  Instant until{};
  size_t most = 0;
};

struct Receipt {
  int64_t delivery = 0;
  Instant at{};
  DeliveryState state = DeliveryState::pending;  // pending: try again at `next`
  Instant next = kNever;
  std::string answer;  // what the receiver said, or why it failed; masked
  int32_t latency_ms = 0;
  std::vector<int64_t> carried;  // deliveries that the message carried, beside its own
};

/// What people are not told for a while, by whose word and why (engine/silences.hpp).
struct Silence {
  std::string id;  // "s-…": a hash of the rest, the same in every shard
  std::string author;
  std::string reason;
  std::string when;  // CEL over `alert`, as in a route
  Instant from{};
  Instant until{};
  Instant ended = kNever;  // before its time, by a person
  std::string ended_by;

  bool active(Instant t) const { return from <= t && t < until && t < ended; }
};

struct DeadLetter {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  Instant at{};
  std::string code;
  std::string reason;
  std::string key;
  std::string payload;  // the original bytes
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Where an input was read up to by this database.
struct Position {
  event::Input input;
  int64_t next_offset = 0;
  int32_t leader_epoch = -1;
  std::string cluster;
};

enum class JournalKind : uint8_t { record, tick, receipt, configuration, release, command };

struct JournalEntry {
  int64_t sequence = 0;
  Instant at{};
  JournalKind kind = JournalKind::record;
  EntityId entity{};
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  std::string body;  // an event's structured JSON; a configuration's version
};

}  // namespace duban::ledger
