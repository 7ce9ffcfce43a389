#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

namespace {

/// What a row should hold, as plain data.
struct Row {
  std::string title;
  std::string state;
  std::string area;
  std::vector<int64_t> nexts;
  int32_t reopened = 0;
  auto operator<=>(const Row&) const = default;
};
using Model = std::map<std::string, Row>;

const std::array<const char*, 3> kStates{"reported", "ordered", "closed"};

Row row_of(const Entity& entity) {
  Row row{std::string(entity.record().get("title").string_or("")),
          std::string(entity.state()),
          std::string(entity.record().get("area").string_or("")),
          {},
          entity.reopened};
  for (const Item& item : entity.items) row.nexts.push_back(ms_of(item.next));
  return row;
}

void change(Fixture& f, Entity& entity, Row& row, std::mt19937_64& random) {
  row.title = std::string(random() % 60, static_cast<char>('a' + random() % 26));
  row.state = kStates[random() % kStates.size()];
  row.area = "34" + std::to_string(random() % 100);
  row.reopened = static_cast<int32_t>(random() % 1'000);
  row.nexts.clear();
  for (uint64_t n = random() % 4; n > 0; --n)
    row.nexts.push_back(ms_of(seconds(static_cast<int64_t>(random() % 1'000'000))));
  f.set(entity, "title", row.title);
  f.set(entity, "state", row.state);
  f.set(entity, "area", row.area);
  entity.fields[event::kOpenField] = cel::Value::of(row.state != "closed");
  entity.known = true;
  entity.reopened = row.reopened;
  entity.items.resize(row.nexts.size());
  for (size_t i = 0; i < row.nexts.size(); ++i) entity.items[i].next = instant_of_ms(row.nexts[i]);
  f.ledger->touch(entity);
  f.ledger->index(entity, entity.is_open(), row.area, "E-" + row.area);
}

void check_all(Fixture& f, const Model& model) {
  size_t open = 0;
  int64_t items = 0;
  std::map<int64_t, size_t> agenda;
  for (const auto& [key, row] : model) {
    Entity* entity = f.ledger->find(f.kind("hazard"), key);
    REQUIRE(entity != nullptr);
    REQUIRE(row_of(*entity) == row);
    open += row.state != "closed";
    items += static_cast<int64_t>(row.nexts.size());
    if (!row.nexts.empty()) ++agenda[*std::min_element(row.nexts.begin(), row.nexts.end())];
  }
  CHECK(f.ledger->open_in_area(f.ledger->intern("hazard"), "34", "", 0, SIZE_MAX).size() == open);
  CHECK(f.ledger->counts().entities == static_cast<int64_t>(model.size()));
  CHECK(f.ledger->counts().open_items == items);
  CHECK(f.ledger->next_agenda() == instant_of_ms(agenda.begin()->first));
  const auto half = std::next(agenda.begin(), static_cast<long>(agenda.size() / 2));
  size_t due = 0;
  for (auto at = agenda.begin(); at != half; ++at) due += at->second;
  CHECK(f.ledger->due(instant_of_ms(half->first - 1), SIZE_MAX).size() == due);
}

}  // namespace

TEST_CASE("a hundred thousand entities agree with a map under random changes and rollbacks") {
  Options options;
  options.wal_pages = 2'000;
  options.page_cache_kib = 4'096;
  Fixture f(options);
  std::mt19937_64 random(42);
  Model model;
  constexpr size_t kEntities = 100'000;
  for (size_t made = 0; made < kEntities;) {
    Model before = random() % 8 == 0 ? model : Model{};
    const size_t made_before = made;
    f.ledger->begin();
    for (int n = 0; n < 5'000; ++n) {
      const size_t which = random() % 3 != 0 ? made++ : random() % (made + 1);
      const std::string key = "H" + std::to_string(which);
      Entity* entity = f.ledger->find(f.kind("hazard"), key);
      REQUIRE((entity != nullptr) == model.contains(key));
      if (entity == nullptr) entity = &f.ledger->create(f.kind("hazard"), key);
      change(f, *entity, model[key], random);
    }
    if (before.empty()) {
      f.ledger->commit();
    } else {
      f.ledger->rollback();
      model = std::move(before);
      made = made_before;
    }
  }
  check_all(f, model);
  f.reopen();
  check_all(f, model);
}
