// Open entities by kind and area, and by kind and unit.
#pragma once

#include <string_view>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/names.hpp"
#include "ledger/slot.hpp"

namespace duban::ledger {

class OpenIndex {
 public:
  OpenIndex(Database& database, Names& names);

  /// Notes that `slot` says something else than its rows here.
  void changed(Slot& slot) { changed_.push_back(&slot); }
  /// Brings the rows to what the noted slots say; before every query and every commit. Texts that the slots
  /// then hold as stored are copied into `arena`.
  void write(cel::Arena& arena);
  void forget() { changed_.clear(); }

  std::vector<EntityId> in_area(NameId kind, std::string_view area, std::string_view after_area,
                                int64_t after_id, size_t limit);
  /// In this very area, in order of id.
  std::vector<EntityId> at_area(NameId kind, std::string_view area, int64_t after_id, size_t limit);
  std::vector<EntityId> of_unit(NameId kind, std::string_view unit, int64_t after_id, size_t limit);

 private:
  void write(Slot& slot, cel::Arena& arena);

  Names& names_;
  Statement add_area_;
  Statement remove_area_;
  Statement select_area_;
  Statement select_at_;
  Statement add_unit_;
  Statement remove_unit_;
  Statement select_unit_;
  std::vector<Slot*> changed_;
};

}  // namespace duban::ledger
