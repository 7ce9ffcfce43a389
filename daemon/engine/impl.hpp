// The engine's inside: one object, its parts in files of their own.
//
//   apply.cpp      the pipeline: a batch in one transaction, ticks between inputs in order of instant
//   transition.cpp events move entities: legal, refused, duplicates
//   record.cpp     dead letters and journal entries of events
//   parking.cpp    events that wait for their predecessor
//   refresh.cpp    an entity's items: opened, resumed, re-planned, ended
//   fire.cpp       ticks: stages whose instant has come
//   alert.cpp      an alert as it is raised: recipients, text, record
//   telling.cpp    who is told of an alert and how, and where they are reached
//   outgoing.cpp   what leaves the outbox: fallback, quiet hours, silences, inhibition
//   silences.cpp   what people are not told for a while
//   live.cpp       spans that are live
//   event_spans.cpp  spans that are the life of entities
//   declared.cpp   seasons and nodes that events declare
//   jobs.cpp       fan-outs that bring a change to its subjects
//   merge.cpp      spans that overlap and are one item
//   evidence.cpp   events that fulfil items, acknowledgements
//   decisions.cpp  proposals of official acts, and what people decide
//   measures.cpp   what is counted and listed
//   thresholds.cpp spans that a measure opens and clears
//   configure.cpp  configuration versions, start-up, release of held alerts
#pragma once

#include <array>
#include <unordered_map>
#include <unordered_set>

#include "engine/directory.hpp"
#include "engine/engine.hpp"
#include "engine/live_spans.hpp"
#include "engine/reason.hpp"
#include "engine/scope.hpp"
#include "engine/slices.hpp"

namespace duban::engine {

using event::Event;
using event::Origin;
using ledger::Entity;
using ledger::Item;
using ledger::NameId;
using ledger::Outcome;

/// The kind of the catalog that proposals of official acts are entities of.
inline constexpr std::string_view kProposal = "proposal";

/// Key of the span that an item lives by.
inline const std::string& carrying(const Item& item) {
  return item.carried.empty() ? item.span : item.carried;
}

struct Engine::Impl final : rule::MeasureSource {
  Impl(ledger::Ledger& ledger_in, std::shared_ptr<const rule::Configuration> configuration_in,
       Options options_in);

  // ---- apply.cpp
  Applied apply(const Batch& batch);
  /// Inputs from `next` on, until done or the slice of ticks is used up.
  void apply_inputs(const Batch& batch, size_t& next);
  void apply_singly(const Batch& batch, size_t from);
  void forget_other_clusters(const Batch& batch);
  void begin_at(const Batch& batch);
  void finish_batch(const Batch& batch);
  bool apply_input(const event::Decoded& input);
  bool is_known(const Origin& origin) const;
  bool is_next(const event::Decoded& input);
  bool waits_for_jobs(const Event* event) const;
  bool changes_shared(ledger::EntityId id, Instant t);
  void note_position(const Batch& batch, const Origin& origin);
  /// Fires everything due before (or at) `until`; false if the slice was used up before.
  bool fire_until(Instant until, bool inclusive);
  void in_transaction(const std::function<void()>& work);
  void advance(Instant t);

  // ---- transition.cpp
  void apply_event(const Event& event);
  void apply_to_entity(const Event& event);
  enum class Verdict { applied, illegal, waiting };
  /// What an event would make of an entity, before anything is changed.
  struct Staged {
    Verdict verdict = Verdict::applied;
    std::string reason;  // of a refusal
    cel::Value* fields = nullptr;
    uint64_t changed = 0;
    std::vector<int32_t> provisional;
  };
  Staged judge(const Event& event, const Entity* entity);
  Staged judge_state(const Event& event, const Entity* entity) const;
  void stage_fields(const Event& event, const Entity* entity, Staged& staged);
  void transition(Entity& entity, const Event& event, const Staged& staged, bool gap);
  void set_state(Entity& entity, std::string_view state);
  void recompute_provisional(Entity& entity);
  void link_chain(Entity& entity);
  void remember(Entity& entity, const Event& event);
  void expire(Entity& entity);
  void park(Entity& entity, const Event& event);
  void retry_parked(Entity& entity);
  void give_up_parked(Entity& entity);
  void index(Entity& entity);
  void after_change(Entity& entity, const Event* event, bool all, uint64_t changed,
                    std::string_view begun_by);
  bool duplicate(const Event& event, const Entity& entity);
  void refuse(const Event& event, std::string code, std::string reason);
  void refuse(const event::Refusal& refusal, bool home);
  bool at_home(const Event& event) const;
  void write_journal(const Event& event, Entity* entity);

