// The data fields of an event type by name, for the hot path. Private to event/.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "event/catalog.hpp"

namespace duban::event {

/// An open-addressed hash table with one or two probes per look-up; a linear search over twenty names costs
/// more than all the rest of decoding. Views into the catalog.
class FieldTable {
 public:
  explicit FieldTable(const EventType& type);
  /// Position in the layout, or -1 for a field that is not declared.
  int find(std::string_view name) const;
  bool is_area(int position) const { return areas_[static_cast<size_t>(position)]; }
  /// Where undeclared fields go: the layout's last field, or -1 if the layout is not open.
  int others() const { return others_; }

 private:
  struct Slot {
    std::string_view name;
    int position = -1;
  };
  std::vector<Slot> slots_;
  std::vector<bool> areas_;
  int others_ = -1;
};

}  // namespace duban::event
