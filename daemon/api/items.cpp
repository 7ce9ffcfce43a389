// /api/v1/items: what is open (or was), with its deadline and how far it has got.
#include <optional>

#include "api/limits.hpp"
#include "api/page.hpp"
#include "api/server_impl.hpp"
#include "cel/type.hpp"

namespace duban::api {
namespace {

using cel::Type;
using cel::Value;
using ledger::Entity;
using ledger::Item;

enum ItemField : int {
  kRule,
  kKind,
  kSubject,
  kTitle,
  kState,
  kUnit,
  kArea,
  kIndustry,
  kSpan,
  kOpened,
  kDue,
  kEnded,
  kNext,
  kOpen,
  kOutcome,
  kLevel,
  kStreak,
  kItemFields
};

const cel::RecordType* item_fields() {
  const Type text = Type::of(Type::Base::string);
  const Type time = Type::of(Type::Base::timestamp);
  static const cel::RecordType* type =
      cel::RecordType::make("item entry", {{"rule", text},
                                           {"kind", text},
                                           {"subject", text},
                                           {"title", text},
                                           {"state", text},
                                           {"unit", text},
                                           {"area", text},
                                           {"industry", text},
                                           {"span", text},
                                           {"opened", time},
                                           {"due", time},
                                           {"ended", time},
                                           {"next", time},
                                           {"open", Type::of(Type::Base::boolean)},
                                           {"outcome", text},
                                           {"level", Type::one_of(rule::level_names())},
                                           {"streak", Type::of(Type::Base::integer)}});
  return type;
}

/// A subject with what its items' entries say of it.
struct Subject {
  const Entity& entity;
  std::string unit;
  std::string unit_name;
  std::string area;
};

Subject subject_of(const Entity& entity, ledger::Ledger& ledger, const event::Catalog& catalog) {
  Subject subject{entity, {}, {}, std::string(entity.text(entity.kind->area))};
  const event::EntityKind* unit_kind = catalog.kind("unit");
  if (entity.kind == unit_kind) subject.unit = entity.key;
  for (const int field : entity.kind->unit_fields)
    if (subject.unit.empty()) subject.unit = entity.text(field);
  const Entity* unit =
      unit_kind == nullptr || subject.unit.empty() ? nullptr : ledger.find(*unit_kind, subject.unit);
  if (unit == nullptr || !unit->known) return subject;
  subject.unit_name = unit->text(unit_kind->title_field);
  if (subject.area.empty()) subject.area = unit->text(unit_kind->area);
  return subject;
}

std::string_view level_of(const Item& item) { return rule::name(static_cast<rule::Level>(item.level)); }

Value item_value(const Subject& subject, const Item& item, ledger::Ledger& ledger, cel::Arena& arena) {
  const auto time = [](Instant at) { return at == kNever ? Value::absent() : Value::of(at); };
  const auto text = [&arena](std::string_view t) {
    return t.empty() ? Value::absent() : Value::of(arena.copy(t));
  };
  const Entity& entity = subject.entity;
  Value* fields = arena.values(kItemFields);
  fields[kRule] = text(ledger.text(item.rule));
  fields[kKind] = text(entity.kind->name);
  fields[kSubject] = text(entity.key);
  fields[kTitle] = text(entity.text(entity.kind->title_field));
  fields[kState] = text(entity.state());
  fields[kUnit] = text(subject.unit);
  fields[kArea] = text(subject.area);
  fields[kIndustry] = text(entity.text(entity.kind->industry));
  fields[kSpan] = text(item.span);
  fields[kOpened] = time(item.opened);
  fields[kDue] = time(item.due);
  fields[kEnded] = time(item.ended);
  fields[kNext] = time(item.next);
  fields[kOpen] = Value::of(item.is_open());
  fields[kOutcome] = text(ledger::name(item.outcome));
  fields[kLevel] = text(level_of(item));
  fields[kStreak] = Value::of(int64_t{item.streak});
  return Value::of_record(item_fields(), fields);
}

Json item_json(const Subject& subject, const Item& item, ledger::Ledger& ledger, const Zone& zone) {
  const auto time = [&zone](Instant at) { return at == kNever ? Json() : Json(zone.format(at)); };
  const Entity& entity = subject.entity;
  Json json{{"rule", ledger.text(item.rule)},
            {"subject",
             {{"kind", entity.kind->name},
              {"id", entity.key},
              {"title", entity.text(entity.kind->title_field)},
              {"state", entity.state()}}},
            {"unit", {{"id", subject.unit}, {"name", subject.unit_name}, {"area", subject.area}}},
            {"span", item.span.empty() ? Json() : Json(item.span)},
            {"opened", zone.format(item.opened)},
            {"due", item.due_date ? Json(item.due_date->str()) : time(item.due)},
            {"open", item.is_open()},
            {"outcome", item.is_open() ? Json() : Json(ledger::name(item.outcome))},
            {"ended", time(item.ended)},
            {"next", time(item.next)},
            {"level", item.fired.empty() ? Json() : Json(level_of(item))},
            {"streak", item.streak}};
  Json said = Json::array();
  for (const ledger::Fired& fired : item.fired)
    said.push_back(
        {{"stage", ledger.text(fired.stage)}, {"times", fired.count}, {"last", zone.format(fired.last)}});
  json["said"] = std::move(said);
  json["told"] = item.told;
  return json;
}

enum class Which { open, ended, all };

/// One walk over the entities of all shards, from a cursor on.
class ItemsPage {
 public:
  ItemsPage(Snapshots& snapshots, PageRequest page, const rule::Configuration& configuration, Which which)
      : snapshots_(snapshots), page_(std::move(page)), configuration_(configuration), which_(which) {}

