#include "ledger/ledger.hpp"

#include <cassert>

#include "core/limits.hpp"
#include "ledger/browse.hpp"
#include "ledger/checkpointer.hpp"
#include "ledger/dump.hpp"
#include "ledger/facts.hpp"
#include "ledger/journal.hpp"
#include "ledger/measures.hpp"
#include "ledger/schema.hpp"
#include "ledger/silences.hpp"
#include "ledger/spans.hpp"

namespace duban::ledger {

namespace {

constexpr size_t kRows = 32 * 1024;

/// A connection with its settings and tables, ready for statements.
struct Opened : Database {
  explicit Opened(const Options& options)
      : Database(options.path, options.read_only ? Access::read_only : Access::read_write) {
    const int cache = options.page_cache_kib > 0 ? options.page_cache_kib : limits::kPageCacheKib;
    run(("PRAGMA cache_size=-" + std::to_string(cache)).c_str(), "setting the page cache");
    if (options.read_only) {
      require_schema(*this);
      return;
    }
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0",
        "preparing the file");
    if (options.max_pages > 0) {
      run(("PRAGMA max_page_count=" + std::to_string(options.max_pages)).c_str(), "limiting the file");
    }
    prepare_schema(*this);
  }
};

}  // namespace

struct Ledger::Impl {
  explicit Impl(const Options& options)
      : database(options),
        begin(database, options.read_only ? "BEGIN" : "BEGIN IMMEDIATE", "beginning a transaction"),
        commit(database, "COMMIT", "committing"),
        rollback(database, "ROLLBACK", "rolling back") {
    if (options.read_only || options.path == ":memory:") return;
    const int pages = options.wal_pages > 0 ? options.wal_pages : limits::kWalPages;
    checkpointer = std::make_unique<Checkpointer>(database, pages, options.own_thread);
  }

  Content content() { return {database, names, entities, outbox, registry, measures}; }

  Opened database;
  Names names{database};
  Tallies tallies{database};
  Layouts layouts{database};
  Entities entities{database, layouts, names, tallies, kRows};
  Spans spans{database};
  Jobs jobs{database};
  Audit audit{database};
  Measures measures{database, names};
  Outbox outbox{database, names, tallies, audit};
  Silences silences{database};
  Facts facts{database};
  Journal journal{database, names};
  Registry registry{database, names};
  Browse browse{database, names};
  Statement begin;
  Statement commit;
  Statement rollback;
  std::unique_ptr<Checkpointer> checkpointer;
};

Ledger::Ledger(const Options& options) : impl_(std::make_unique<Impl>(options)) {}
Ledger::~Ledger() = default;

void Ledger::use(std::shared_ptr<const event::Catalog> catalog) {
  assert(!impl_->database.in_transaction());
  impl_->entities.rolled_back();  // what is cached was decoded for another catalog
  impl_->layouts.use(std::move(catalog));
}

void Ledger::begin() {
  assert(!impl_->database.in_transaction());
  impl_->entities.drop();
  if (impl_->checkpointer) impl_->checkpointer->between_transactions();
  impl_->begin.run();
  if (!impl_->database.read_only()) return;
  impl_->entities.rolled_back();  // another process may have written since
  impl_->names.refresh();
  impl_->tallies.refresh();
  impl_->registry.refresh();
  impl_->audit.refresh();
}

void Ledger::commit() {
  if (!impl_->database.read_only()) {
    impl_->entities.write_back();
    impl_->journal.store();
    impl_->measures.store();
    impl_->facts.prune(impl_->registry.instant());
    impl_->registry.store();
    impl_->tallies.store();
    impl_->audit.store();
    impl_->names.store();
  }
  impl_->commit.run();
  impl_->entities.committed();
  impl_->facts.committed();
  impl_->registry.committed();
  impl_->tallies.committed();
  impl_->audit.committed();
  impl_->names.committed();
}

void Ledger::rollback() {
  // Some failures (a full disk) have rolled the transaction back already.
  if (impl_->database.in_transaction()) impl_->rollback.run();
  impl_->entities.rolled_back();
  impl_->journal.forget();
  impl_->measures.rolled_back();
  impl_->facts.rolled_back();
  impl_->registry.rolled_back();
  impl_->tallies.rolled_back();
  impl_->audit.rolled_back();
  impl_->names.rolled_back();
}

cel::Arena& Ledger::arena() { return impl_->entities.arena(); }

NameId Ledger::intern(std::string_view text) { return impl_->names.intern(text); }
const std::string& Ledger::text(NameId id) const { return impl_->names.text(id); }

