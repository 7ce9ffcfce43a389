// Texts interned once per database. All of them are held in memory: rule and stage ids, kinds, topics and
// channels are hundreds, not millions.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/database.hpp"
#include "ledger/rows.hpp"

namespace duban::ledger {

class Names {
 public:
  explicit Names(Database& database);

  /// New names get their row at the next store(); a rollback does not take them back, so that an id once
  /// given stays good for the life of the ledger.
  NameId intern(std::string_view text);
  /// 0 if the text was never interned (or is empty).
  NameId find(std::string_view text) const;
  /// The empty text for an id that was never given.
  const std::string& text(NameId id) const;
  /// Writes new names in the open transaction.
  void store();
  /// After a commit: the rows that store() wrote are there to stay.
  void committed() { committed_ = stored_; }
  /// After a rollback: they are not.
  void rolled_back() { stored_ = committed_; }
  /// Of a file that another process writes: reads names given since.
  void refresh();

 private:
  Database& database_;
  Statement select_;
  Statement insert_;
  std::deque<std::string> texts_{std::string{}};  // by id; addresses stay
  std::unordered_map<std::string_view, NameId> ids_;
  size_t stored_ = 1;
  size_t committed_ = 1;
};

}  // namespace duban::ledger
