// What fuzzers of the event decoder have in common: a small catalog, and what must hold of any answer.
#pragma once

#include <memory>

#include "event/event.hpp"

namespace duban::fuzz {

std::shared_ptr<const event::Catalog> event_catalog();
/// A refusal has a code and a reason in UTF-8 and keeps the bytes; an event comes back from its kept form as
/// it was.
void check_decoded(event::Decoder& decoder, const event::Decoded& decoded, const event::Record& record,
                   cel::Arena& arena);

}  // namespace duban::fuzz
