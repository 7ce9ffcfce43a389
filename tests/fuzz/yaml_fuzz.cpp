// The YAML reader on arbitrary bytes: every getter of every node.
#include <algorithm>

#include "core/yaml.hpp"
#include "require.hpp"

namespace duban::fuzz {
namespace {

constexpr char kName[] = "fuzz.yaml";
/// Aliases make a small text a large tree; a loader reads a bounded number of keys.
constexpr int kMostNodes = 5'000;

class Walk {
 public:
  explicit Walk(int lines) : lines_(lines) {}

  void node(const yaml::Reader& at, int depth) {
    if (++nodes_ > kMostNodes || depth > 100) return;
    const Place place = at.place();
    require(place.line >= 0 && place.line <= lines_, "a node lies within the text");
    at.key_place();
    if (at.is_map()) map(at, depth);
    if (at.is_list())
      for (const auto& item : at.items()) node(item, depth + 1);
    if (at.is_scalar()) scalar(at);
    at.items_or_one();
    at.finish();
  }

 private:
  void map(const yaml::Reader& at, int depth) {
    for (const auto& [key, value] : at.entries()) {
      require(at.get(key).place().line == value.place().line, "a key leads to its own value");
      node(value, depth + 1);
    }
    at.required("no such key");
  }

  void scalar(const yaml::Reader& at) {
    const std::string text = at.string();
    for (const size_t offset : {size_t{0}, text.size() / 2, text.size()}) {
      const Place place = at.place_at(offset);
      require(place.line >= 0 && place.line <= lines_, "a byte of a scalar lies within the text");
    }
    at.integer();
    at.number();
    at.boolean();
    at.date();
    at.time_of_day();
    at.duration();
    at.one_of({"one", "two"});
  }

  int lines_;
  int nodes_ = 0;
};

}  // namespace
}  // namespace duban::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace duban;
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  const int lines = static_cast<int>(std::count(text.begin(), text.end(), '\n')) + 1;
  Diagnostics found;
  const auto root = yaml::Reader::parse(fuzz::kName, text, found);
  fuzz::require(root || found.has_errors() || text.find_first_not_of(" \t\r\n") == text.npos || !root,
                "an absent document has its reason");
  if (root) {
    fuzz::Walk(lines).node(root, 0);
    root.to_json();
  }
  fuzz::require_findings(found, fuzz::kName, lines);
  return 0;
}