  Response all(const std::string& kind) {
    size_t shard = page_.cursor.empty() ? 0 : static_cast<size_t>(page_.cursor[0]);
    int64_t after = page_.cursor.size() < 2 ? 0 : page_.cursor[1];
    for (size_t looked_at = 0; shard < snapshots_.count(); ++shard, after = 0) {
      for (;;) {
        const auto ids = snapshots_.ledger(shard).entities_after(kind, ledger::EntityId{after}, kAtOnce);
        for (const ledger::EntityId id : ids) {
          add(snapshots_.ledger(shard), snapshots_.ledger(shard).get(id));
          after = static_cast<int64_t>(id);
          if (full(++looked_at))
            return page_response("items", std::move(entries_),
                                 cursor_text({static_cast<int64_t>(shard), after}));
        }
        if (ids.size() < kAtOnce) break;
      }
    }
    return page_response("items", std::move(entries_), std::nullopt);
  }

  /// Of a unit's subjects that are open themselves, kind by kind, by their index.
  Response of_unit(const std::vector<std::string>& kinds, const std::string& unit) {
    const auto at = [this](size_t i) { return i < page_.cursor.size() ? page_.cursor[i] : 0; };
    size_t k = static_cast<size_t>(at(1));
    int64_t after = at(2);
    size_t looked_at = 0;
    for (auto shard = static_cast<size_t>(at(0)); shard < snapshots_.count(); ++shard, k = 0) {
      ledger::Ledger& ledger = snapshots_.ledger(shard);
      for (; k < kinds.size(); ++k, after = 0) {
        if (ledger.entities_after(kinds[k], {}, 1).empty()) continue;  // a kind that it has no name for
        const ledger::NameId kind = ledger.intern(kinds[k]);
        for (bool more = true; more;) {
          const auto ids = ledger.open_of_unit(kind, unit, after, kAtOnce);
          more = ids.size() == kAtOnce;
          for (const ledger::EntityId id : ids) {
            add(ledger, ledger.get(id));
            after = static_cast<int64_t>(id);
            if (full(++looked_at))
              return page_response(
                  "items", std::move(entries_),
                  cursor_text({static_cast<int64_t>(shard), static_cast<int64_t>(k), after}));
          }
        }
      }
    }
    return page_response("items", std::move(entries_), std::nullopt);
  }

