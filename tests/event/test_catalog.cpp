#include <algorithm>
#include <catch2/catch.hpp>

#include "event/catalog.hpp"
#include "support/temporary_folder.hpp"

using namespace duban;
using namespace duban::event;

namespace {

/// A catalog of the given files; they are read in order of name.
std::shared_ptr<const Catalog> load(const std::vector<std::pair<std::string, std::string>>& files,
                                    Diagnostics& out) {
  const test::TemporaryFolder folder;
  for (const auto& [file, text] : files) folder.write(file, text);
  return Catalog::load(folder.file(""), {}, out);
}

constexpr char kHazard[] = R"(
entities:
  hazard:
    title: 隐患
    key: hazard_id
    unit: [enterprise_id, responsible_unit]
    fields:
      title: string
      level: { enum: hazard_level }
      area: area
      areas: [area]
      industry: string
      enterprise_id: unit
      responsible_unit: unit
      tags: [{ enum: [crane] }]
      due: date
      fail_count: int
    states: { open: [reported, ordered], done: [closed, withdrawn] }
    events:
      hazard.reported: { creates: reported, required: [area, title], missing: reject, sets: { fail_count: "0" } }
      hazard.ordered: { from: [reported, closed], to: ordered, required: [due], gap: apply, park_for: 30m }
      hazard.reinspected:
        from: [ordered]
        to: "event.result == 'passed' ? 'closed' : 'ordered'"
        fields: { result: { enum: [passed, failed] }, type: string }
        sets: { fail_count: hazard.fail_count + 1 }
        refuse: [{ when: hazard.fail_count > 3, reason: 复查次数过多 }]
      hazard.withdrawn: { from: any_open, to: withdrawn, effect: decide }
)";
constexpr char kLists[] = R"(
lists:
  hazard_level: { general: 一般隐患, major: 重大隐患 }
  color: [red, blue]
entities:
  unit:
    key: unit_id
    fields: { name: string, area: area }
    states: { open: [active] }
    events:
      party.upserted: { key: party_id, creates: active, from: any_open, required: [party_id, name] }
  warning:
    key: warning_id
    supersedes: previous
    grade: color
    expires: until
    fields: { previous: string, color: { enum: color }, until: timestamp }
    states: { open: [active], done: [expired, replaced] }
    superseded: replaced
    events:
      weather.warning: { creates: active }
events:
  meeting.held: { key: unit, required: [unit], fields: { unit: unit, on: date } }
)";

std::shared_ptr<const Catalog> shipped_like() {
  Diagnostics out;
  auto catalog = load({{"a.yaml", kHazard}, {"b.yaml", kLists}}, out);
  INFO(out.text());
  REQUIRE(catalog != nullptr);
  CHECK(out.sorted().empty());
  return catalog;
}

cel::Value value_of(const Expression& expression, const EntityKind& kind, const EventType& type,
                    cel::Arena& arena, const char* result) {
  cel::Value* entity = arena.values(kind.layout->fields.size());
  std::fill_n(entity, kind.layout->fields.size(), cel::Value::absent());
  entity[kind.layout->find("fail_count")] = cel::Value::of(2);
  cel::Value* event = arena.values(type.layout->fields.size());
  std::fill_n(event, type.layout->fields.size(), cel::Value::absent());
  event[type.layout->find("result")] = cel::Value::of(std::string_view(result));
  const cel::Value variables[] = {cel::Value::of_record(kind.layout, entity),
                                  cel::Value::of_record(type.layout, event)};
  cel::Context context{arena};
  return expression->evaluate(variables, context);
}

}  // namespace

TEST_CASE("a kind's record begins with its key, its state and whether it is open") {
  const auto catalog = shipped_like();
  const EntityKind& hazard = *catalog->kind("hazard");
  CHECK(hazard.title == "隐患");
  CHECK(hazard.layout->fields[kKeyField].name == "hazard_id");
  CHECK(hazard.layout->fields[kStateField].name == "state");
  CHECK(hazard.layout->fields[kOpenField].name == "open");
  CHECK(hazard.layout->fields[kFirstDeclaredField].name == "title");
  CHECK_FALSE(hazard.layout->open);
  CHECK(*hazard.layout->fields[kStateField].type.values ==
        std::vector<std::string>{"reported", "ordered", "closed", "withdrawn"});
  CHECK(hazard.is_open("ordered"));
  CHECK_FALSE(hazard.is_open("closed"));
  CHECK_FALSE(hazard.has_state("gone"));
}

TEST_CASE("the fields that mean something to the engine are found by name and declaration") {
  const auto catalog = shipped_like();
  const EntityKind& hazard = *catalog->kind("hazard");
  const auto field = [&](const char* name) { return hazard.layout->find(name); };
  CHECK(hazard.area == field("area"));
  CHECK(hazard.industry == field("industry"));
  CHECK(hazard.title_field == field("title"));
  CHECK(hazard.unit_fields == std::vector<int>{field("enterprise_id"), field("responsible_unit")});
  CHECK(hazard.supersedes == -1);
  CHECK(catalog->kind("unit")->title_field == catalog->kind("unit")->layout->find("name"));
  const EntityKind& warning = *catalog->kind("warning");
  CHECK(warning.layout->fields[static_cast<size_t>(warning.grade)].name == "color");
  CHECK(warning.expired_state == "expired");
  CHECK(warning.superseded_state == "replaced");
}