  // ---- refresh.cpp
  bool is_home(const Entity& entity) const;
  void refresh(Entity& entity, const Reason& reason);
  void refresh_spans(Entity& entity, const rule::Rule& rule, const Reason& reason);
  void refresh_rule(Entity& entity, const rule::Rule& rule, const LiveSpan* span, const Reason& reason);
  void review(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item, const Reason& reason);
  void open_item(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item* old,
                 const Reason& reason);
  void replan(Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item, const Reason& reason);
  void set_due(const Entity& entity, const rule::Rule& rule, const LiveSpan* span, Item& item);
  ledger::Cause cause_of(const Event& event);
  void end_item(Entity& entity, const rule::Rule* rule, Item& item, Outcome outcome);
  void end_orphans(Entity& entity, const Reason& reason);
  void schedule(Entity& entity, const rule::Rule& rule, Item& item);
  void fire_overdue(Entity& entity, const rule::Rule& rule, Item& item);
  void carry_streak(const Entity& entity, const rule::Rule& rule, Item& item) const;
  void forget_old_items(Entity& entity);
  Item* find_item(Entity& entity, NameId rule, std::string_view span) const;
  SpanDates span_dates(const rule::Rule& rule, const Item& item);
  /// The span of an item, also one that is over by now; null if the item has none, or it is forgotten.
  const LiveSpan* span_of(const rule::Rule& rule, const Item& item);
  bool holds(const rule::Rule& rule, const Entity& entity, const LiveSpan* span);
  bool is_over(const rule::Rule& rule, const Entity& entity, const LiveSpan* span);

  // ---- fire.cpp
  void tick(Entity& entity, Instant t);
  void fire_item(Entity& entity, Item& item, Instant t);
  bool allowed(const rule::Stage& stage, const rule::Rule& rule, Entity& entity, const Item& item);
  bool acknowledged(const rule::Stage& stage, const rule::Rule& rule, Entity& entity, const Item& item);
  /// The next instant of a planned stage for this item, or kNever if it has said all it will.
  Instant next_of(const PlannedStage& planned, const Item& item) const;
  /// Of a stage that repeats: its `n`th time after the first, and which one is at (or last before) `t`.
  Instant repeated(const PlannedStage& planned, int n) const;
  int repetition_at(const PlannedStage& planned, Instant t) const;
  const ledger::Fired* fired(const Item& item, NameId stage) const;

  // ---- alert.cpp
  void raise(Entity& entity, const rule::Rule& rule, Item& item, const rule::Stage& stage, NameId stage_name,
             int repetition);
  struct Place {
    std::string area, industry;
  };
  Place place_of(const Entity& entity);
  std::vector<std::string> recipients(const rule::Stage& stage, Entity& entity, const Item& item,
                                      const LiveSpan* span);
  std::string role_recipient(const rule::Recipient& to, std::string_view area, std::string_view industry,
                             Entity& entity);
  std::string message(const rule::Rule& rule, const rule::Stage& stage, Entity& entity, const Item& item,
                      Scope& scope);
  std::string alert_id(const Entity& entity, const rule::Rule& rule, const Item& item, std::string_view stage,
                       int repetition) const;
  std::string item_id(const Entity& entity, const Item& item) const;

  // ---- telling.cpp
  std::vector<ledger::Notice> notices(const rule::Way& way, const rule::AlertFacts& facts);
  cel::Value posts_of(std::string_view unit_id);
  ledger::Person person_of(const std::string& recipient);
  void address(ledger::Delivery& delivery);

  // ---- outgoing.cpp
  Outgoing outgoing(Instant t, const std::vector<ledger::ChannelRoom>& rooms,
                    const std::set<int64_t>& in_flight);
  bool escalate_due(Instant t);
  void escalate(int64_t delivery, Instant t);
  bool is_current(const ledger::Alert& alert);
  bool passes(const ledger::Delivery& message, const std::vector<ledger::Silence>& silences, Instant t);
  bool passes(const ledger::Carried& carried, const std::vector<ledger::Silence>& silences, Instant t);
  bool holds(const cel::Program& condition, const rule::AlertFacts& facts);
  std::string inhibited_by(const ledger::Alert& alert, const rule::AlertFacts& facts);
  void note_inhibitor(const ledger::Alert& alert, const rule::AlertFacts& facts);

  // ---- silences.cpp
  SilenceAnswer add_silence(const SilenceRequest& request, Instant at);
  SilenceEnded end_silence(const SilenceEnding& ending, Instant at);
  void note_silence(const char* command, const ledger::Silence& silence, const std::string& origin,
                    Instant at);
  bool silence_fits(const ledger::Silence& silence, const rule::AlertFacts& facts);

