#include <catch2/catch.hpp>
#include <random>

#include "cel/type.hpp"
#include "ledger/entity_codec.hpp"
#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;

namespace {

constexpr const char* kWithMore = R"yaml(
entities:
  hazard:
    key: hazard_id
    fields:
      urgent: bool
      percent: double
      title: string
      note: string
      area: area
    states: { open: [reported, ordered], done: [closed] }
)yaml";

std::string sealed(std::string body) {
  Writer writer;
  writer.bytes(body);
  writer.fixed32(static_cast<uint32_t>(hash64(body)));
  return std::string(writer.bytes());
}

}  // namespace

TEST_CASE("rows of an older catalog are read by field name") {
  test::Fixture f;
  f.in_transaction([&] {
    Entity& hazard = f.make_hazard("H1", test::seconds(7));
    f.set(hazard, "title", "疏散通道堵塞");
    f.set(hazard, "spare", "gone with the field");
    f.ledger->index(hazard, true, "3410", "E-1");
    hazard.fields[hazard.kind->layout->find("percent")] = cel::Value::of(0.5);
    hazard.provisional = {{hazard.kind->layout->find("title"), "kept"},
                          {hazard.kind->layout->find("due"), "gone"}};
  });
  const std::string before = f.dump();
  f.kinds = test::catalog(kWithMore);
  f.reopen();
  CHECK(f.dump() == before);  // nothing is rewritten by reading
  const auto check = [&] {
    Entity* hazard = f.ledger->find(f.kind("hazard"), "H1");
    REQUIRE(hazard != nullptr);
    const cel::Value record = hazard->record();
    CHECK(record.get("title").text() == "疏散通道堵塞");
    CHECK(record.get("percent").floating() == 0.5);
    CHECK(record.get("state").text() == "reported");
    CHECK(record.get("hazard_id").text() == "H1");
    CHECK(record.get("urgent").is_absent());
    CHECK(record.get("spare").is_absent());
    REQUIRE(hazard->provisional.size() == 1);
    CHECK(hazard->provisional[0].field == hazard->kind->layout->find("title"));
    CHECK(hazard->items.size() == 1);
  };
  check();
  f.in_transaction([&] { f.ledger->touch(*f.ledger->find(f.kind("hazard"), "H1")); });
  check();
  CHECK(f.ledger->next_agenda() == test::seconds(7));
}

TEST_CASE("a row whose kind the catalog no longer has is refused by name") {
  test::Fixture f;
  f.in_transaction([&] { f.ledger->create(f.kind("unit"), "E-1"); });
  f.kinds = test::catalog(kWithMore);
  f.reopen();
  CHECK_THROWS_WITH(f.ledger->get(EntityId{1}), Catch::Contains("entity 1 is of kind 'unit'"));
}

TEST_CASE("no damaged row is read beyond its bytes, whatever its damage") {
  test::Fixture f;
  std::string body;
  {
    Options options;
    Database database(":memory:", Database::Access::read_write);
    database.run("CREATE TABLE layout(id INTEGER PRIMARY KEY, kind TEXT, fields TEXT)", "making a table");
    Layouts layouts(database);
    layouts.use(f.kinds);
    f.ledger->begin();
    Entity& hazard = f.make_hazard("H-2023-0001", test::seconds(7));
    const cel::Value tags[] = {cel::Value::of("深基坑"), cel::Value::of(int64_t{-5}), cel::Value::of(2.5)};
    const cel::MapEntry fixes[] = {{cel::Value::of("a"), cel::Value::of(std::span<const cel::Value>(tags))}};
    hazard.fields[hazard.kind->layout->find("tags")] = f.ledger->arena().copy(fixes[0].value);
    hazard.fields[hazard.kind->layout->find("fixes")] = f.ledger->arena().copy(cel::Value::of_map(fixes));
    hazard.fields[hazard.kind->layout->find("filed_at")] = cel::Value::timestamp(1, 5);
    hazard.items.resize(2);
    hazard.items[1].told = {"E-1/officer", "E-1/officer"};
    hazard.items[1].fired = {{NameId{3}, 1, test::seconds(1)}};
    hazard.recent = {{1, 2}, {3, 4}};
    hazard.parked = {{test::seconds(9), "a", 0, 1, test::seconds(1), "{}"}};
    hazard.chain_keys = {"H-2022-0001"};
    Writer writer;
    write_entity(writer, hazard, layouts.of(f.kind("hazard")));
    f.ledger->rollback();
    body = std::string(writer.bytes().substr(0, writer.bytes().size() - 4));

    std::mt19937_64 random(7);
    size_t refused = 0;
    for (int i = 0; i < 60'000; ++i) {
      std::string damaged = body;
      for (uint64_t n = 1 + random() % 3; n > 0; --n) {
        const size_t at = random() % damaged.size();
        switch (random() % 4) {
          case 0:
            damaged[at] = static_cast<char>(random());
            break;
          case 1:
            damaged.resize(at + 1);
            break;
          case 2:
            damaged.insert(at, 1, static_cast<char>(random()));
            break;
          default:
            damaged[at] = static_cast<char>(0xff);
            break;
        }
      }
      const std::string row = sealed(damaged);
      cel::Arena arena;
      Entity entity;
      try {
        const Layout& layout = read_entity(row, layouts, arena, entity);
        translate(entity, layout, arena);
        REQUIRE_FALSE(cel::to_json(entity.record()).empty());
      } catch (const Damaged&) {
        ++refused;
      }
    }
    CHECK(refused > 20'000);
    cel::Arena arena;
    Entity entity;
    CHECK_NOTHROW(read_entity(sealed(body), layouts, arena, entity));
    CHECK_THROWS_AS(read_entity(body, layouts, arena, entity), Damaged);
    CHECK_THROWS_AS(read_entity("", layouts, arena, entity), Damaged);
  }
}

TEST_CASE("a text that stands in a row several times is written once") {
  Writer writer;
  const std::string id = "0190c5a4-1d2e-7b6f-9c3d-2f4e6a8b0c1d";
  writer.text(id);
  const size_t once = writer.bytes().size();
  writer.text(id);
  writer.text("ab");
  writer.text("ab");
  CHECK(writer.bytes().size() == once + 1 + 3 + 3);
  Reader reader(writer.bytes());
  CHECK(reader.text() == id);
  CHECK(reader.text() == id);
  CHECK(reader.text() == "ab");
  CHECK(reader.text() == "ab");
  CHECK(reader.at_end());
}

TEST_CASE("numbers of every size come back from a row") {
  Writer writer;
  const std::vector<uint64_t> numbers{0, 1, 127, 128, 16'383, 16'384, UINT64_MAX - 1, UINT64_MAX};
  const std::vector<int64_t> signs{0, -1, 1, INT64_MIN, INT64_MAX};
  for (uint64_t number : numbers) writer.varint(number);
  for (int64_t number : signs) writer.zigzag(number);
  Reader reader(writer.bytes());
  for (uint64_t number : numbers) CHECK(reader.varint() == number);
  for (int64_t number : signs) CHECK(reader.zigzag() == number);
  CHECK(reader.at_end());
  Reader endless("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
  CHECK_THROWS_AS(endless.varint(), Damaged);
}
