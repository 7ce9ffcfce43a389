#include <catch2/catch.hpp>

#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;

namespace {

using Keys = std::vector<std::string>;

Keys keys_of(Fixture& f, const std::vector<EntityId>& ids) {
  Keys keys;
  for (EntityId id : ids) keys.push_back(f.ledger->get(id)->key);
  return keys;
}

Keys in_area(Fixture& f, std::string_view area, std::string_view after_area = "", int64_t after = 0,
             size_t limit = 100) {
  return keys_of(f, f.ledger->open_in_area(f.ledger->intern("hazard"), area, after_area, after, limit));
}

Keys of_unit(Fixture& f, std::string_view unit, int64_t after = 0, size_t limit = 100) {
  return keys_of(f, f.ledger->open_of_unit(f.ledger->intern("hazard"), unit, after, limit));
}

void place(Fixture& f, const std::string& key, bool open, std::string_view area, std::string_view unit) {
  Entity* hazard = f.ledger->find(f.kind("hazard"), key);
  f.ledger->index(hazard != nullptr ? *hazard : f.make_hazard(key), open, area, unit);
}

}  // namespace

TEST_CASE("open entities are found by prefix of their area, in order of area and id") {
  Fixture f;
  f.in_transaction([&] {
    place(f, "H1", true, "341004", "E-1");
    place(f, "H2", true, "3410", "E-1");
    place(f, "H3", true, "34", "E-2");
    place(f, "H4", true, "341004", "E-2");
    place(f, "H5", true, "35", "");
    place(f, "H6", true, "", "E-1");
    CHECK(in_area(f, "3410") == Keys{"H2", "H1", "H4"});  // uncommitted ones too
  });
  f.reopen();
  CHECK(in_area(f, "34") == Keys{"H3", "H2", "H1", "H4"});
  CHECK(in_area(f, "") == Keys{"H6", "H3", "H2", "H1", "H4", "H5"});
  CHECK(in_area(f, "341004") == Keys{"H1", "H4"});
  CHECK(in_area(f, "36").empty());
  CHECK(f.ledger->open_in_area(f.ledger->intern("unit"), "34", "", 0, 10).empty());
}

TEST_CASE("a visit by area goes on after its cursor") {
  Fixture f;
  f.in_transaction([&] {
    for (int i = 0; i < 10; ++i) place(f, "H" + std::to_string(i), true, i < 4 ? "3401" : "3402", "");
  });
  CHECK(in_area(f, "34", "", 0, 3) == Keys{"H0", "H1", "H2"});
  CHECK(in_area(f, "34", "3401", 3, 3) == Keys{"H3", "H4", "H5"});
  CHECK(in_area(f, "3402", "3401", 3, 2) == Keys{"H4", "H5"});
  CHECK(in_area(f, "34", "3402", 10, 3).empty());
}

TEST_CASE("an entity that closes, moves or changes its unit is found where it is now") {
  Fixture f;
  f.in_transaction([&] {
    place(f, "H1", true, "3401", "E-1");
    place(f, "H2", true, "3401", "E-1");
    place(f, "H3", true, "3401", "E-1");
    place(f, "H4", true, "3401", "");
  });
  f.in_transaction([&] {
    place(f, "H1", false, "3401", "E-1");
    place(f, "H2", true, "3402", "E-1");
    place(f, "H3", true, "3401", "E-2");
    place(f, "H4", true, "3401", "E-1");
    CHECK(of_unit(f, "E-1") == Keys{"H2", "H4"});
    place(f, "H4", true, "3401", "E-3");
  });
  f.reopen();
  CHECK(in_area(f, "34") == Keys{"H3", "H4", "H2"});
  CHECK(of_unit(f, "E-1") == Keys{"H2"});
  CHECK(of_unit(f, "E-2") == Keys{"H3"});
  CHECK(of_unit(f, "E-3") == Keys{"H4"});
  CHECK(of_unit(f, "").empty());
  CHECK_FALSE(f.ledger->find(f.kind("hazard"), "H1")->indexed);
  CHECK(f.ledger->find(f.kind("hazard"), "H2")->indexed_area == "3402");
}

TEST_CASE("a visit by unit goes on after its cursor") {
  Fixture f;
  f.in_transaction([&] {
    for (int i = 0; i < 5; ++i) place(f, "H" + std::to_string(i), true, "34", "E-1");
  });
  CHECK(of_unit(f, "E-1", 0, 2) == Keys{"H0", "H1"});
  CHECK(of_unit(f, "E-1", 2, 9) == Keys{"H2", "H3", "H4"});
}
