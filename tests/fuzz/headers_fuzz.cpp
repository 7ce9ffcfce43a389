// The decoder on arbitrary headers: lines `name: value` up to an empty one, then the record's value.
#include "event_check.hpp"

namespace {

/// Cuts the next line off `text`, without its end.
std::string_view next_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban::event;
  static Decoder decoder(duban::fuzz::event_catalog(), duban::Zone::shanghai());
  static duban::cel::Arena arena;
  static const Input input{"fuzz", 0};
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  Record record;
  record.input = &input;
  for (std::string_view line = next_line(rest); !line.empty(); line = next_line(rest)) {
    const size_t colon = std::min(line.find(": "), line.size());
    record.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  record.payload = rest;
  arena.reset();
  const Decoded decoded = decoder.decode(record, arena);
  duban::fuzz::check_decoded(decoder, decoded, record, arena);
  return 0;
}
