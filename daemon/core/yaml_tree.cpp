#include "core/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "core/yaml_slips.hpp"

namespace duban::yaml {
namespace {

/// What a node costs beside its text.
constexpr size_t kNodeCost = 16;

/// Thrown through the parser to end the reading of a file that it would take.
struct Refusal {
  size_t offset;
  std::string message, hint;
  const char* code = "E002";
};

size_t offset_of(const YAML::Mark& mark) { return mark.pos > 0 ? static_cast<size_t>(mark.pos) : 0; }

/// Takes the parser's events and links nodes.
class Builder final : public YAML::EventHandler {
 public:
  Builder(File& file, Diagnostics& out) : file_(file), out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    const size_t at = offset_of(mark);
    if (++documents_ == 1) return;
    if (file_.text.compare(at, 3, "---") == 0)
      throw Refusal{at, "a second document begins here", "keep one document in a file; remove the '---'",
                    "E004"};
    throw Refusal{at, "not valid YAML: this does not belong to what stands above",
                  "indent it like its neighbours"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node& node = create(mark, anchor, Node::Kind::null);
    // An empty value begins, for the parser, at whatever comes next: its key is the better place.
    if (!open_.empty() && open_.back().key != nullptr) node.begin = open_.back().key->begin;
    link(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node& node = create(mark, anchor, Node::Kind::scalar);
    check_tag(node, tag);
    check_closed(node);
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    node.text = value;
    node.cost += value.size();
    spend(value.size(), node.begin);
    link(node);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Node& node = *anchors_.at(anchor);
    const size_t at = offset_of(mark);
    const auto is_open = [&](const Open& open) { return open.node == &node; };
    if (std::any_of(open_.begin(), open_.end(), is_open))
      throw Refusal{at, "this alias stands inside of what it names", "write out what is meant", "E004"};
    spend(node.cost, at);
    link(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(create(mark, anchor, Node::Kind::list), tag);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(create(mark, anchor, Node::Kind::map), tag);
  }

  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override {
    Node& map = *open_.back().node;
    drop_duplicates(map);
    merge(map);
    end();
  }

 private:
  struct Open {
    Node* node;
    const Node* key = nullptr;  // of a map: read, its value not yet
    bool skip = false;          // the key cannot be used: drop its value
  };

  Node& create(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
    Node& node = file_.nodes.emplace_back();
    node.kind = kind;
    node.begin = behind_properties(offset_of(mark));
    node.cost = kNodeCost;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    spend(kNodeCost, node.begin);
    return node;
  }

  /// The mark of a node with an anchor or a tag is that of the anchor or tag.
  size_t behind_properties(size_t at) const {
    const std::string& text = file_.text;
    const auto skip = [&](const char* what) { at = std::min(text.find_first_not_of(what, at), text.size()); };
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
      at = std::min(text.find_first_of(" \t\n", at), text.size());
      skip(" \t\n");
    }
    return at;
  }

  void check_tag(const Node& node, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:")) return;
    out_.error("E008", file_.place(node.begin), fmt::format("unknown tag '{}'", tag),
               "remove it; quote a text that begins with '!'");
  }

  /// The parser takes a quoted text that ends with the file's last line instead of a quote.
  void check_closed(const Node& node) const {
    if (!is_closed(file_, node))
      throw Refusal{node.begin, "not valid YAML: a quote that is not closed", "a closing quote is missing"};
  }

  void spend(size_t cost, size_t at) {
    spent_ += cost;
    if (spent_ > limits::kConfigExpandedBytes)
      throw Refusal{at, "the file's aliases, written out, are larger than 32 MiB",
                    "use fewer aliases of aliases", "E004"};
  }

  void begin(Node& node, const std::string& tag) {
    check_tag(node, tag);
    open_.push_back({&node});
    check_depth(open_.size(), node);
  }

  void check_depth(size_t depth, const Node& node) const {
    if (depth > limits::kConfigDepth)
      throw Refusal{node.begin, fmt::format("nested deeper than {} levels", limits::kConfigDepth),
                    "write it flatter", "E004"};
  }

  void end() {
    Node& node = *open_.back().node;
    open_.pop_back();
    const auto add = [&node](const Node& child) {
      node.depth = std::max(node.depth, child.depth + 1);
      node.cost += child.cost;
    };
    for (const Node* item : node.items) add(*item);
    for (const auto& [key, value] : node.entries) add(*key), add(*value);
    check_depth(node.depth, node);
    link(node);
  }

  /// Puts a finished node where it belongs.
  void link(const Node& node) {
    if (open_.empty()) {
      file_.root = &node;
      return;
    }
    Open& open = open_.back();
    if (open.node->kind == Node::Kind::list)
      open.node->items.push_back(&node);
    else if (open.key == nullptr)
      link_key(open, node);
    else {
      if (!open.skip) open.node->entries.push_back({open.key, &node});
      open.key = nullptr;
    }
  }

  void link_key(Open& open, const Node& node) {
    open.key = &node;
    open.skip = node.kind != Node::Kind::scalar;
    if (open.skip)
      out_.error("E005", file_.place(node.begin), "a key that is not a text",
                 "quote a text that begins with '{', '[' or '*'");
  }

  void drop_duplicates(Node& map) {
    std::unordered_map<std::string_view, const Node*> seen;
    std::erase_if(map.entries, [&](const Node::Entry& entry) {
      const auto [first, fresh] = seen.emplace(entry.key->text, entry.key);
      if (fresh) return false;
      out_.error("E005", file_.place(entry.key->begin), fmt::format("duplicate key '{}'", entry.key->text),
                 fmt::format("it stands in line {} already", file_.place(first->second->begin).line));
      return true;
    });
  }

  /// Replaces `<<: *other` by the entries of the other map that this one does not have itself.
  void merge(Node& map) {
    const auto merge_key = std::find_if(map.entries.begin(), map.entries.end(), [](const Node::Entry& entry) {
      return entry.key->text == "<<" && !entry.key->quoted;
    });
    if (merge_key == map.entries.end()) return;
    const Node& source = *merge_key->value;
    map.entries.erase(merge_key);
    std::unordered_set<std::string_view> own;
    for (const auto& entry : map.entries) own.insert(entry.key->text);
    const std::vector<const Node*> one{&source};
    for (const Node* from : source.kind == Node::Kind::list ? source.items : one) {
      if (from->kind != Node::Kind::map)
        out_.error("E008", file_.place(from->begin), "'<<' merges maps",
                   "expected an alias of a map, or a list of such");
      for (const auto& entry : from->entries)
        if (own.insert(entry.key->text).second) map.entries.push_back(entry);
    }
  }

  File& file_;
  Diagnostics& out_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node*> anchors_;
  size_t spent_ = 0;
  int documents_ = 0;
};

/// What to do about a message of the parser, by how it begins.
std::string hint_for(std::string_view message) {
  using namespace YAML;
  static const std::array<std::pair<std::string_view, const char*>, 9> kHints{{
      {ErrorMsg::MAP_VALUE, "indent it like its neighbours, and quote a text that contains ': '"},
      {ErrorMsg::END_OF_MAP_FLOW, "a ',' or '}' is missing"},
      {ErrorMsg::END_OF_SEQ_FLOW, "a ',' or ']' is missing"},
      {ErrorMsg::END_OF_MAP, "indent it like its neighbours, and put quotes around the whole of a text"},
      {ErrorMsg::END_OF_SEQ, "indent it like its neighbours, and put quotes around the whole of a text"},
      {ErrorMsg::EOF_IN_SCALAR, "a closing quote is missing"},
      {ErrorMsg::INVALID_ESCAPE, "write \\\\ for a backslash, or use single quotes"},
      {ErrorMsg::UNKNOWN_TOKEN, "quote a text that begins with '@', '`' or '%'"},
      {ErrorMsg::UNKNOWN_ANCHOR, "define it above with '&'"},
  }};
  for (const auto& [beginning, hint] : kHints)
    if (message.starts_with(beginning)) return hint;
  return {};
}

/// The parser's own words for it point anywhere: find the tab. 0 if no line up to `last` is indented with
/// one.
int line_indented_by_tab(const File& file, int last) {
  const auto lines = std::min(file.line_starts.size(), static_cast<size_t>(std::max(last, 0)));
  for (size_t i = 0; i < lines; ++i) {
    const size_t at = file.text.find_first_not_of(' ', file.line_starts[i]);
    if (at != std::string::npos && file.text[at] == '\t') return static_cast<int>(i) + 1;
  }
  return 0;
}

/// Whether the parser misses the end of a map in braces or of a list in brackets.
bool in_flow(std::string_view message) {
  return message.starts_with(YAML::ErrorMsg::END_OF_MAP_FLOW) ||
         message.starts_with(YAML::ErrorMsg::END_OF_SEQ_FLOW);
}

void report(const YAML::Exception& e, const File& file, Diagnostics& out) {
  const Place place = e.mark.is_null() ? Place{file.name} : file.place(offset_of(e.mark));
  if (const int line = line_indented_by_tab(file, place.line + 1); line != 0)
    out.error("E002", {file.name, line, 1}, "a line is indented with a tab", "indent with spaces");
  else if (!report_slip(file, place.line, out) &&
           !(in_flow(e.msg) && report_open_bracket(file, offset_of(e.mark), out)))
    out.error("E002", place, "not valid YAML: " + e.msg, hint_for(e.msg));
}

/// Bytes that no editor shows, and that the parser stumbles over in silence (U+0004 ends its input).
bool has_foreign_bytes(const File& file, Diagnostics& out) {
  if (const size_t at = utf8::invalid_at(file.text); at != std::string::npos) {
    out.error("E003", file.place(at), "not UTF-8", "save the file as UTF-8");
    return true;
  }
  const auto control = [](char c) { return (c >= 0 && c < ' ' && c != '\t' && c != '\n') || c == '\x7F'; };
  const auto found = std::find_if(file.text.begin(), file.text.end(), control);
  if (found == file.text.end()) return false;
  out.error("E003", file.place(static_cast<size_t>(found - file.text.begin())),
            fmt::format("control character U+{:04X}", static_cast<unsigned>(*found)), "remove it");
  return true;
}

/// Without byte order mark and carriage returns, which would count as columns.
void normalise(std::string& text) {
  if (text.starts_with(utf8::kByteOrderMark)) text.erase(0, utf8::kByteOrderMark.size());
  size_t to = 0;
  for (size_t from = 0; from < text.size(); ++from)
    if (text.compare(from, 2, "\r\n") != 0) text[to++] = text[from];
  text.resize(to);
}

}  // namespace

File::File(std::string file_name, std::string file_text)
    : name(std::move(file_name)), text(std::move(file_text)), line_starts{0} {
  normalise(text);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) line_starts.push_back(++at);
}

Place File::place(size_t offset) const {
  offset = std::min(offset, text.size());
  const auto next = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  const size_t start = *(next - 1);
  const auto line = static_cast<int>(next - line_starts.begin());
  return {name, line,
          static_cast<int>(utf8::count(std::string_view{text}.substr(start, offset - start))) + 1};
}

void build_tree(File& file, Diagnostics& out) {
  if (has_foreign_bytes(file, out)) return;
  try {
    std::istringstream stream{file.text};
    YAML::Parser parser{stream};
    Builder builder{file, out};
    while (parser.HandleNextDocument(builder)) {
    }
    return;
  } catch (const YAML::Exception& e) {
    report(e, file, out);
  } catch (const Refusal& e) {
    out.error(e.code, file.place(e.offset), e.message, e.hint);
  } catch (const std::exception& e) {
    out.error("E002", {file.name}, fmt::format("not valid YAML: {}", e.what()));
  }
  file.root = nullptr;
}

}  // namespace duban::yaml
