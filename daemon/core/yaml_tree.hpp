// The tree behind yaml::Reader, with the byte at which each node begins. Private to core.
//
// Aliases share their node; merge keys (`<<`) are expanded into the map that has them. Both cost what they
// would cost written out, so that a small file cannot stand for a huge document.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/diagnostic.hpp"

namespace duban::yaml {

struct Node {
  enum class Kind { null, scalar, list, map };
  struct Entry {
    const Node* key;  // a scalar
    const Node* value;
  };

  Kind kind = Kind::null;
  size_t begin = 0;     // byte offset of its first character, behind anchor and tag
  std::string text;     // of a scalar
  bool quoted = false;  // quoted, a block, or tagged !!str: always a text, never a number
  std::vector<const Node*> items;
  std::vector<Entry> entries;  // in file order, merged ones last; no key twice
  size_t depth = 1;            // levels below and with this one, aliases followed
  size_t cost = 0;             // bytes if aliases were written out
};

struct File {
  File(std::string file_name, std::string file_text);
  Place place(size_t offset) const;

  std::string name;
  std::string text;  // UTF-8, without byte order mark, lines ended by '\n'
  std::vector<size_t> line_starts;
  std::deque<Node> nodes;
  const Node* root = nullptr;  // null if the text could not be read or holds nothing

  // What the Readers on this file share.
  std::unordered_map<const Node*, std::unordered_set<std::string>> known_keys;
  std::unordered_set<const Node*> complained;  // nodes whose wrong type has been reported
};

/// Fills `file.root`, or leaves it empty and says why.
void build_tree(File& file, Diagnostics& out);

/// Byte offset in the file of byte `offset` of a scalar's text; the scalar's beginning if it cannot be told.
size_t offset_in_file(const File& file, const Node& scalar, size_t offset);

/// False for a quoted scalar whose closing quote is missing.
bool is_closed(const File& file, const Node& scalar);

}  // namespace duban::yaml