  // ---- scope (alert.cpp)
  /// Fills subject, and unit, trigger, item, stage where given.
  void fill(Scope& scope, const Entity& entity, const LiveSpan* span);
  void fill_unit(Scope& scope, const Entity& entity);
  void fill_item(Scope& scope, const rule::Rule& rule, const Item& item);
  cel::Value evaluate(const cel::Program& program, const Scope& scope);
  Entity* unit_of(const Entity& entity);
  std::string_view unit_id_of(const Entity& entity) const;

  // ---- live.cpp, jobs.cpp
  void load_spans();
  void load_calendar_spans();
  Instant next_boundary() const;
  void cross_boundary(Instant t);
  void expire_watched(Instant t);
  void open_span(LiveSpan live);
  void close_span(size_t position);
  const LiveSpan* find_span(const rule::Rule& rule, std::string_view key) const;
  const CalendarSpan* calendar_span(const rule::Rule& rule, std::string_view key) const;
  bool covers(const LiveSpan& span, const Entity& entity) const;
  void visit_subjects(const rule::Rule& rule, const std::vector<std::string>& areas);
  void visit_kind(const event::EntityKind& kind);
  void visit_subjects_of(const Entity& unit);
  void weigh_for_all(const Event& event, const rule::Rule& rule);
  void add_job(ledger::Job job);
  bool run_jobs();
  void run_walk();
  void run_count(size_t position);
  bool counting() const;
  void finish(const ledger::Job& job);
  bool concerns(const ledger::Job& job, const Entity& entity) const;
  void weigh(const ledger::Job& job, Entity& entity);
  /// Finishes every fan-out. Called before the set of live spans changes: what a job brings to its subjects
  /// is what was live at its cause.
  void settle_jobs();
  /// Brings an entity up to `t`: what pending jobs owe it, then its ticks before `t`.
  void bring_up(Entity& entity, Instant t);
  std::vector<std::string> areas_of(const LiveSpan& span) const;

  // ---- event_spans.cpp
  std::optional<LiveSpan> event_span(const rule::Rule& rule, const ledger::Span& row);
  const Entity* replaced_by(const Entity& entity);
  void update_event_spans(Entity& entity, std::string_view begun_by);
  void update_event_spans(Entity& entity, const rule::Rule& rule, std::string_view begun_by);
  void go_on(LiveSpan& span, Entity& entity);
  void begin_span(Entity& entity, const rule::Rule& rule, std::string_view begun_by);

  // ---- declared.cpp
  void declare(const Entity& entity);
  void withdraw(LiveSpan& span) const;

  // ---- evidence.cpp
  void apply_evidence(const Event& event);
  void count_evidence(const Event& event, const rule::Rule& rule, Entity& entity);
  void weigh_items(const Event& event, const rule::Rule& rule, Entity& entity);
  void weigh(const Event& event, const rule::Rule& rule, Entity& entity, Item& item);
  bool in_period(const Event& event, const rule::Rule& rule, const Item& item) const;
  void apply_effect(const Event& event, Entity* entity);
  Engine::Acknowledged acknowledge(const ledger::Ledger::Acknowledgement& acknowledgement);
  void note_decision(const Event& event, std::string_view subject);
  void discharge(const Event& event, Outcome outcome);

  // ---- decisions.cpp
  struct Decided {
    rule::Level level = rule::Level::remind;
    std::string_view rule;  // only items of this one; empty: all
    std::string_view by;
  };
  void propose(Entity& subject, const rule::Rule& rule, const rule::Stage& stage, Item& item,
               const std::string& alert_id);
  void decide(const Event& event, Entity& entity);
  void decide_elsewhere(const Event& event);
  void decide(Entity& entity, const Decided& decided);
  void decide_item(Entity& entity, Item& item, rule::Level level);
  void close_proposals(Item& item, const Decided& decided);
  void settle_proposal(const Entity& proposal);

  // ---- merge.cpp
  void refresh_merged(Entity& entity, const rule::Rule& rule, const Reason& reason);
  std::vector<const LiveSpan*> spans_over(const rule::Rule& rule, const Entity& entity) const;
  const LiveSpan* carrier(Entity& entity, const rule::Rule& rule, const Item& item,
                          const std::vector<const LiveSpan*>& spans);
  std::string item_grade(const rule::Rule& rule, const Item& item);

