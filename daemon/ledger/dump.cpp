#include "ledger/dump.hpp"

#include <algorithm>
#include <map>

#include "ledger/dead_letter_json.hpp"

namespace duban::ledger {

namespace {

std::string at(Instant t) { return t == kNever ? "-" : std::to_string(ms_of(t)); }

/// A text on one line, in quotes.
std::string quoted(std::string_view text) { return cel::to_json(cel::Value::of(text)); }

/// Fields in order of name, absent ones left out, so that the order in a layout does not show.
std::string fields(const Entity& entity, const Layout& layout) {
  std::map<std::string_view, std::string> present;
  for (size_t i = 0; i < layout.fields.size(); ++i) {
    if (!entity.fields[i].is_absent()) present[layout.fields[i]] = cel::to_json(entity.fields[i]);
  }
  std::string text;
  for (const auto& [name, value] : present)
    text.append("  field ").append(name).append(" ").append(value) += '\n';
  return text;
}

std::string item(const Item& item, const Names& names) {
  std::string text =
      "  item " + names.text(item.rule) + ' ' + quoted(item.span) + " episode " + quoted(item.episode) +
      " opened " + at(item.opened) + " planned " + at(item.planned) + " due " + at(item.due) + " due_date " +
      (item.due_date ? item.due_date->str() : "-") + (item.provisional ? " provisional" : "") + " ended " +
      at(item.ended) + ' ' + std::string(name(item.outcome)) + " level " + std::to_string(item.level) + ' ' +
      std::to_string(item.floor) + ' ' + std::to_string(item.decided) + " next " + at(item.next) + " done " +
      std::to_string(item.done) + " streak " + std::to_string(item.streak) + " misses " +
      std::to_string(item.misses) + '/' + std::to_string(item.misses_year) + " reopened " +
      std::to_string(item.reopened) + " noticed " + at(item.noticed) + " cause " +
      names.text(item.cause.type) + ' ' + quoted(item.cause.id) + ' ' + names.text(item.cause.topic) + '/' +
      std::to_string(item.cause.partition) + '/' + std::to_string(item.cause.offset) + " near_miss " +
      quoted(item.near_miss) + " evidence";
  for (uint64_t key : item.done_keys) text += ' ' + std::to_string(key);
  text += " fired";
  for (const Fired& fired : item.fired) {
    text += ' ' + names.text(fired.stage) + ':' + std::to_string(fired.count) + '@' + at(fired.last);
  }
  text += " decided";
  for (const Decision& decision : item.decisions)
    text += ' ' + std::to_string(decision.level) + '@' + at(decision.at);
  text += " told";
  for (const std::string& told : item.told) text += ' ' + quoted(told);
  if (!item.carried.empty()) text += " carried " + quoted(item.carried);
  if (item.cleared != kNever) text += " cleared " + at(item.cleared);
  for (const std::string& proposal : item.proposals) text += " proposal " + proposal;
  return text + '\n';
}

std::string header(const Entity& entity) {
  std::string text = "  began " + quoted(entity.began_by) + ' ' + at(entity.began) + " reopened " +
                     std::to_string(entity.reopened) + " changed " + at(entity.changed) + " expires " +
                     at(entity.expires) + " chain " + quoted(entity.chain) + ' ' + at(entity.chain_start);
  for (const std::string& key : entity.chain_keys) text += ' ' + quoted(key);
  text += "\n  recent";
  for (const RecentEvent& event : entity.recent) {
    text += ' ' + std::to_string(event.identity) + ':' + std::to_string(event.content);
  }
  text += '\n';
  for (const Parked& parked : entity.parked) {
    text += "  parked " + at(parked.until) + ' ' + quoted(parked.topic) + '/' +
            std::to_string(parked.partition) + '/' + std::to_string(parked.offset) + ' ' + at(parked.at) +
            ' ' + quoted(parked.event) + '\n';
  }
  return text;
}

std::string entity_text(const Entity& entity, const Layout& layout, const Names& names) {
  std::string text =
      "entity " + layout.kind + ' ' + quoted(entity.key) + (entity.known ? "" : " placeholder") +
      (entity.indexed ? " open in " + quoted(entity.indexed_area) + " of " + quoted(entity.indexed_unit)
                      : "") +
      '\n' + header(entity) + fields(entity, layout);
  for (const Provisional& provisional : entity.provisional) {
    text += "  provisional " + layout.fields[static_cast<size_t>(provisional.field)] + ' ' +
            quoted(provisional.event) + '\n';
  }
  std::vector<std::string> items;
  for (const Item& one : entity.items) items.push_back(item(one, names));
  std::sort(items.begin(), items.end());
  for (const std::string& one : items) text += one;
  return text;
}

void dump_entities(const Content& content, std::ostream& out) {
  std::map<std::pair<std::string, std::string>, std::string> texts;
  content.entities.each_row([&](const Entity& entity, const Layout& layout) {
    texts[{layout.kind, entity.key}] = entity_text(entity, layout, content.names);
  });
  for (const auto& [key, text] : texts) out << text;
}

void dump_alerts(const Content& content, std::ostream& out) {
  std::map<std::string, std::string> texts;
  const int64_t last = content.database.number("SELECT max(sequence) FROM alert", "reading the last alert");
  for (int64_t sequence = 1; sequence <= last; ++sequence) {
    const std::optional<AlertRow> row = content.outbox.row(sequence);
    if (!row) continue;
    std::string text = "alert " + row->alert.id + ' ' + at(row->alert.at) + " severity " +
                       std::to_string(row->alert.severity) + ' ' + row->alert.json + '\n';
    for (int64_t i = 0; i < row->deliveries; ++i) {
      const auto status = content.outbox.status(row->first_delivery + i);
      if (status)
        text.append("  delivery ").append(status->channel).append(" ").append(name(status->state)) += '\n';
    }
    texts[row->alert.id] = std::move(text);
  }
  for (const auto& [id, text] : texts) out << text;
}

void dump_dead_letters(const Content& content, std::ostream& out) {
  std::map<std::string, std::string> texts;
  for (const DeadLetter& letter : content.outbox.dead_letters(SIZE_MAX / 2)) {
    texts[dead_letter_key(letter)] = dead_letter_json(letter);
  }
  for (const auto& [position, envelope] : texts) out << "dead letter " << position << ' ' << envelope << '\n';
}

}  // namespace

void dump(const Content& content, std::ostream& out) {
  dump_entities(content, out);
  dump_alerts(content, out);
  dump_dead_letters(content, out);
  for (const MeasureCount& count : content.measures.all())
    out << "measure " << content.names.text(count.measure) << ' ' << quoted(count.place) << ' '
        << count.day.str() << ' ' << count.count << '\n';
  for (const Position& position : content.registry.positions()) {
    out << "position " << position.input.topic << '/' << position.input.partition << ' '
        << position.next_offset << ' ' << position.cluster << '\n';
  }
  out << "instant " << at(content.registry.instant()) << '\n';
}

}  // namespace duban::ledger
