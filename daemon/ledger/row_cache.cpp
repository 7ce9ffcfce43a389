#include "ledger/row_cache.hpp"

#include <algorithm>
#include <bit>

namespace duban::ledger {

RowCache::RowCache(size_t rows)
    : sets_(std::bit_ceil(std::max(rows, kWays)) / kWays), hash_of_(sets_.size() * kWays * 2) {}

const RowCache::Row* RowCache::by_hash(uint64_t hash) {
  for (Row& row : set_of(hash)) {
    if (row.id == 0 || row.hash != hash) continue;
    row.used = ++clock_;
    return &row;
  }
  return nullptr;
}

const RowCache::Row* RowCache::by_id(int64_t id) {
  for (Row& row : set_of(hash_of(id))) {
    if (row.id != id) continue;
    row.used = ++clock_;
    return &row;
  }
  return nullptr;
}

void RowCache::put(int64_t id, uint64_t hash, std::string_view doc) {
  Set& set = set_of(hash);
  Row* place = nullptr;
  for (Row& row : set) {
    if (row.id == id) place = &row;
  }
  if (place == nullptr) {
    place =
        std::min_element(set.begin(), set.end(), [](const Row& a, const Row& b) { return a.used < b.used; });
  }
  if (doc.size() > kLargestRow) {
    if (place->id == id) *place = Row{};
    return;
  }
  place->id = id;
  place->hash = hash;
  place->used = ++clock_;
  place->doc.assign(doc);
  hash_of(id) = hash;
}

void RowCache::clear() {
  for (Set& set : sets_) {
    for (Row& row : set) row.id = 0, row.used = 0;
  }
}

}  // namespace duban::ledger