  // ---- measures.cpp
  cel::Value measure(int index, std::string_view place, const cel::Value* span,
                     cel::Context& context) override;
  cel::Value collect(const rule::Measure& measure, std::string_view place, const cel::Value* span,
                     cel::Context& context);
  bool collects(const rule::Measure& measure, Entity& entity, const cel::Value* span);
  void visit_places(const rule::Measure& measure, std::string_view place,
                    const std::function<void(Entity&)>& visit);
  std::vector<ledger::MeasureCount> counted(const Entity& entity);
  std::optional<Date> day_of(const rule::Measure& measure, const Entity& entity) const;
  std::string place_of(const rule::Measure& measure, const Entity& entity) const;
  void recount(const Entity& entity, const std::vector<ledger::MeasureCount>& before);
  void count_anew();

  // ---- thresholds.cpp
  void refresh_threshold(Entity& entity, const rule::Rule& rule, const Reason& reason);
  void check_thresholds();
  void check_thresholds_of_day(Instant t);
  std::vector<ledger::EntityId> subjects_at(const rule::Rule& rule, const rule::Measure& measure,
                                            const std::string& place);
  bool quiet(const rule::Rule& rule, const Item& last) const;
  LiveSpan threshold_span(const rule::Rule& rule, std::string key, Instant opened, Instant cleared) const;
  const LiveSpan* opening_span(const rule::Rule& rule);

  // ---- configure.cpp
  void start();
  void activate(Instant at, bool look_again, bool recount);
  void intern_names();
  void open_spans_of_new_rules();
  void adopt(std::shared_ptr<const rule::Configuration> next);
  void reload_memory();
  void load_memory();
  void finish_pending();
  std::string configure(std::shared_ptr<const rule::Configuration> next, Instant at);
  std::string objection(const rule::Configuration& next);
  void release_held(Instant at);
  const rule::Rule* rule_of(const Item& item) const;
  NameId name_of(const rule::Rule& rule) const { return rule_names[static_cast<size_t>(rule.index)]; }

  ledger::Ledger& ledger;
  std::shared_ptr<const rule::Configuration> config;
  Options options;
  const Slices slice = slices();
  rule::Host host;
  const event::EntityKind* unit_kind = nullptr;
  const event::EntityKind* proposal_kind = nullptr;
  std::unique_ptr<UnitFields> unit_fields;
  Directory directory;

  Instant now{};         // instant of what is being processed
  Instant last_input{};  // the shard's instant; never goes back
  bool catching_up = false;
  bool inputs_lost = false;
  size_t ticks_left = 0;  // of this transaction's slice
  Applied applied;

  LiveSpans live;
  LiveSpan past;  // what span_of() gave last, if it is not live any more
  std::unordered_map<const rule::Rule*, LiveSpan> opening;  // what opening_span() gave last for a rule
  std::vector<DeclaredSpan> declared;
  std::vector<std::vector<CalendarSpan>> calendar;  // of a window around `now`; by rule's index, as they open
  Date next_window{};                               // from this day on another window counts
  Instant boundary = kNever;                        // next opening or closing of a span
  std::vector<ledger::Job> jobs;
  /// The event of a fan-out that weighs it, decoded.
  struct Weighed {
    event::Input input;
    std::unique_ptr<cel::Arena> memory = std::make_unique<cel::Arena>();
    std::optional<event::Decoded> event;
  };
  std::map<int64_t, Weighed> weighed;  // by the job's id

  bool measured = false;                             // some stage or threshold asks for measures
  std::vector<const rule::Rule*> thresholds;         // rules whose trigger is one
  Date checked_day{};                                // thresholds were looked at on this day's beginning
  std::vector<std::pair<int, std::string>> crossed;  // measures whose count in a place has changed
  std::vector<NameId> measure_names;                 // by index
  std::set<std::pair<NameId, std::string>> without_subjects;  // kinds and areas, as subjects_at() found them

  std::map<event::Input, int64_t> applied_to;    // next offset per input
  std::map<event::Input, std::string> clusters;  // whose offsets these are
  std::unique_ptr<event::Decoder> decoder;       // of parked events

  std::map<std::string, std::shared_ptr<const cel::Program>> silence_conditions;  // by the silence's id

  std::vector<NameId> rule_names;  // by index
  std::unordered_map<int32_t, const rule::Rule*> rule_by_name;
  std::unordered_map<const rule::Stage*, NameId> stage_names;
  /// States reachable from a state through open ones, per kind: tells "its predecessor is missing" from
  /// illegal.
  std::unordered_map<std::string, std::unordered_set<std::string>> reachable;
};

}  // namespace duban::engine
