#include "ledger/names.hpp"

#include "ledger/ledger.hpp"

namespace duban::ledger {

Names::Names(Database& database)
    : database_(database),
      select_(database, "SELECT id, text FROM name WHERE id >= ?1 ORDER BY id", "reading the names"),
      insert_(database, "INSERT INTO name VALUES(?1, ?2)", "storing a name") {
  refresh();
}

void Names::refresh() {
  Rows rows(select_.bind(1, static_cast<int64_t>(texts_.size())));
  while (rows.next()) {
    if (select_.integer(0) != static_cast<int64_t>(texts_.size())) {
      throw StorageError("ledger " + database_.path() + ": name " + std::to_string(select_.integer(0)) +
                         " found, expected " + std::to_string(texts_.size()) +
                         ": rows of table name are missing; restore a copy");
    }
    texts_.emplace_back(select_.text(1));
    ids_.emplace(texts_.back(), NameId{static_cast<int32_t>(texts_.size() - 1)});
  }
  stored_ = committed_ = texts_.size();
}

NameId Names::intern(std::string_view text) {
  if (text.empty()) return NameId{};
  const auto known = ids_.find(text);
  if (known != ids_.end()) return known->second;
  const NameId id{static_cast<int32_t>(texts_.size())};
  texts_.emplace_back(text);
  ids_.emplace(texts_.back(), id);
  return id;
}

NameId Names::find(std::string_view text) const {
  const auto known = ids_.find(text);
  return known == ids_.end() ? NameId{} : known->second;
}

const std::string& Names::text(NameId id) const {
  const auto place = static_cast<size_t>(id);
  return place < texts_.size() ? texts_[place] : texts_.front();
}

void Names::store() {
  for (; stored_ < texts_.size(); ++stored_) {
    insert_.bind(1, static_cast<int64_t>(stored_)).bind(2, texts_[stored_]).run();
  }
}

}  // namespace duban::ledger
