#include "event_check.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/utf8.hpp"
#include "require.hpp"

namespace duban::fuzz {
namespace {

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

}  // namespace

std::shared_ptr<const event::Catalog> event_catalog() {
  std::string folder = "/tmp/duban-fuzz-XXXXXX";
  require(mkdtemp(folder.data()) != nullptr, "a temporary folder");
  std::ofstream(folder + "/catalog.yaml") << kCatalog;
  Diagnostics found;
  auto loaded = event::Catalog::load(folder, cel::Environment(), found);
  std::filesystem::remove_all(folder);
  if (!loaded) std::fprintf(stderr, "%s", found.text().c_str());
  require(loaded != nullptr, "the catalog loads");
  return loaded;
}

void check_decoded(event::Decoder& decoder, const event::Decoded& decoded, const event::Record& record,
                   cel::Arena& arena) {
  if (const auto* refusal = std::get_if<event::Refusal>(&decoded)) {
    require(refusal->code.size() == 3 && !refusal->reason.empty(), "a refusal has code and reason");
    require(utf8::invalid_at(refusal->reason) == std::string_view::npos, "a reason is UTF-8");
    require(refusal->payload == record.payload, "a refusal keeps the bytes");
    return;
  }
  const event::Event& found = std::get<event::Event>(decoded);
  const event::Decoded again = decoder.decode_structured(event::to_structured(found), found.origin, arena);
  const event::Event* back = std::get_if<event::Event>(&again);
  require(back != nullptr, "a kept event can be read");
  require(back->identity == found.identity && back->content == found.content && back->key == found.key &&
              cel::to_json(back->data) == cel::to_json(found.data),
          "a kept event is as it was");
}

}  // namespace duban::fuzz
