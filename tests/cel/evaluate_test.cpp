#include "cel_support.hpp"

namespace duban::cel {

TEST_CASE("a condition over a record is evaluated") {
  Register r;
  CHECK(r.result("hazard.level == 'general' && has(hazard.due)") == "true");
  CHECK(r.result("hazard.level == 'major' || hazard.count > 5") == "false");
  CHECK(r.result("hazard.tags.exists(t, t in ['sewer_pipe'])") == "true");
  CHECK(r.result("'deep_excavation' in hazard.tags") == "true");
}

TEST_CASE("reading a field that is not there is an error, has() of it false") {
  Register r;
  CHECK(r.result("hazard.title == 'x'") == "error: no such field: hazard.title");
  CHECK(r.result("has(hazard.title)") == "false");
  CHECK(r.result("hazard.limit.n > 1") == "error: no such field: hazard.limit");
  CHECK(r.result("has(hazard.limit.n)") == "false");
  CHECK(r.result("has(event.nothing.at_all)") == "false");
}

TEST_CASE("a variable that has no value is an error to read and has no fields") {
  Register r;
  r.variables[0] = Value::absent();
  CHECK(r.result("hazard.level == 'major'") == "error: no such field: hazard.level");
  CHECK(r.result("has(hazard.level)") == "false");
  CHECK(r.result("hazard") == "error: no value: hazard");
}

TEST_CASE("fields beyond the declared ones of an open record are found") {
  Register r;
  CHECK(r.result("event.limit.unit == 'd'") == "true");
  CHECK(r.result("has(event.limit)") == "true");
  CHECK(r.result("event.absent") == "error: no such field: event.absent");
}

TEST_CASE("a record of another layout is read by names") {
  Register r;
  const RecordType* older = RecordType::make(
      "hazard", {{"count", Type::of(Type::Base::integer)}, {"level", Type::of(Type::Base::string)}});
  Value fields[2] = {Value::of(7), Value::of("major")};
  r.variables[0] = Value::of_record(older, fields);
  CHECK(r.result("hazard.level + string(hazard.count)") == "\"major7\"");
  CHECK(r.result("has(hazard.due)") == "false");
}

TEST_CASE("&& and || absorb errors of the other side") {
  Register r;
  CHECK(r.result("hazard.title == 'x' || true") == "true");
  CHECK(r.result("hazard.title == 'x' && false") == "false");
  CHECK(r.result("hazard.title == 'x' && true") == "error: no such field: hazard.title");
  CHECK(r.result("[1, 0].exists(x, 1 / x == 1)") == "true");
  CHECK(r.result("[0, 2].all(x, 1 / x == 1)") == "false");
  CHECK(r.result("anything && false") == "false");
}

TEST_CASE("dates compare, convert and give their parts") {
  Register r;
  CHECK(r.result("hazard.due < date('2023-02-08')") == "true");
  CHECK(r.result("hazard.due == date(timestamp('2023-02-07T05:00:00Z'))") == "true");
  CHECK(r.result("[hazard.due.getFullYear(), hazard.due.getMonth(), hazard.due.getDayOfMonth(), "
                 "hazard.due.getDayOfWeek()]") == "[2023,1,6,2]");
  CHECK(r.result("string(hazard.due)") == "\"2023-02-07\"");
}

TEST_CASE("date() and getters without a zone take the context's zone") {
  Register r;
  Compiled c = r.compile(
      "string(date(timestamp('2023-02-07T20:00:00Z'))) + ' ' + "
      "string(timestamp('2023-02-07T20:00:00Z').getHours())");
  REQUIRE(c.program);
  Zone zone = Zone::shanghai();
  Context context{r.arena};
  CHECK(to_text(c.program->evaluate(r.variables, context)) == "2023-02-07 20");
  context.zone = &zone;
  CHECK(to_text(c.program->evaluate(r.variables, context)) == "2023-02-08 4");
}

TEST_CASE("integers overflow into errors") {
  Register r;
  CHECK(r.result("hazard.count + 9223372036854775807") == "error: int overflow");
  CHECK(r.result("hazard.count - 3 == 0 ? 1 / (hazard.count - 3) : 2") == "error: division by zero");
  CHECK(r.result("-9223372036854775808") == "-9223372036854775808");
}

TEST_CASE("numbers compare across int, uint and double by value") {
  Register r;
  CHECK(r.result("[hazard.count == 3u, hazard.count == 3.0, hazard.count < 3.5, 3u in [hazard.count]]") ==
        "[true,true,true,true]");
}

TEST_CASE("macros build lists") {
  Register r;
  CHECK(r.result("[1, 2, 3].map(x, x * x)") == "[1,4,9]");
  CHECK(r.result("[1, 2, 3].map(x, x > 1, x + hazard.count)") == "[5,6]");
  CHECK(r.result("{'a': 1, 'b': 2}.filter(k, k != 'a')") == "[\"b\"]");
  CHECK(r.result("[1, 2, 3].exists_one(x, x > hazard.count - 1)") == "true");
  CHECK(r.result("[[1, 2], [3]].map(l, l.map(x, x + size(l)))") == "[[3,4],[4]]");
}

TEST_CASE("texts are searched and measured in characters") {
  Register r;
  CHECK(r.result("'疏散通道堵塞'.size()") == "6");
  CHECK(r.result("hazard.enterprise_id.startsWith('E') && 'abc'.contains('b') && 'abc'.endsWith('c')") ==
        "true");
  CHECK(r.result("hazard.enterprise_id.matches(r'^E-\\d+$')") == "true");
  CHECK(r.result("hazard.enterprise_id.matches(hazard.level + '[')").starts_with("error: invalid regular"));
}

TEST_CASE("named constants of any depth are folded") {
  Register r;
  CHECK(r.result("const.rain.hours + 1") == "25");
  CHECK(r.compile("const.rain.hours * 2").program->constant()->integer() == 48);
  CHECK(!r.compile("hazard.count * 2").program->constant());
}

TEST_CASE("the host's functions are chosen by the types of their arguments") {
  Register r;
  r.env.add({"twice",
             {Type::of(Type::Base::integer)},
             Type::of(Type::Base::integer),
             [](Context&, std::span<const Value> a) { return Value::of(a[0].integer() * 2); }});
  r.env.add({"twice",
             {Type::of(Type::Base::string)},
             Type::of(Type::Base::string),
             [](Context& c, std::span<const Value> a) {
               return Value::of(c.arena.copy(std::string(a[0].text()) + std::string(a[0].text())));
             }});
  CHECK(r.result("twice(hazard.count)") == "6");
  CHECK(r.result("twice('ab')") == "\"abab\"");
  CHECK(r.result("twice(dyn('ab'))") == "\"abab\"");
  CHECK(r.result("twice(dyn(true))") == "error: no such overload");
  CHECK(r.issues("twice(true)") == "0+5 E105 no function twice(bool); expected twice(int) or twice(string)");
}

TEST_CASE("an evaluation that takes too many steps ends as an error") {
  Register r;
  std::string list = "[1,2,3,4,5,6,7,8,9,10]";
  std::string source = "hazard.count > 0 && " + list + ".all(a, " + list + ".all(b, " + list + ".all(c, " +
                       list + ".all(d, " + list + ".all(e, " + list + ".all(f, " + list +
                       ".all(g, a + hazard.count > 0)))))))";
  CHECK(r.result(source) == "error: the expression took too many steps");
}

TEST_CASE("a program notes every field that it reads, once") {
  Register r;
  auto reads = r.compile(
                    "hazard.level == 'major' && has(hazard.due) && hazard.level != 'general' && "
                    "event.limit.unit == 'd' && hazard.limit.n > 1 && size([hazard]) > 0")
                   .program->reads();
  std::vector<FieldRef> expected = {{0, 0, "hazard.level"},
                                    {0, 1, "hazard.due"},
                                    {1, 1, "event.limit.unit"},
                                    {0, 6, "hazard.limit.n"},
                                    {0, -1, "hazard"}};
  CHECK(reads == expected);
}

TEST_CASE("an equality between two variables is known as an index for joins") {
  Register r;
  auto c = r.compile("event.target == hazard.enterprise_id");
  REQUIRE(c.program->equality());
  CHECK(c.program->equality()->first == FieldRef{1, 0, "event.target"});
  CHECK(c.program->equality()->second == FieldRef{0, 7, "hazard.enterprise_id"});
  CHECK(!r.compile("hazard.level == hazard.title").program->equality());
}

TEST_CASE("the operands of the top-level && are given with their places") {
  std::vector<std::pair<size_t, std::string>> expected = {{0, "a == 1"}, {10, "(b || c)"}, {22, "!d"}};
  CHECK(conjuncts("a == 1 && (b || c) && !d") == expected);
  CHECK(conjuncts("a || b").size() == 1);
  CHECK(conjuncts("a &&").empty());
}

TEST_CASE("the values of a text made of literals are part of its type") {
  Register r;
  Type type = r.compile("event.target == 'x' ? 'closed' : 'open'").program->type();
  REQUIRE(type.values);
  CHECK(*type.values == std::vector<std::string>{"closed", "open"});
}

}  // namespace duban::cel