  Response of_subject(const event::EntityKind& kind, std::string_view key) {
    ledger::Ledger& ledger = snapshots_.ledger(slot_of(kind.name, key) % snapshots_.count());
    add(ledger, ledger.find(kind, key));
    return page_response("items", std::move(entries_), std::nullopt);
  }

 private:
  static constexpr size_t kAtOnce = 500;

  bool full(size_t looked_at) const {
    return entries_.size() >= page_.limit || looked_at >= limits::kRowsLookedAt || page_.filter.exhausted();
  }

  void add(ledger::Ledger& ledger, const Entity* entity) {
    if (entity == nullptr || entity->items.empty()) return;
    const Subject subject = subject_of(*entity, ledger, *configuration_.catalog);
    for (const Item& item : entity->items) {
      if (which_ != Which::all && item.is_open() != (which_ == Which::open)) continue;
      arena_.reset();
      if (page_.filter.any() || page_.filter.wants(item_value(subject, item, ledger, arena_), arena_))
        entries_.push_back(item_json(subject, item, ledger, configuration_.zone));
    }
  }

  Snapshots& snapshots_;
  PageRequest page_;
  const rule::Configuration& configuration_;
  Which which_;
  Json entries_ = Json::array();
  cel::Arena arena_;
};

std::optional<Which> which_of(const std::string& state) {
  if (state.empty() || state == "open") return Which::open;
  if (state == "ended") return Which::ended;
  if (state == "all") return Which::all;
  return std::nullopt;
}

Fault unknown_kind(const std::string& parameter, const std::string& value, const event::Catalog& catalog) {
  return {400, "query parameter '" + parameter + "'", value, "a kind of the catalog",
          suggest(value.substr(0, value.find('/')), catalog.kind_names())};
}

}  // namespace

void Server::Impl::items(Call call) {
  const auto configuration = backend.configuration();
  const ListKind list{"item", item_fields(), {"state", "kind", "subject", "unit"}};
  auto read_request = read_page(call.request.query, list, configuration);
  if (const Fault* fault = std::get_if<Fault>(&read_request)) return call.respond(error_response(*fault));
  PageRequest page = std::move(std::get<PageRequest>(read_request));
  const auto which = which_of(page.parameters["state"]);
  if (!which)
    return call.respond(error_response({400, "query parameter 'state'", page.parameters["state"],
                                        "open, ended or all", "leave it out for open"}));
  const std::string subject = page.parameters["subject"];
  const std::string kind = subject.empty() ? page.parameters["kind"] : subject.substr(0, subject.find('/'));
  const event::EntityKind* known = kind.empty() ? nullptr : configuration->catalog->kind(kind);
  if (known == nullptr && (!kind.empty() || !subject.empty()))
    return call.respond(error_response(unknown_kind(
        subject.empty() ? "kind" : "subject", subject.empty() ? kind : subject, *configuration->catalog)));
  const std::string unit = page.parameters["unit"];
  if (!unit.empty() && (!subject.empty() || *which != Which::open))
    return call.respond(error_response({400, "query parameter 'unit'", unit, "neither a subject nor a state",
                                        "leave those out, or filter by item.unit"}));
  const std::string key = subject.substr(std::min(subject.find('/'), subject.size() - 1) + 1);
  read(
      [page, configuration, which = *which, known, kind, key, unit,
       one = !subject.empty()](Snapshots& snapshots) {
        ItemsPage items(snapshots, page, *configuration, which);
        if (!unit.empty())
          return items.of_unit(
              kind.empty() ? configuration->catalog->kind_names() : std::vector<std::string>{kind}, unit);
        return one ? items.of_subject(*known, key) : items.all(kind);
      },
      std::move(call.respond));
}

}  // namespace duban::api
