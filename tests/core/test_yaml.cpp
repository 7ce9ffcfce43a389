#include <catch2/catch.hpp>

#include "core/yaml.hpp"

using namespace duban;

namespace {

struct Document {
  explicit Document(std::string text) : root(yaml::Reader::parse("t.yaml", std::move(text), found)) {}
  std::string errors() const { return found.text(); }
  /// The findings without excerpts: one line each.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& d : found.sorted())
      out.push_back(std::to_string(d.place.line) + ":" + std::to_string(d.place.column) + " " + d.code + " " +
                    d.message + (d.hint.empty() ? "" : "; " + d.hint));
    return out;
  }
  Diagnostics found;
  yaml::Reader root;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("every type is read as it was written") {
  Document d{R"(
text: 一般隐患
quoted: "007"
number: 42
ratio: 0.905
flag: true
day: 2023-02-07
at: 09:00
wait: 1h30m
list: [a, b]
one: a
empty:
)"};
  CHECK(d.root.get("text").string() == "一般隐患");
  CHECK(d.root.get("quoted").string() == "007");
  CHECK(d.root.get("quoted").quoted());
  CHECK_FALSE(d.root.get("number").quoted());
  CHECK(d.root.get("number").integer() == 42);
  CHECK(d.root.get("number").number() == 42.0);
  CHECK(d.root.get("ratio").number() == 0.905);
  CHECK(d.root.get("flag").boolean());
  CHECK(d.root.get("day").date() == Date::of(2023, 2, 7));
  CHECK(d.root.get("at").time_of_day() == TimeOfDay{32'400});
  CHECK(d.root.get("wait").duration() == Duration{5'400'000});
  CHECK(d.root.get("list").strings() == std::vector<std::string>{"a", "b"});
  CHECK(d.root.get("one").strings() == std::vector<std::string>{"a"});
  CHECK_FALSE(d.root.get("empty"));
  CHECK_FALSE(d.root.get("absent"));
  d.root.finish();
  CHECK(d.errors().empty());
}

TEST_CASE("what is absent gives the default in silence") {
  Document d{"a: 1\nnothing: ~\n"};
  for (const char* key : {"absent", "nothing"}) {
    const auto r = d.root.get(key);
    CHECK(r.string("x") == "x");
    CHECK(r.integer(7) == 7);
    CHECK(r.number(0.5) == 0.5);
    CHECK(r.boolean(true));
    CHECK_FALSE(r.date());
    CHECK_FALSE(r.duration());
    CHECK(r.strings().empty());
    CHECK(r.items().empty());
    CHECK(r.entries().empty());
    CHECK(r.one_of({"a"}, "a") == "a");
    CHECK_FALSE(r.get("deeper").get("still"));
    CHECK_FALSE(r.required("deeper"));
    r.finish();
  }
  CHECK(d.errors().empty());
}

TEST_CASE("every wrong value is reported at its place with what was expected") {
  Document d{
      "a: abc\nb: '7'\nc: yes\nd: 2023-02-30\ne: 25:00\nf: 5 minutes\ng: [1]\nh: {x: 1}\ni: .inf\nj: 1.5\n"};
  CHECK(d.root.get("a").integer(3) == 3);
  CHECK(d.root.get("b").integer() == 0);
  CHECK_FALSE(d.root.get("c").boolean());
  CHECK_FALSE(d.root.get("d").date());
  CHECK_FALSE(d.root.get("e").time_of_day());
  CHECK_FALSE(d.root.get("f").duration());
  CHECK(d.root.get("g").string("s") == "s");
  CHECK(d.root.get("h").items().empty());
  CHECK(d.root.get("i").number() == 0);
  CHECK(d.root.get("j").integer() == 0);
  CHECK(d.lines() ==
        Lines{"1:4 E009 'abc' is not a whole number; expected digits, such as 30",
              "2:4 E009 '7' is not a whole number; write it without quotes",
              "3:4 E009 'yes' is not true or false; expected true or false",
              "4:4 E009 '2023-02-30' is not a date; expected a date that exists, such as 2023-02-07",
              "5:4 E009 '25:00' is not a time of day; expected 00:00 to 24:00, such as 09:00",
              "6:4 E009 '5 minutes' is not a duration; expected a number with ms, s, m, h or d, such as 90m "
              "or 1h30m",
              "7:4 E008 a list stands where a text is expected; quote a text that begins with '['",
              "8:4 E008 a map stands where a list is expected",
              "9:4 E009 '.inf' is not a number; expected a number, such as 0.9",
              "10:4 E009 '1.5' is not a whole number; expected digits, such as 30"});
}

TEST_CASE("a wrong type is reported once, however often it is asked for") {
  Document d{"a: text\n"};
  CHECK_FALSE(d.root.get("a").get("x"));
  CHECK_FALSE(d.root.get("a").get("y"));
  CHECK(d.lines() == Lines{"1:4 E008 a single value stands where a map is expected"});
}

TEST_CASE("unknown keys are reported with the nearest known name") {
  Document d{"subject: hazard\nwhenn: x\nlader: y\nzzz: 1\n"};
  for (const char* key : {"subject", "when", "ladder"}) (void)d.root.get(key);
  d.root.finish();
  CHECK(d.lines() == Lines{"2:1 E006 unknown key 'whenn'; did you mean 'when'?",
                           "3:1 E006 unknown key 'lader'; did you mean 'ladder'?",
                           "4:1 E006 unknown key 'zzz'; expected one of ladder, subject, when"});
}

TEST_CASE("a required key that is missing is reported where its map begins, an empty one at its key") {
  Document d{"rules:\n  - id: x\n    due:\n    title: t\n"};
  const auto rule = d.root.get("rules").items().at(0);
  CHECK_FALSE(rule.required("subject"));
  CHECK_FALSE(rule.required("due"));
  CHECK(rule.required("id").string() == "x");
  CHECK(d.lines() == Lines{"2:5 E007 missing key 'subject'", "3:5 E007 key 'due' has no value"});
}

TEST_CASE("a name that is not one of the allowed is reported with the nearest") {
  Document d{"type: rainstrom\n"};
  CHECK(d.root.get("type").one_of({"rainstorm", "typhoon"}, "typhoon") == "typhoon");
  CHECK(d.lines() == Lines{"1:7 E010 unknown name 'rainstrom'; did you mean 'rainstorm'?"});
}

TEST_CASE("keys that are data come in file order and count as known") {
  Document d{"b: 1\na: 2\n"};
  std::vector<std::string> keys;
  for (const auto& [key, value] : d.root.entries())
    keys.push_back(key + std::to_string(value.key_place().line));
  d.root.finish();
  CHECK(keys == std::vector<std::string>{"b1", "a2"});
  CHECK(d.errors().empty());
}

TEST_CASE("duplicate keys are errors, at the second one") {
  Document d{"a: 1\nb: {x: 1, x: 2}\na: 3\n"};
  CHECK(d.root.get("a").integer() == 1);
  CHECK(d.lines() == Lines{"2:11 E005 duplicate key 'x'; it stands in line 2 already",
                           "3:1 E005 duplicate key 'a'; it stands in line 1 already"});
}

TEST_CASE("columns count characters, also behind Chinese text") {
  Document d{"标题: 暴雨\n内容: {甲: 乙, 丙: 丁}\n"};
  const auto value = d.root.get("内容").get("丙");
  CHECK(value.place().line == 2);
  CHECK(value.place().column == 15);
  CHECK(value.key_place().column == 12);
}

TEST_CASE("a byte order mark and CRLF change neither values nor places") {
  Document d{
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  one\r\n  two\r\nc: 'x\r\n  y'\r\n"};
  CHECK(d.root.get("a").place().column == 4);
  CHECK(d.root.get("b").string() == "one\ntwo\n");
  CHECK(d.root.get("c").string() == "x y");
  CHECK(d.root.get("c").place().line == 5);
  CHECK(d.errors().empty());
}

TEST_CASE("merge keys fill in what a map does not have itself") {
  Document d{R"(
base: &base { level: remind, severity: notice }
more: &more { level: urge, to: office }
one:
  <<: *base
  severity: warning
both:
  <<: [*base, *more]
  x: 1
)"};
  const auto one = d.root.get("one");
  CHECK(one.get("level").string() == "remind");
  CHECK(one.get("severity").string() == "warning");
  one.finish();
  const auto both = d.root.get("both");
  CHECK(both.to_json() == R"({"x":1,"level":"remind","severity":"notice","to":"office"})");
  CHECK(d.errors().empty());
  Document bad{"a: {<<: text}\n"};
  CHECK(bad.lines() == Lines{"1:9 E008 '<<' merges maps; expected an alias of a map, or a list of such"});
}

TEST_CASE("a node is placed behind its anchor and tag") {
  Document d{"a: &x !!str 7\nb: *x\n"};
  CHECK(d.root.get("a").place().column == 13);
  CHECK(d.root.get("a").quoted());
  CHECK(d.root.get("b").string() == "7");
  CHECK(d.errors().empty());
}

TEST_CASE("values are typed by the core schema of YAML 1.2 when they become JSON") {
  Document d{
      "[1, 1.5, true, null, ~, yes, on, '1', \"a\\\"b\", 0x1F, 0o17, +7, -3, .5, 1e3, 2023-01-19T10:00, "
      "12:30, [], {}, {k: v}, .nan, 007]"};
  CHECK(
      d.root.to_json() ==
      R"([1,1.5,true,null,null,"yes","on","1","a\"b",31,15,7,-3,0.5,1000.0,"2023-01-19T10:00","12:30",[],{},{"k":"v"},".nan",7])");
  CHECK(d.root.get("absent").to_json() == "null");
}

TEST_CASE("an empty document is an absent reader") {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "~"}) {
    Document d{text};
    CHECK_FALSE(d.root);
    CHECK(d.errors().empty());
  }
}

TEST_CASE("a file that cannot be read is reported, not thrown") {
  Diagnostics found;
  CHECK_FALSE(yaml::Reader::open("/no/such/file.yaml", found));
  CHECK_FALSE(yaml::Reader::open("/", found));
  CHECK(found.error_count() == 2);
  CHECK(found.sorted()[1].place.file == "/no/such/file.yaml");
  CHECK(found.sorted()[1].code == "E001");
}

TEST_CASE("a reader reports its own findings at its place") {
  Document d{"a: 1\n"};
  d.root.get("a").error("E012", "unknown weather type '1'", "hint");
  d.root.get("a").warning("W003", "odd");
  CHECK(d.lines() == Lines{"1:4 E012 unknown weather type '1'; hint", "1:4 W003 odd"});
}