Entity* Ledger::find(const event::EntityKind& kind, std::string_view key) {
  return impl_->entities.find(kind, key);
}
Entity* Ledger::get(EntityId id) { return impl_->entities.get(id); }
Entity& Ledger::create(const event::EntityKind& kind, std::string_view key) {
  return impl_->entities.create(kind, key);
}
void Ledger::touch(Entity& entity) { impl_->entities.touch(entity); }
void Ledger::index(Entity& entity, bool open, std::string_view area, std::string_view unit) {
  impl_->entities.index(entity, open, area, unit);
}

Instant Ledger::next_agenda() { return impl_->entities.agenda().next(); }
std::vector<EntityId> Ledger::due(Instant until, size_t limit) {
  return impl_->entities.agenda().due(until, limit);
}

std::vector<EntityId> Ledger::open_in_area(NameId kind, std::string_view area, std::string_view after_area,
                                           int64_t after_id, size_t limit) {
  impl_->entities.open_index().write(impl_->entities.arena());
  return impl_->entities.open_index().in_area(kind, area, after_area, after_id, limit);
}

std::vector<EntityId> Ledger::open_at_area(NameId kind, std::string_view area, int64_t after_id,
                                           size_t limit) {
  impl_->entities.open_index().write(impl_->entities.arena());
  return impl_->entities.open_index().at_area(kind, area, after_id, limit);
}

std::vector<EntityId> Ledger::open_of_unit(NameId kind, std::string_view unit, int64_t after_id,
                                           size_t limit) {
  impl_->entities.open_index().write(impl_->entities.arena());
  return impl_->entities.open_index().of_unit(kind, unit, after_id, limit);
}

void Ledger::each(const event::EntityKind& kind, const std::function<void(Entity&)>& visit) {
  impl_->entities.each(kind, visit);
}

std::vector<EntityId> Ledger::members(NameId kind, int64_t after_id, size_t limit) {
  return impl_->entities.members(kind, after_id, limit);
}

int64_t Ledger::last_entity_id() { return impl_->entities.last_id(); }

bool Ledger::state_in_use(std::string_view kind, std::string_view state) {
  if (impl_->database.in_transaction()) impl_->entities.write_back();
  return impl_->tallies.in_state(kind, state) > 0;
}

void Ledger::put(const Span& span) { impl_->spans.put(span); }
std::vector<Span> Ledger::live_spans() { return impl_->spans.live(); }
std::optional<Span> Ledger::span(NameId rule, std::string_view key) { return impl_->spans.get(rule, key); }
int64_t Ledger::put(Job& job) { return impl_->jobs.put(job); }
void Ledger::finish(const Job& job) { impl_->jobs.finish(job); }
std::vector<Job> Ledger::jobs() { return impl_->jobs.all(); }

void Ledger::count(const MeasureCount& count) { impl_->measures.add(count); }
int64_t Ledger::counted(NameId measure, std::string_view place, bool below, Date from, Date to) {
  return impl_->measures.sum(measure, place, below, from, to);
}
void Ledger::forget_counts() { impl_->measures.clear(); }

bool Ledger::raise(Alert& alert) { return impl_->outbox.raise(alert); }
void Ledger::dead_letter(const DeadLetter& letter, std::string_view channel) {
  impl_->outbox.dead_letter(letter, channel);
}
std::optional<Alert> Ledger::alert(std::string_view id) { return impl_->outbox.alert(id); }
std::vector<Delivery> Ledger::deliverable(Instant now, const std::vector<ChannelRoom>& rooms,
                                          const std::set<int64_t>& in_flight) {
  return impl_->outbox.deliverable(now, rooms, in_flight);
}
Instant Ledger::next_delivery(Instant now, const std::vector<ChannelRoom>& rooms) {
  return impl_->outbox.next_delivery(now, rooms);
}
std::vector<std::string> Ledger::pending_channels() { return impl_->outbox.pending_channels(); }
void Ledger::settle(const Receipt& receipt) { impl_->outbox.settle(receipt); }
std::vector<HeldAlert> Ledger::held_alerts() { return impl_->outbox.held(); }
std::map<std::string, std::array<int64_t, 4>> Ledger::waiting() { return impl_->outbox.waiting(); }
std::vector<std::pair<std::string, Instant>> Ledger::sent(const std::vector<SentWanted>& wanted) {
  return impl_->outbox.sent(wanted);
}
Outbox& Ledger::outbox() { return impl_->outbox; }
Silences& Ledger::silences() { return impl_->silences; }
void Ledger::release(int64_t alert_sequence, bool send, std::string_view reason) {
  impl_->outbox.release(alert_sequence, send, reason, impl_->registry.instant());
}
std::vector<Ledger::Attempt> Ledger::attempts(std::string_view alert) {
  return impl_->outbox.attempts(alert);
}
std::vector<DeadLetter> Ledger::dead_letters(size_t limit) { return impl_->outbox.dead_letters(limit); }

