#include "core/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/limits.hpp"
#include "core/yaml_scalar.hpp"
#include "core/yaml_tree.hpp"

namespace duban::yaml {

struct Reader::Cursor {
  std::shared_ptr<File> file;
  const Node* node;  // null if absent
  const Node* key;   // under which it stands, or null
  Place fallback;    // of an absent node
  Diagnostics* out;

  bool is(Node::Kind kind) const { return node != nullptr && node->kind == kind; }
  bool present() const { return node != nullptr && node->kind != Node::Kind::null; }
  Place place() const { return node != nullptr ? file->place(node->begin) : fallback; }

  /// Once for each node: a loader that asks twice hears it once.
  void complain(std::string code, std::string message, std::string hint) const {
    if (file->complained.insert(node).second)
      out->error(std::move(code), place(), std::move(message), std::move(hint));
  }

  void expect_kind(Node::Kind kind) const;
  const std::string* scalar(std::string_view expected) const;
  template <typename Parse>
  auto parsed(Parse parse, std::string_view expected, std::string_view hint, bool quotes_allowed = true) const
      -> decltype(parse(std::string_view{}));
};

namespace {

std::string_view name_of(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return "";
}

/// A value short enough for one line of an error.
std::string shown(const std::string& text) {
  constexpr size_t kLength = 60;
  if (text.size() <= kLength) return text;
  size_t cut = kLength;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "…";
}

std::string json_text(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return node.quoted ? json_string(node.text) : json_of(node.text);
    case Node::Kind::list:
      for (const Node* item : node.items) text += (text.empty() ? "[" : ",") + json_text(*item);
      return text.empty() ? "[]" : text + "]";
    case Node::Kind::map:
      for (const auto& [key, value] : node.entries)
        text += (text.empty() ? "{" : ",") + json_string(key->text) + ":" + json_text(*value);
      return text.empty() ? "{}" : text + "}";
  }
  return text;
}

/// The whole file, or nothing and the reason reported.
std::optional<std::string> contents(const std::string& path, Diagnostics& out) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) {
    out.error("E001", {path}, fmt::format("cannot be read: {}", error.message()),
              "give the path of a file that can be read");
    return {};
  }
  if (size > limits::kConfigFileBytes) {
    out.error("E001", {path},
              fmt::format("has {} bytes, more than the {} allowed", size, limits::kConfigFileBytes),
              "split it");
    return {};
  }
  std::ifstream stream{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.good() && !stream.eof()) {
    out.error("E001", {path}, fmt::format("cannot be read: {}", std::strerror(errno)),
              "check its permissions");
    return {};
  }
  return text;
}

}  // namespace

void Reader::Cursor::expect_kind(Node::Kind kind) const {
  if (present() && node->kind != kind)
    complain("E008", fmt::format("{} stands where {} is expected", name_of(node->kind), name_of(kind)), {});
}

/// The text of a scalar; null if absent, or reported as of the wrong type.
const std::string* Reader::Cursor::scalar(std::string_view expected) const {
  if (!present()) return nullptr;
  if (is(Node::Kind::scalar)) return &node->text;
  const char first = file->text[node->begin];
  complain("E008", fmt::format("{} stands where {} is expected", name_of(node->kind), expected),
           first == '{' || first == '[' ? fmt::format("quote a text that begins with '{}'", first) : "");
  return nullptr;
}

template <typename Parse>
auto Reader::Cursor::parsed(Parse parse, std::string_view expected, std::string_view hint,
                            bool quotes_allowed) const -> decltype(parse(std::string_view{})) {
  const std::string* text = scalar(expected);
  if (text == nullptr) return {};
  const auto value = parse(*text);
  if (value && (quotes_allowed || !node->quoted)) return value;
  complain("E009", fmt::format("'{}' is not {}", shown(*text), expected),
           value ? "write it without quotes" : std::string{hint});
  return {};
}

Reader::Reader(std::shared_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}
Reader::Reader(const Reader&) = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(const Reader&) = default;
Reader::~Reader() = default;

Reader Reader::open(const std::string& path, Diagnostics& out) {
  auto text = contents(path, out);
  if (text) return parse(path, std::move(*text), out);
  return Reader{std::make_shared<Cursor>(
      Cursor{std::make_shared<File>(path, ""), nullptr, nullptr, Place{path}, &out})};
}

Reader Reader::parse(const std::string& name, std::string text, Diagnostics& out) {
  auto file = std::make_shared<File>(name, std::move(text));
  out.add_source(name, file->text);
  build_tree(*file, out);
  const Node* root = file->root;
  return Reader{std::make_shared<Cursor>(Cursor{std::move(file), root, nullptr, Place{name}, &out})};
}

Reader::operator bool() const { return cursor_->present(); }
bool Reader::is_map() const { return cursor_->is(Node::Kind::map); }
bool Reader::is_list() const { return cursor_->is(Node::Kind::list); }
bool Reader::is_scalar() const { return cursor_->is(Node::Kind::scalar); }
bool Reader::quoted() const { return is_scalar() && cursor_->node->quoted; }
Diagnostics& Reader::diagnostics() const { return *cursor_->out; }

