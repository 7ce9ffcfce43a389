// The decoder on arbitrary bytes, in both modes.
//
// The first byte chooses the mode; the rest is the record's value. Besides not crashing and not hanging: a
// refusal has a code and a reason in UTF-8 and keeps the bytes; an event comes back from its kept form as it
// was.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/utf8.hpp"
#include "event/event.hpp"

namespace duban::event {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

constexpr const char* kCatalog = R"(
entities:
  hazard:
    key: hazard_id
    fields:
      { title: string, level: { enum: [general, major] }, area: area, areas: [area], tags: [string], due: date,
        at: timestamp, percent: double, count: int, concealed: bool, lasts: duration, five_fixes: map }
    states: { open: [reported], done: [closed] }
    events:
      hazard.reported: { creates: reported }
      hazard.closed: { from: [reported], to: closed }
events:
  drill.completed: { required: [on], fields: { on: date } }
)";

std::shared_ptr<const Catalog> catalog() {
  std::string folder = "/tmp/duban-fuzz-XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "a temporary folder");
  std::ofstream(folder + "/catalog.yaml") << kCatalog;
  Diagnostics found;
  auto loaded = Catalog::load(folder, cel::Environment(), found);
  std::filesystem::remove_all(folder);
  if (!loaded) std::fprintf(stderr, "%s", found.text().c_str());
  require(loaded != nullptr, "the catalog loads");
  return loaded;
}

void check(Decoder& decoder, const Decoded& decoded, const Record& record, cel::Arena& arena) {
  if (const auto* refusal = std::get_if<Refusal>(&decoded)) {
    require(refusal->code.size() == 3 && !refusal->reason.empty(), "a refusal has code and reason");
    require(utf8::invalid_at(refusal->reason) == std::string_view::npos, "a reason is UTF-8");
    require(refusal->payload == record.payload, "a refusal keeps the bytes");
    return;
  }
  const Event& event = std::get<Event>(decoded);
  const Decoded again = decoder.decode_structured(to_structured(event), event.origin, arena);
  const Event* back = std::get_if<Event>(&again);
  require(back != nullptr, "a kept event can be read");
  require(back->identity == event.identity && back->content == event.content && back->key == event.key &&
              cel::to_json(back->data) == cel::to_json(event.data),
          "a kept event is as it was");
}

}  // namespace
}  // namespace duban::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban::event;
  static Decoder decoder(catalog(), duban::Zone::shanghai());
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
  check(decoder, decoded, record, arena);
  return 0;
}
