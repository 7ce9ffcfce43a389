// Which field stands where in an entity's row. A row carries the number of the layout it was written with;
// the names of that layout's fields stay in the database, so that a later catalog reads it by name.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "event/catalog.hpp"
#include "ledger/database.hpp"

namespace duban::ledger {

struct Layout {
  int64_t id = 0;
  std::string kind;
  std::vector<std::string> fields;
  const event::EntityKind* current = nullptr;  // the catalog's kind of this name, null if it has none
  std::vector<int> moved_to;                   // position in the current layout, -1 if it is gone
  bool identical = false;                      // nothing has moved
};

class Layouts {
 public:
  explicit Layouts(Database& database);

  /// Stores the catalog's layouts that are new, in a transaction of its own. After a StorageError the catalog
  /// of before is still in use.
  void use(std::shared_ptr<const event::Catalog> catalog);
  const event::Catalog* catalog() const { return catalog_.get(); }
  /// Null for a number that no row may have.
  const Layout* find(uint64_t id) const { return id >= 1 && id <= all_.size() ? &all_[id - 1] : nullptr; }
  /// Of a kind of the catalog in use.
  const Layout& of(const event::EntityKind& kind) const {
    return all_[current_[static_cast<size_t>(kind.index)]];
  }
  const std::vector<Layout>& all() const { return all_; }

 private:
  size_t number_of(const event::EntityKind& kind);
  void connect(Layout& layout) const;

  Database& database_;
  std::shared_ptr<const event::Catalog> catalog_;
  std::vector<Layout> all_;      // by id - 1
  std::vector<size_t> current_;  // by EntityKind::index
};

}  // namespace duban::ledger
