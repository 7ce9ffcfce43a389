#include "base.hpp"

#include <fmt/format.h>

#include "require.hpp"

namespace duban::fuzz {
namespace {

constexpr char kCatalog[] = R"(
entities:
  unit:
    key: unit_id
    fields: { kind: { enum: [enterprise, town, department, office] }, name: string, area: area, superior: unit,
              flags: [string], industries: [string], posts: map }
    states: { open: [active], done: [closed] }
    events:
      party.upserted: { creates: active, required: [unit_id], fields: { unit_id: string } }
  hazard:
    key: hazard_id
    unit: [enterprise_id]
    fields:
      { title: string, level: { enum: [general, major] }, area: area, tags: [{ enum: [deep_excavation, sewer_pipe] }],
        enterprise_id: unit, due: date, found_on: date, at: timestamp, percent: double, count: int, limit: map }
    states: { open: [reported, ordered], done: [closed] }
    events:
      hazard.reported: { creates: reported }
      hazard.ordered: { from: [reported], to: ordered }
      hazard.closed: { from: [reported, ordered], to: closed }
  warning:
    key: warning_id
    supersedes: supersedes
    grade: color
    expires: expires
    fields: { type: { enum: [rainstorm, typhoon] }, color: { enum: [blue, yellow, orange, red] }, areas: [area],
              supersedes: string, expires: timestamp }
    states: { open: [active], done: [cancelled, superseded, expired] }
    events:
      weather.warning: { creates: active }
  inspection:
    key: inspection_id
    unit: [unit]
    fields: { unit: unit, area: area, kind: [string], leader_led: bool, on: date }
    states: { open: [planned], done: [completed] }
    events:
      inspection.completed: { creates: completed }
)";

constexpr char kStatutory[] = R"(
statutory:
  from: 2025
  holidays:
    - { id: new-year, name: 元旦, date: 01-01, days: 1 }
    - { id: spring-festival, name: 春节, lunar: 01-01, eve: true, days: 4 }
)";

constexpr char kSeasons[] = R"(
seasons:
  - { id: flood, name: 汛期, areas: [{ area: '34', from: 05-01, to: 09-30 }] }
)";

std::string file(const char* name, const std::string& text) {
  return fmt::format("#file {} {}\n{}\n", name, text.size(), text);
}

}  // namespace

Base::Base() {
  Diagnostics out;
  rule::add_functions(environment);
  constants = rule::read_constants(
      yaml::Reader::parse("constants", "{ limit: 10wd, n: 3, both: 1mo 2d, time: '08:30' }", out),
      environment);
  calendar =
      calendar::Calendar::from_text(file("seasons.yaml", kSeasons) + file("statutory.yaml", kStatutory), out);
  catalog = event::Catalog::load({{"catalog.yaml", kCatalog}}, environment, out);
  if (!catalog || out.has_errors()) std::fprintf(stderr, "%s", out.text().c_str());
  require(catalog != nullptr && !out.has_errors(), "what the rules stand on loads");
}

}  // namespace duban::fuzz
