#include <cmath>

#include "cel_support.hpp"

namespace duban::cel {

TEST_CASE("a copy in an arena depends on nothing but the arena") {
  Arena arena;
  Value copy;
  {
    Arena shorter;
    Value items[2] = {Value::of(shorter.copy("first")), Value::of(2)};
    MapEntry entries[1] = {{Value::of(shorter.copy("key")), Value::of(std::span<const Value>(items))}};
    copy = arena.copy(Value::of_map(entries));
    items[0] = Value::of("changed");
    shorter.reset();
  }
  CHECK(to_json(copy) == R"({"key":["first",2]})");
}

TEST_CASE("a copied record keeps its layout and its absent fields") {
  Register r;
  Value copy = r.arena.copy(r.variables[0]);
  r.hazard_fields[0] = Value::of("major");
  CHECK(copy.record_type() == r.hazard_type);
  CHECK(copy.get("level").text() == "general");
  CHECK(copy.get("title").is_absent());
  CHECK(copy.get("no_such_field").is_absent());
}

TEST_CASE("values are written as JSON, records as their present fields") {
  Register r;
  CHECK(
      to_json(r.variables[0]) ==
      R"({"level":"general","due":"2023-02-07","tags":["sewer_pipe","deep_excavation"],"open":true,"count":3,)"
      R"("enterprise_id":"E-1"})");
  CHECK(to_json(r.variables[1]) == R"({"target":"E-1","limit":{"unit":"d"}})");
  CHECK(to_json(Value::of("a\"b\\c\n\x01疏")) == "\"a\\\"b\\\\c\\n\\u0001疏\"");
  CHECK(to_json(Value::of_bytes("\xff\x00")) == "\"/w==\"");
  CHECK(to_json(Value::timestamp(1675731600, 500'000'000)) == "\"2023-02-07T01:00:00.5Z\"");
  CHECK(to_json(Value::duration(-2, 500'000'000)) == "\"-1.5s\"");
  CHECK(to_json(Value::of(std::nan(""))) == "\"NaN\"");
  CHECK(to_json(Value::null()) == "null");
}

TEST_CASE("values are written for people without quotes") {
  Value items[3] = {Value::of("甲"), Value::of(2), Value::of(0.5)};
  CHECK(to_text(Value::of(std::span<const Value>(items))) == "甲, 2, 0.5");
  CHECK(to_text(Value::of(Date::of(2023, 2, 7))) == "2023-02-07");
  CHECK(to_text(Value::of(true)) == "true");
  CHECK(to_text(Value::null()).empty());
  CHECK(to_text(Value::absent()).empty());
}

TEST_CASE("an instant becomes a timestamp and comes back, before 1970 too") {
  for (int64_t ms : {int64_t{0}, int64_t{1675731600123}, int64_t{-1}, int64_t{-1500}}) {
    Value v = Value::of(instant_of_ms(ms));
    CHECK(v.nanos() < 1'000'000'000);
    CHECK(ms_of(v.instant()) == ms);
  }
}

TEST_CASE("equality crosses the number types and is deep, an error equals nothing") {
  CHECK(equal(Value::of(1), Value::of(1.0)));
  CHECK(equal(Value::of(1), Value::of_unsigned(1)));
  CHECK(!equal(Value::of(-1), Value::of_unsigned(UINT64_MAX)));
  CHECK(!equal(Value::of(1), Value::of("1")));
  CHECK(!equal(Value::of(std::nan("")), Value::of(std::nan(""))));
  CHECK(!equal(Value::error("x"), Value::error("x")));
  CHECK(!equal(Value::absent(), Value::absent()));
  Value a[2] = {Value::of(1), Value::of("x")}, b[2] = {Value::of(1.0), Value::of("x")};
  CHECK(equal(Value::of(std::span<const Value>(a)), Value::of(std::span<const Value>(b))));
}

TEST_CASE("the order of keys is total and does not round") {
  int64_t large = (int64_t{1} << 53) + 1;
  CHECK((compare_keys(Value::of(large), Value::of(9007199254740992.0)) > 0));
  CHECK((compare_keys(Value::of(int64_t{INT64_MAX}), Value::of(9223372036854775808.0)) < 0));
  CHECK((compare_keys(Value::of(-1), Value::of_unsigned(0)) < 0));
  CHECK((compare_keys(Value::of(1), Value::of_unsigned(1)) == 0));
  CHECK((compare_keys(Value::of(1), Value::of(std::nan(""))) < 0));
  CHECK((compare_keys(Value::of(true), Value::of(0)) < 0));
  CHECK((compare_keys(Value::of("a"), Value::of("b")) < 0));
}

TEST_CASE("a layout made again is the one that is there") {
  auto make = [](std::vector<std::string> values) {
    return RecordType::make("again", {{"level", Type::one_of(std::move(values))}});
  };
  CHECK(make({"a", "b"}) == make({"a", "b"}));
  CHECK(make({"a", "b"}) != make({"a", "c"}));
  CHECK(RecordType::by_index(make({"a", "b"})->index) == make({"a", "b"}));
}

}  // namespace duban::cel
