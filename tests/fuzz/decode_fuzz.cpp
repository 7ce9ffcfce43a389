// The decoder on arbitrary bytes, in both modes: the first byte chooses the mode, the rest is the record's
// value. Besides not crashing and not hanging: what check_decoded() says.
#include "event_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban::event;
  static Decoder decoder(duban::fuzz::event_catalog(), duban::Zone::shanghai());
  static duban::cel::Arena arena;
  static const Input input{"fuzz", 0};
  if (size == 0) return 0;
  Record record;
  record.input = &input;
  record.payload = {reinterpret_cast<const char*>(bytes) + 1, size - 1};
  switch (bytes[0] % 3) {
    case 0:
      record.headers = {{"content-type", "application/cloudevents+json"}};
      break;
    case 1:
      record.headers = {{"ce_id", "1"},
                        {"ce_source", "s"},
                        {"ce_specversion", "1.0"},
                        {"ce_type", "hazard.reported"},
                        {"ce_time", "2023-01-19T10:00:00Z"},
                        {"ce_subject", "H1"}};
      break;
    default:
      break;
  }
  arena.reset();
  const Decoded decoded = decoder.decode(record, arena);
  duban::fuzz::check_decoded(decoder, decoded, record, arena);
  return 0;
}
