// Events whose predecessor is missing wait on their entity for a bounded time.
#include <algorithm>

#include "core/limits.hpp"
#include "engine/impl.hpp"

namespace duban::engine {

void Engine::Impl::park(Entity& entity, const Event& event) {
  if (entity.parked.size() >= limits::kParkedPerEntity) {
    refuse(event, "D21",
           "its predecessor is missing and " + std::to_string(entity.parked.size()) +
               " events wait for it already");
    return;
  }
  entity.parked.push_back({now + event.type->park_for, event.origin.input->topic,
                           event.origin.input->partition, event.origin.offset, event.origin.at,
                           event::to_structured(event)});
  ++applied.parked;
  remember(entity, event);
}

/// Each applied event may be the predecessor that another waited for.
void Engine::Impl::retry_parked(Entity& entity) {
  for (size_t i = 0; i < entity.parked.size();) {
    const ledger::Parked parked = entity.parked[i];
    const event::Input input{parked.topic, parked.partition};
    const event::Decoded decoded =
        decoder->decode_structured(parked.event, Origin{&input, parked.offset, parked.at}, ledger.arena());
    const Event* event = std::get_if<Event>(&decoded);
    const Staged staged = event != nullptr ? judge(*event, &entity) : Staged{};
    if (event != nullptr && staged.verdict == Verdict::waiting) {
      ++i;
      continue;
    }
    entity.parked.erase(entity.parked.begin() + static_cast<std::ptrdiff_t>(i));
    ledger.touch(entity);
    if (event == nullptr)
      refuse(std::get<event::Refusal>(decoded), is_home(entity));
    else if (staged.verdict == Verdict::illegal)
      refuse(*event, "D20", staged.reason);
    else
      transition(entity, *event, staged, true);
    i = 0;
  }
}

/// The parking time of some events is over: each is applied as a gap or dead-lettered, as the catalog says.
void Engine::Impl::give_up_parked(Entity& entity) {
  for (;;) {
    const auto over = std::find_if(entity.parked.begin(), entity.parked.end(),
                                   [&](const ledger::Parked& p) { return p.until <= now; });
    if (over == entity.parked.end()) return;
    const ledger::Parked parked = std::move(*over);
    entity.parked.erase(over);
    ledger.touch(entity);
    const event::Input input{parked.topic, parked.partition};
    const event::Decoded decoded =
        decoder->decode_structured(parked.event, Origin{&input, parked.offset, parked.at}, ledger.arena());
    const Event* event = std::get_if<Event>(&decoded);
    if (event == nullptr) {
      refuse(std::get<event::Refusal>(decoded), is_home(entity));
      continue;
    }
    // A gap is a step that is missing in a known life; of what was never heard of there is nothing to go on
    // from.
    if (event->type->gap == event::Gap::dead_letter || !entity.known) {
      refuse(*event, "D21", judge_state(*event, &entity).reason + "; its predecessor did not come in time");
      continue;
    }
    Staged staged;
    stage_fields(*event, &entity, staged);
    if (staged.verdict == Verdict::illegal) {
      refuse(*event, "D20", staged.reason);
      continue;
    }
    transition(entity, *event, staged, true);
    retry_parked(entity);
  }
}

}  // namespace duban::engine
