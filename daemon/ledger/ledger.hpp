// One shard's database: all state of the engine, in SQLite (WAL, synchronous=FULL).
//
// A Ledger belongs to one thread at a time and decides nothing. Everything between begin() and commit() is
// one transaction; entities are cached for its length and written back sorted at commit, so that a batch
// dirties few pages (measured.md 5). A failure of the database (disk full, I/O, corruption) throws
// StorageError; the transaction is then gone and the caller must rollback(). Nothing else throws.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/audit.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

/// The database cannot do its work: never the event's fault. what() names file, operation and SQLite's
/// reason.
class StorageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Options {
  std::string path = ":memory:";
  int page_cache_kib = 0;  // 0: limits::kPageCacheKib
  int wal_pages = 0;       // 0: limits::kWalPages
  int max_pages = 0;       // the file may not grow beyond this; 0: as large as SQLite allows
  bool read_only = false;  // for explain: a snapshot beside a running daemon, from begin() to commit()
  bool own_thread = true;  // for checkpoints; without one they are made between two transactions
};

class Outbox;
class Silences;

class Ledger {
 public:
  /// Opens or creates; migrates an older schema, refuses a newer one. Throws StorageError.
  explicit Ledger(const Options& options);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Entities are decoded with this catalog's layouts; rows written with an older layout are read by field
  /// name. Call outside a transaction. The catalog must outlive the ledger or the next use().
  void use(std::shared_ptr<const event::Catalog> catalog);

  // ---- transaction
  void begin();
  void commit();
  void rollback();
  /// Memory for the values of this transaction's entities; freed at commit and rollback.
  cel::Arena& arena();

  // ---- names
  NameId intern(std::string_view text);
  const std::string& text(NameId id) const;

  // ---- entities
  Entity* find(const event::EntityKind& kind, std::string_view key);
  Entity* get(EntityId id);
  /// A new row, known = false, all fields absent but the key. It is written even if nobody touches it.
  Entity& create(const event::EntityKind& kind, std::string_view key);
  /// Marks it for writing; `agenda` is recomputed from items, parked events and `expires` at commit, and at
  /// once for next_agenda().
  void touch(Entity& entity);
  /// Keeps the indexes of open entities by kind and area, and by unit; area and unit are read by the caller.
  void index(Entity& entity, bool open, std::string_view area, std::string_view unit);

  /// Earliest agenda instant, or kNever.
  Instant next_agenda();
  /// Ids with an agenda instant ≤ `until`, in order of (instant, id), at most `limit`.
  std::vector<EntityId> due(Instant until, size_t limit);
  /// Open entities of a kind whose area begins with `area`, in order of (area, id), after the given cursor.
  std::vector<EntityId> open_in_area(NameId kind, std::string_view area, std::string_view after_area,
                                     int64_t after_id, size_t limit);
  /// Those whose area is `area` itself, in order of id.
  std::vector<EntityId> open_at_area(NameId kind, std::string_view area, int64_t after_id, size_t limit);
  std::vector<EntityId> open_of_unit(NameId kind, std::string_view unit, int64_t after_id, size_t limit);
  /// Every known entity of a kind in order of id, open or not (units at start-up). For reading: an entity is
  /// valid during the visit only and must not be touched; get() it for that.
  void each(const event::EntityKind& kind, const std::function<void(Entity&)>& visit);
  /// Ids of a kind's entities, open or not, in order.
  std::vector<EntityId> members(NameId kind, int64_t after_id, size_t limit);
  int64_t last_entity_id();
  bool state_in_use(std::string_view kind, std::string_view state);

  // ---- spans, jobs
  void put(const Span& span);
  std::vector<Span> live_spans();
  std::optional<Span> span(NameId rule, std::string_view key);
  int64_t put(Job& job);  // insert (id 0) or update the cursor
  void finish(const Job& job);
  std::vector<Job> jobs();

  // ---- measures
  /// Adds to what a measure counts in a place on a day; a count of 0 is not kept.
  void count(const MeasureCount& count);
  /// The sum over the days [from, to] in `place`; `below`: a division code, with all that lies in it.
  int64_t counted(NameId measure, std::string_view place, bool below, Date from, Date to);
  void forget_counts();

