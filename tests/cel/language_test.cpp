// What the public conformance suite tests far more thoroughly (tests/cel/conformance), in short: its data is
// not part of this repository.
#include "cel_support.hpp"

namespace duban::cel {

TEST_CASE("literals are read with their escapes") {
  Register r;
  CHECK(r.evaluate(R"('\x41\101\u4e2d\U0001F600')").text() == "AA中😀");
  CHECK(r.evaluate(R"(r'\d' + "\"" + '''it's''')").text() == R"(\d"it's)");
  CHECK(r.evaluate(R"(b'\xff\303A')").text() ==
        "\xff\xc3"
        "A");
  CHECK(r.issues(R"(b'\u00ff')").starts_with("2+2 E101 unknown escape"));
  CHECK(r.result("[0xFF, 17u, 1.5e3, .5, -7]") == "[255,17,1500,0.5,-7]");
  CHECK(r.issues(R"('\q')").starts_with("1+2 E101 unknown escape"));
  CHECK(r.issues(R"('\ud800')").starts_with("1+2 E101 unknown escape"));
}

TEST_CASE("operators bind as in C, ?: to the right") {
  Register r;
  CHECK(r.result("1 + 2 * 3 - 4 / 2 % 3") == "5");
  CHECK(r.result("!true || false && false") == "false");
  CHECK(r.result("false ? 1 : true ? 2 : 3") == "2");
  CHECK(r.result("- -3 + 1") == "4");
  CHECK(r.result("1 < 2 == true") == "true");
}

TEST_CASE("conversions give values or say why not") {
  Register r;
  CHECK(r.result("[int('42'), int(-1.9), int(7u), int(timestamp('1970-01-01T00:01:00Z'))]") ==
        "[42,-1,7,60]");
  CHECK(r.result("[string(1.5), string(true), string(b'abc'), string(duration('90m'))]") ==
        R"(["1.5","true","abc","5400s"])");
  CHECK(r.result("[double('1e3'), double(2)]") == "[1000,2]");
  CHECK(r.result("int('4x')") == "error: '4x' is no int");
  CHECK(r.result("int(1e99)") == "error: int out of range");
  CHECK(r.result("uint(hazard.count - 4)") == "error: uint out of range");
  CHECK(r.result("string(b'\\xff')") == "error: invalid UTF-8 in bytes");
  CHECK(r.result("bool('maybe')") == "error: 'maybe' is no bool");
  CHECK(r.result("type(hazard.due) == date && type(1) == int && type(type(1)) == type") == "true");
}

TEST_CASE("timestamps and durations are added, compared and taken apart") {
  Register r;
  const std::string t = "timestamp('2023-02-07T01:02:03.456Z')";
  CHECK(r.result(t + " + duration('1h')") == "\"2023-02-07T02:02:03.456Z\"");
  CHECK(r.result(t + " - timestamp('2023-02-07T00:00:00Z')") == "\"3723.456s\"");
  CHECK(r.result("[" + t + ".getHours(), " + t + ".getHours('Asia/Shanghai'), " + t +
                 ".getHours('-05:30'), " + t + ".getMilliseconds()]") == "[1,9,19,456]");
  CHECK(r.result("[duration('1h30m').getMinutes(), duration('-1.5s').getMilliseconds()]") == "[90,-500]");
  CHECK(r.result(t + ".getHours('Mars/Olympus')") == "error: unknown time zone 'Mars/Olympus'");
  CHECK(r.result("timestamp('9999-12-31T23:59:59Z') + duration('1s')") ==
        "error: timestamp out of range: years 1 to 9999");
  CHECK(r.result("timestamp('2023-02-30T00:00:00Z')")
            .starts_with("error: '2023-02-30T00:00:00Z' is no timestamp"));
  CHECK(r.result("duration('5 minutes')").starts_with("error: '5 minutes' is no duration"));
}

TEST_CASE("lists and maps are built, indexed and joined") {
  Register r;
  CHECK(r.result("([1] + [2, 3])[hazard.count - 1]") == "3");
  CHECK(r.result("[1][1]") == "error: index out of bounds: 1");
  CHECK(r.result("{'a': 1, 2: 'b'}[2u]") == "\"b\"");
  CHECK(r.result("{'a': 1}.b") == "error: no such key: b");
  CHECK(r.result("{'a': 1, 'a': 2}") == "error: a key twice in a map: a");
  CHECK(r.result("{'a': {'b': 1}}.a.b + {'c': 2}['c']") == "3");
  CHECK(r.result("'a' in {'a': 1} && !('b' in {'a': 1})") == "true");
  CHECK(r.result("has({'a': 1}.b)") == "false");
}

TEST_CASE("macros over pairs have the index or key, and the element") {
  Register r;
  CHECK(r.result("['a', 'b'].exists(i, x, i == 1 && x == 'b')") == "true");
  CHECK(r.result("[3, 4].transformList(i, x, i * x)") == "[0,4]");
  CHECK(r.result("{'a': 1, 'b': 2}.transformMap(k, x, x > 1, k + string(x))") == R"({"b":"b2"})");
  CHECK(
      r.issues("[1].map(1, 2)") ==
      "8+1 E101 this argument of map() is the name for each element; write list.map(x, value) or list.map(x, "
      "condition, value)");
  CHECK(r.issues("[1].exists(x)") ==
        "4+6 E103 'exists' has other arguments; write list.exists(x, condition)");
}

TEST_CASE("a name bound to a value shadows a variable, a leading dot does not see it") {
  Register r;
  CHECK(r.result("cel.bind(hazard, 7, hazard + .hazard.count)") == "10");
  CHECK(r.result("[1, 2].exists(anything, anything == 2)") == "true");
}

TEST_CASE("names are looked up in the container first") {
  Register r;
  r.env.container("hazards.open");
  r.env.declare("hazards.limit", Type::of(Type::Base::integer));
  Value variables[4] = {r.variables[0], r.variables[1], r.variables[2], Value::of(5)};
  Context context{r.arena};
  CHECK(r.compile("limit + hazards.limit").program->evaluate(variables, context).integer() == 10);
}

TEST_CASE("without checking, what is unknown is an error of the evaluation that && and || absorb") {
  Register r;
  auto result = [&](std::string_view source) {
    Compiled c = compile_unchecked(source, r.env);
    REQUIRE(c.program);
    Context context{r.arena};
    return to_text(c.program->evaluate(r.variables, context));
  };
  CHECK(result("nobody") == "unknown variable 'nobody'");
  CHECK(result("nobody || nothing(1) || true") == "true");
  CHECK(result("'a' == 1 || hazard.count == 3u") == "true");
}

TEST_CASE("a value that grows without bound is refused") {
  Register r;
  std::string source = "anything == null ? [1] : []";
  for (int i = 0; i < 60; ++i)
    source = "cel.bind(a" + std::to_string(i) + ", " + source + ", [a" + std::to_string(i) + ", a" +
             std::to_string(i) + "])";
  CHECK(r.result(source) == "error: the expression took too many steps");
  std::string deep = "[anything]";
  for (int i = 0; i < 150; ++i) deep = "[" + deep + "]";
  CHECK(r.result(deep) == "error: the expression nests lists and maps too deeply");
  std::string text = "string(anything == null)";
  for (int i = 0; i < 60; ++i) text = "cel.bind(a, " + text + ", a + a)";
  CHECK(r.result(text) == "error: the expression took too many steps");
}

TEST_CASE("text that is not UTF-8 is refused where the bad byte stands") {
  Register r;
  CHECK(r.issues("'ab\xff'").starts_with("3+1 E101 the expression is not UTF-8"));
}

}  // namespace duban::cel