Place Reader::place() const { return cursor_->place(); }
Place Reader::key_place() const {
  return cursor_->key != nullptr ? cursor_->file->place(cursor_->key->begin) : place();
}
Place Reader::place_at(size_t offset) const {
  if (!is_scalar()) return place();
  return cursor_->file->place(offset_in_file(*cursor_->file, *cursor_->node, offset));
}

void Reader::error(std::string code, std::string message, std::string hint) const {
  cursor_->out->error(std::move(code), place(), std::move(message), std::move(hint));
}
void Reader::warning(std::string code, std::string message, std::string hint) const {
  cursor_->out->warning(std::move(code), place(), std::move(message), std::move(hint));
}

Reader Reader::child(const Node* node, const Node* key) const {
  return Reader{std::make_shared<Cursor>(Cursor{cursor_->file, node, key, place(), cursor_->out})};
}

Reader Reader::get(const std::string& key) const {
  cursor_->expect_kind(Node::Kind::map);
  if (!is_map()) return child(nullptr, nullptr);
  cursor_->file->known_keys[cursor_->node].insert(key);
  for (const auto& entry : cursor_->node->entries)
    if (entry.key->text == key) return child(entry.value, entry.key);
  return child(nullptr, nullptr);
}

Reader Reader::required(const std::string& key) const {
  Reader value = get(key);
  if (is_map() && !value)
    value.error("E007", value.cursor_->key == nullptr ? fmt::format("missing key '{}'", key)
                                                      : fmt::format("key '{}' has no value", key));
  return value;
}

std::vector<std::pair<std::string, Reader>> Reader::entries() const {
  cursor_->expect_kind(Node::Kind::map);
  std::vector<std::pair<std::string, Reader>> out;
  if (!is_map()) return out;
  auto& known = cursor_->file->known_keys[cursor_->node];
  for (const auto& [key, value] : cursor_->node->entries) {
    known.insert(key->text);
    out.emplace_back(key->text, child(value, key));
  }
  return out;
}

std::vector<Reader> Reader::items() const {
  cursor_->expect_kind(Node::Kind::list);
  std::vector<Reader> out;
  if (!is_list()) return out;
  for (const Node* item : cursor_->node->items) out.push_back(child(item, nullptr));
  return out;
}

std::vector<Reader> Reader::items_or_one() const {
  if (is_scalar()) return {*this};
  return items();
}

void Reader::finish() const {
  if (!is_map()) return;
  const auto& known = cursor_->file->known_keys[cursor_->node];
  std::vector<std::string> names{known.begin(), known.end()};
  std::sort(names.begin(), names.end());
  for (const auto& [key, value] : cursor_->node->entries)
    if (!known.contains(key->text))
      cursor_->out->error("E006", cursor_->file->place(key->begin),
                          fmt::format("unknown key '{}'", shown(key->text)), suggest(key->text, names));
}

std::string Reader::string(std::string fallback) const {
  const std::string* text = cursor_->scalar("a text");
  if (text != nullptr) return *text;
  return fallback;
}

int64_t Reader::integer(int64_t fallback) const {
  return cursor_->parsed(integer_of, "a whole number", "expected digits, such as 30", false)
      .value_or(fallback);
}

double Reader::number(double fallback) const {
  const auto finite = [](std::string_view text) {
    const auto value = number_of(text);
    return value && std::isfinite(*value) ? value : std::nullopt;
  };
  return cursor_->parsed(finite, "a number", "expected a number, such as 0.9", false).value_or(fallback);
}

bool Reader::boolean(bool fallback) const {
  return cursor_->parsed(boolean_of, "true or false", "expected true or false", false).value_or(fallback);
}

std::optional<Date> Reader::date() const {
  return cursor_->parsed(Date::parse, "a date", "expected a date that exists, such as 2023-02-07");
}
std::optional<TimeOfDay> Reader::time_of_day() const {
  return cursor_->parsed(TimeOfDay::parse, "a time of day", "expected 00:00 to 24:00, such as 09:00");
}
std::optional<Duration> Reader::duration() const {
  return cursor_->parsed(parse_duration, "a duration",
                         "expected a number with ms, s, m, h or d, such as 90m or 1h30m");
}

std::vector<std::string> Reader::strings() const {
  std::vector<std::string> out;
  for (const Reader& item : items_or_one())
    if (const std::string* text = item.cursor_->scalar("a text")) out.push_back(*text);
  return out;
}

std::string Reader::one_of(const std::vector<std::string>& allowed, std::string fallback) const {
  const std::string* text = cursor_->scalar("a name");
  if (text == nullptr) return fallback;
  if (std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) return *text;
  cursor_->complain("E010", fmt::format("unknown name '{}'", shown(*text)), suggest(*text, allowed));
  return fallback;
}

std::string Reader::to_json() const { return cursor_->present() ? json_text(*cursor_->node) : "null"; }

}  // namespace duban::yaml