  // ---- what goes out
  /// False if an alert of this id exists already: then nothing was written.
  bool raise(Alert& alert);
  /// Kept once per position; delivered to `channel` unless that is empty.
  void dead_letter(const DeadLetter& letter, std::string_view channel);
  std::optional<Alert> alert(std::string_view id);
  /// Deliveries to be tried at `now`, for each channel its own `room`, so that one channel's backlog hides no
  /// other's: most severe first, then by `next`, then id; those in `in_flight` left out. Pending ones that
  /// back off must cost nothing (index on channel, severity, next): a channel may have 100,000 waiting.
  std::vector<Delivery> deliverable(Instant now, const std::vector<ChannelRoom>& rooms,
                                    const std::set<int64_t>& in_flight);
  /// The earliest `next` after `now` of a pending delivery of these channels, or kNever.
  Instant next_delivery(Instant now, const std::vector<ChannelRoom>& rooms);
  /// Every channel that has a pending delivery, also one that settings no longer name.
  std::vector<std::string> pending_channels();
  /// Notes the attempt; a delivery that is no longer pending keeps its state.
  void settle(const Receipt& receipt);
  std::vector<HeldAlert> held_alerts();
  /// What waits, by channel and severity (notice, warning, serious, critical).
  std::map<std::string, std::array<int64_t, 4>> waiting();
  /// Channel and instant of what was sent, the newest first: of a message once, whatever it carried. Looks at
  /// limits::kRememberedSends receipts at most.
  std::vector<std::pair<std::string, Instant>> sent(const std::vector<SentWanted>& wanted);
  /// Deliveries to people, for the engine's decisions about them. Changes belong into a transaction.
  Outbox& outbox();
  Silences& silences();
  /// Lets a held alert go out, or drops it with the reason as its receipt.
  void release(int64_t alert_sequence, bool send, std::string_view reason);
  struct Counts {
    int64_t open_items = 0, alerts = 0, pending = 0, held = 0, rejected = 0, dead_letters = 0, entities = 0;
  };
  Counts counts();

  // ---- acknowledgements
  struct Acknowledgement {
    std::string alert;
    std::string by;
    Instant at{};
    std::string origin{};  // how and from where it came: "event", "link 10.0.0.7"
  };
  /// False if this person's acknowledgement of this alert is known: then nothing was written.
  bool acknowledge(const Acknowledgement& ack);
  std::vector<Acknowledgement> acknowledgements(std::string_view alert);

  // ---- facts without an entity: recognised as duplicates for limits::kFactMemory
  enum class Seen { no, same, other_content };
  Seen fact_seen(uint64_t identity, uint64_t content, Instant at);

  // ---- journal, positions, configuration, instant
  /// Returns its sequence. An entry with an entity touches it, so that history() finds the entry.
  int64_t journal(const JournalEntry& entry);
  std::vector<JournalEntry> history(EntityId entity);
  std::optional<JournalEntry> record_at(const event::Input& input, int64_t offset);
  std::vector<Position> positions();
  void put(const Position& position);
  /// The engine's instant; never goes back.
  Instant instant();
  void set_instant(Instant t);
  std::string active_configuration();
  void activate(std::string_view version, const std::vector<std::pair<std::string, std::string>>& texts,
                Instant at);
  std::vector<std::pair<std::string, std::string>> configuration_texts(std::string_view version);
  struct Attempt {
    std::string channel;
    std::string recipient;  // empty: the channel takes alerts as they are
    Receipt receipt;
  };
  std::vector<Attempt> attempts(std::string_view alert);
  /// Newest first.
  std::vector<DeadLetter> dead_letters(size_t limit);

  // ---- the audit log (ledger/audit.hpp)
  /// What the ledger does not note by itself: decisions, silences. `body` is JSON.
  void audit(std::string_view kind, Instant at, std::string_view subject, std::string_view body);
  std::vector<AuditRow> audit_rows(int64_t after, size_t limit);
  AuditMark audit_head();
  AuditMark audit_sealed();
  /// Forgets rows of before `before` at its beginning, at most `limit`, and seals it; returns how many.
  size_t seal_audit(Instant before, Instant at, size_t limit);

  // ---- for people who look around
  /// Newest first: alerts with sequences below `before`, without their channels.
  std::vector<Alert> alerts_before(int64_t before, size_t limit);
  struct DeliveryStatus {
    std::string channel;
    DeliveryState state = DeliveryState::pending;
    int32_t attempts = 0;
  };
  std::vector<DeliveryStatus> delivery_status(std::string_view alert);
  /// Newest first, with their sequences, which are below `before`.
  std::vector<std::pair<int64_t, DeadLetter>> dead_letters_before(int64_t before, size_t limit);
  /// Ids above `after`, in order; of one kind unless it is empty.
  std::vector<EntityId> entities_after(std::string_view kind, EntityId after, size_t limit);
  std::map<std::string, int64_t> pending_by_channel();

  /// Pages in the WAL after the last commit; the checkpointer's thread is the ledger's own business.
  int wal_pages() const;

  /// The logical content as text, the same for the same journal whatever the row ids, batches and restarts:
  /// entities, items, alerts, dead letters, positions, in order of their keys.
  void dump(std::ostream& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace duban::ledger