Ledger::Counts Ledger::counts() {
  if (impl_->database.in_transaction() && !impl_->database.read_only()) impl_->entities.write_back();
  const Tallies& tallies = impl_->tallies;
  Counts counts;
  counts.open_items = tallies.get(Count::open_items);
  counts.alerts = tallies.get(Count::alerts);
  counts.pending = tallies.get(Count::pending);
  counts.held = tallies.get(Count::held);
  counts.rejected = tallies.get(Count::rejected);
  counts.dead_letters = tallies.get(Count::dead_letters);
  counts.entities = tallies.get(Count::entities);
  return counts;
}

bool Ledger::acknowledge(const Acknowledgement& ack) {
  if (!impl_->registry.acknowledge(ack)) return false;
  impl_->audit.add("acknowledgement", ack.at, ack.alert,
                   AuditBody().text("by", ack.by).text("from", ack.origin).str());
  return true;
}
std::vector<Ledger::Acknowledgement> Ledger::acknowledgements(std::string_view alert) {
  return impl_->registry.acknowledgements(alert);
}

Ledger::Seen Ledger::fact_seen(uint64_t identity, uint64_t content, Instant at) {
  return impl_->facts.seen(identity, content, at);
}

int64_t Ledger::journal(const JournalEntry& entry) {
  Entity* entity = entry.entity == EntityId{} ? nullptr : get(entry.entity);
  const int64_t sequence = impl_->journal.add(entry, entity != nullptr ? entity->journal : 0);
  if (entity != nullptr) {
    entity->journal = sequence;
    touch(*entity);
  }
  return sequence;
}

std::vector<JournalEntry> Ledger::history(EntityId entity) {
  const Entity* found = get(entity);
  return found != nullptr ? impl_->journal.chain(found->journal) : std::vector<JournalEntry>{};
}

std::optional<JournalEntry> Ledger::record_at(const event::Input& input, int64_t offset) {
  return impl_->journal.record_at(input, offset);
}

std::vector<Position> Ledger::positions() { return impl_->registry.positions(); }
void Ledger::put(const Position& position) { impl_->registry.put(position); }
Instant Ledger::instant() { return impl_->registry.instant(); }
void Ledger::set_instant(Instant t) { impl_->registry.set_instant(t); }
std::string Ledger::active_configuration() { return impl_->registry.active_configuration(); }
void Ledger::activate(std::string_view version, const std::vector<std::pair<std::string, std::string>>& texts,
                      Instant at) {
  impl_->registry.activate(version, texts, at);
  std::vector<std::string> names;
  for (const auto& text : texts) names.push_back(text.first);
  impl_->audit.add("configuration", at, version, AuditBody().texts("files", names).str());
}
std::vector<std::pair<std::string, std::string>> Ledger::configuration_texts(std::string_view version) {
  return impl_->registry.configuration_texts(version);
}

void Ledger::audit(std::string_view kind, Instant at, std::string_view subject, std::string_view body) {
  impl_->audit.add(kind, at, subject, body);
}
std::vector<AuditRow> Ledger::audit_rows(int64_t after, size_t limit) {
  return impl_->audit.rows(after, limit);
}
AuditMark Ledger::audit_head() { return impl_->audit.head(); }
AuditMark Ledger::audit_sealed() { return impl_->audit.sealed(); }
size_t Ledger::seal_audit(Instant before, Instant at, size_t limit) {
  return impl_->audit.seal(before, at, limit);
}

std::vector<Alert> Ledger::alerts_before(int64_t before, size_t limit) {
  std::vector<Alert> found;
  for (const int64_t sequence : impl_->browse.alerts_before(before, limit))
    if (auto row = impl_->outbox.bare(sequence)) found.push_back(std::move(row->alert));
  return found;
}
std::vector<Ledger::DeliveryStatus> Ledger::delivery_status(std::string_view alert) {
  return impl_->outbox.delivery_status(alert);
}
std::vector<std::pair<int64_t, DeadLetter>> Ledger::dead_letters_before(int64_t before, size_t limit) {
  std::vector<std::pair<int64_t, DeadLetter>> found;
  for (const int64_t sequence : impl_->browse.dead_letters_before(before, limit))
    if (auto letter = impl_->outbox.dead_letter(sequence)) found.emplace_back(sequence, std::move(*letter));
  return found;
}
std::vector<EntityId> Ledger::entities_after(std::string_view kind, EntityId after, size_t limit) {
  return impl_->browse.entities_after(kind, static_cast<int64_t>(after), limit);
}
std::map<std::string, int64_t> Ledger::pending_by_channel() { return impl_->browse.pending(); }

int Ledger::wal_pages() const { return impl_->checkpointer ? impl_->checkpointer->wal_pages() : 0; }

void Ledger::dump(std::ostream& out) { ledger::dump(impl_->content(), out); }

}  // namespace duban::ledger