TEST_CASE("a list may be declared in a later file, as names or with titles") {
  const auto catalog = shipped_like();
  REQUIRE(catalog->list("hazard_level") != nullptr);
  CHECK(*catalog->list("hazard_level") == std::vector<std::string>{"general", "major"});
  CHECK(catalog->list("nothing") == nullptr);
  const auto& level =
      catalog->kind("hazard")
          ->layout->fields[static_cast<size_t>(catalog->kind("hazard")->layout->find("level"))];
  CHECK(level.type.values->size() == 2);
}

TEST_CASE(
    "an event's record has the envelope, the key, the entity's fields, its own, and a map of all others") {
  const auto catalog = shipped_like();
  const EventType& event = *catalog->event("hazard.reinspected");
  CHECK(event.kind == catalog->kind("hazard"));
  CHECK(event.layout->fields[kCeId].name == "ce_id");
  CHECK(event.layout->fields[kCeTime].type.base == cel::Type::Base::timestamp);
  CHECK(event.layout->fields[kFirstDataField].name == "hazard_id");
  CHECK(event.key_field == kFirstDataField);
  CHECK(event.layout->find("type") > kFirstDataField);  // a data field may have this name
  CHECK(event.layout->fields.back().name == kOtherFields);
  CHECK(event.layout->open);
  CHECK(event.copies.size() == catalog->kind("hazard")->layout->fields.size() - kFirstDeclaredField);
  for (const auto& [from, to] : event.copies)
    CHECK(event.layout->fields[static_cast<size_t>(from)].name ==
          event.kind->layout->fields[static_cast<size_t>(to)].name);
  CHECK(event.areas == std::vector<int>{event.layout->find("area"), event.layout->find("areas")});
}

TEST_CASE("an event may call the key otherwise, and a fact may have one of its own") {
  const auto catalog = shipped_like();
  const EventType& upserted = *catalog->event("party.upserted");
  CHECK(upserted.key_field == upserted.layout->find("party_id"));
  CHECK(upserted.layout->find("unit_id") == -1);
  const EventType& held = *catalog->event("meeting.held");
  CHECK(held.kind == nullptr);
  CHECK(held.key_field == held.layout->find("unit"));
  CHECK(held.required == std::vector<int>{held.layout->find("unit")});
}

TEST_CASE("transitions say where they are legal and what follows if they are not") {
  const auto catalog = shipped_like();
  const EventType& ordered = *catalog->event("hazard.ordered");
  CHECK(ordered.legal_in("reported"));
  CHECK(ordered.legal_in("closed"));
  CHECK_FALSE(ordered.legal_in("ordered"));
  CHECK(ordered.creates == nullptr);
  CHECK(ordered.missing == Missing::park);
  CHECK(ordered.gap == Gap::apply);
  CHECK(ordered.park_for == Duration(std::chrono::minutes(30)));
  const EventType& reported = *catalog->event("hazard.reported");
  CHECK(reported.creates->constant()->text() == "reported");
  CHECK(reported.missing == Missing::reject);
  CHECK(reported.gap == Gap::dead_letter);
  CHECK_FALSE(reported.legal_in("reported"));
  CHECK(reported.required.size() == 3);  // the key is always required
  const EventType& withdrawn = *catalog->event("hazard.withdrawn");
  CHECK(withdrawn.legal_in("ordered"));
  CHECK_FALSE(withdrawn.legal_in("closed"));
  CHECK(withdrawn.effect == Effect::decide);
}

TEST_CASE("a catalog's expressions see the entity by its kind's name and the event") {
  const auto catalog = shipped_like();
  const EventType& event = *catalog->event("hazard.reinspected");
  cel::Arena arena;
  CHECK(value_of(event.to, *event.kind, event, arena, "passed").text() == "closed");
  CHECK(value_of(event.to, *event.kind, event, arena, "failed").text() == "ordered");
  REQUIRE(event.sets.size() == 1);
  CHECK(event.sets[0].field == event.kind->layout->find("fail_count"));
  CHECK(value_of(event.sets[0].value, *event.kind, event, arena, "failed").integer() == 3);
  REQUIRE(event.refuses.size() == 1);
  CHECK(event.refuses[0].reason == "复查次数过多");
  CHECK_FALSE(value_of(event.refuses[0].when, *event.kind, event, arena, "failed").is_true());
}

TEST_CASE("names of kinds and events are unique over all files of a catalog") {
  Diagnostics out;
  CHECK(load({{"a.yaml", kHazard}, {"b.yaml", kLists}, {"c.yaml", "lists: { color: [green] }"}}, out) ==
        nullptr);
  REQUIRE(out.sorted().size() == 1);
  CHECK(out.sorted()[0].code == "E204");
  CHECK(out.sorted()[0].hint.find("b.yaml:4") != std::string::npos);
}

TEST_CASE("a catalog without a folder or without a file is an error") {
  Diagnostics none;
  CHECK(Catalog::load("/nowhere/at/all", {}, none) == nullptr);
  CHECK(none.has_errors());
  Diagnostics empty;
  CHECK(load({}, empty) == nullptr);
  CHECK(empty.has_errors());
}
