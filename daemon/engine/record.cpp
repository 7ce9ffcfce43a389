// What is written of an event: its dead letter if it is refused, its journal entry if it is applied.
#include "engine/impl.hpp"

namespace duban::engine {

void Engine::Impl::refuse(const Event& event, std::string code, std::string reason) {
  event::Refusal refusal;
  refusal.code = std::move(code);
  refusal.reason = std::move(reason);
  refusal.origin = event.origin;
  refusal.key = event.key;
  if (event.record != nullptr) {
    refusal.key = event.record->key;
    refusal.payload = event.record->payload;
    for (const event::Header& header : event.record->headers)
      refusal.headers.emplace_back(header.name, header.value);
  } else {  // it was parked
    refusal.payload = event::to_structured(event);
    refusal.headers = {{"content-type", "application/cloudevents+json"}};
  }
  refuse(refusal, at_home(event));
}

/// Only the home of an event refuses it; to the other shards it was shown as a fact.
void Engine::Impl::refuse(const event::Refusal& refusal, bool home) {
  if (!home) return;
  ledger::DeadLetter letter;
  letter.topic = refusal.origin.input->topic;
  letter.partition = refusal.origin.input->partition;
  letter.offset = refusal.origin.offset;
  letter.at = now;
  letter.code = refusal.code;
  letter.reason = refusal.reason;
  letter.key = refusal.key;
  letter.payload = refusal.payload;
  letter.headers = refusal.headers;
  ledger.dead_letter(letter, options.dead_letter_channel);
  ++applied.dead_letters;
  if (options.on_dead_letter) options.on_dead_letter(letter);
}

void Engine::Impl::write_journal(const Event& event, Entity* entity) {
  ledger::JournalEntry entry;
  entry.at = now;
  entry.kind = ledger::JournalKind::record;
  if (entity != nullptr) entry.entity = entity->id;
  entry.topic = event.origin.input->topic;
  entry.partition = event.origin.input->partition;
  entry.offset = event.origin.offset;
  entry.body = event::to_structured(event);
  ledger.journal(entry);
}

}  // namespace duban::engine
