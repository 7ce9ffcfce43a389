#include "cel_support.hpp"

namespace duban::cel {

static const Type kBool = Type::of(Type::Base::boolean);

TEST_CASE("a syntax error says where, what was expected, and what was probably meant") {
  Register r;
  CHECK(r.issues("hazard.level = 'major'") == "13+1 E101 '=' is not an operator; did you mean '=='?");
  CHECK(r.issues("hazard.open and true") == "12+3 E101 unexpected 'and'; did you mean '&&'?");
  CHECK(r.issues("(hazard.open") == "12+0 E101 the expression ends too early; expected an operator or ')'");
  CHECK(r.issues("[1, 2") == "5+0 E101 the expression ends too early; expected ',' or ']'");
  CHECK(r.issues("hazard.") ==
        "7+0 E101 the expression ends too early; expected the name of a field or a function");
  CHECK(r.issues("'abc\\") == "0+5 E101 the text that begins here has no end; expected a closing '");
  CHECK(r.issues("'abc") == "0+4 E101 the text that begins here has no end; expected a closing '");
  CHECK(r.issues("has\uff08hazard.due)") == "3+3 E101 '\uff08' is a full-width character; write (");
  CHECK(r.issues("has(hazard)") == "0+11 E101 has() asks whether a field is there; write has(hazard.due)");
  CHECK(r.issues("") == "0+0 E101 the expression ends too early; expected a value, a name or '('");
}

TEST_CASE("unknown names are reported with the nearest known one") {
  Register r;
  CHECK(r.issues("hazzard.open") == "0+7 E102 unknown variable 'hazzard'; did you mean 'hazard'?");
  CHECK(r.issues("hazard.levle == 'x'") == "7+5 E104 unknown field 'levle' of hazard; did you mean 'level'?");
  CHECK(r.issues("has(hazard.levle)") == "11+5 E104 unknown field 'levle' of hazard; did you mean 'level'?");
  CHECK(r.issues("hazard.title.startWith('a')") ==
        "13+9 E103 unknown function 'startWith'; did you mean 'startsWith'?");
  CHECK(r.issues("contains(hazard.title, 'a')") ==
        "0+8 E103 unknown function 'contains'; write a.contains(b)");
  CHECK(r.issues("const.rain.hour > 1") ==
        "11+4 E102 unknown constant 'const.rain.hour'; did you mean 'hours'?");
}

TEST_CASE("all mistakes of an expression are reported at once") {
  Register r;
  CHECK(r.issues("hazard.levle == 'x' && hazzard.open && hazard.level == 'majr'") ==
        "7+5 E104 unknown field 'levle' of hazard; did you mean 'level'?\n"
        "23+7 E102 unknown variable 'hazzard'; did you mean 'hazard'?\n"
        "55+6 E107 unknown value 'majr' of hazard.level; did you mean 'major'?");
}

TEST_CASE("a value that the vocabulary of a field lacks is an error wherever it is compared") {
  Register r;
  const std::string unknown = " E107 unknown value 'majr' of hazard.level; did you mean 'major'?";
  CHECK(r.issues("hazard.level == 'majr'") == "16+6" + unknown);
  CHECK(r.issues("'majr' != hazard.level") == "0+6" + unknown);
  CHECK(r.issues("hazard.level in ['major', 'majr']") == "26+6" + unknown);
  CHECK(r.issues("hazard.level == (hazard.open ? 'majr' : 'major')") == "31+6" + unknown);
  CHECK(r.issues("'sewer_pip' in hazard.tags") ==
        "0+11 E107 unknown value 'sewer_pip' of hazard.tags; did you mean 'sewer_pipe'?");
  CHECK(r.issues("hazard.tags.exists(t, t in ['sewer_pip'])") ==
        "28+11 E107 unknown value 'sewer_pip' of t; did you mean 'sewer_pipe'?");
  CHECK(r.issues("hazard.tags.exists(t, t == 'deep_excavation')").empty());
}

TEST_CASE("arguments and results are held to their vocabularies too") {
  Register r;
  r.env.add({"same_area",
             {Type::of(Type::Base::string), Type::one_of({"city", "district"})},
             kBool,
             [](Context&, std::span<const Value>) { return Value::of(true); }});
  CHECK(r.issues("same_area(hazard.title, 'citty')") ==
        "24+7 E107 unknown value 'citty' of the argument of same_area(); did you mean 'city'?");
  CHECK(r.issues("hazard.open ? 'closed' : 'opne'", Type::one_of({"open", "closed"})) ==
        "25+6 E107 unknown value 'opne' of what is expected here; did you mean 'open'?");
}

TEST_CASE("a comparison that can never hold is an error") {
  Register r;
  CHECK(r.issues("hazard.due == '2023-02-07'") ==
        "11+2 E106 a date never equals a string; write date('2023-02-07')");
  CHECK(r.issues("hazard.count == '3'").starts_with("13+2 E106 an int never equals a string"));
  CHECK(r.issues("hazard.title == null") ==
        "13+2 E106 a string never equals a null; a field that is not set is absent, not null: write "
        "!has(hazard.title)");
  CHECK(r.issues("hazard.level in [1, 2]").starts_with("13+2 E106 a string never equals an int"));
  CHECK(r.issues("hazard.due < timestamp('2023-02-07T00:00:00Z')").starts_with("11+1 E105"));
}

TEST_CASE("a condition must be a bool") {
  Register r;
  CHECK(r.issues("hazard.count", kBool).starts_with("0+12 E108 this is an int and must be a bool"));
  CHECK(r.issues("hazard.title && true") ==
        "0+12 E105 '&&' needs a bool, not a string; write a comparison, or has(hazard.title)");
  CHECK(r.issues("hazard.open", kBool).empty());
  CHECK(r.issues("anything", kBool).empty());
}

TEST_CASE("a condition that depends on nothing is an error unless it is plain true or false or a constant") {
  Register r;
  CHECK(r.issues("1 < 2", kBool).starts_with("0+5 E109 this condition is always the same"));
  CHECK(r.issues("hazard.open && 'a' == 'b'", kBool).starts_with("15+10 E109"));
  CHECK(r.issues("true", kBool).empty());
  CHECK(r.issues("const.rain.hours > 12", kBool).empty());
}

TEST_CASE("arguments of wrong types are reported with the types that fit") {
  Register r;
  CHECK(r.issues("hazard.title.contains(1)") ==
        "13+8 E105 no function string.contains(int); expected string.contains(string)");
  CHECK(r.issues("hazard.title + 1") ==
        "13+1 E105 '+' does not take a string and an int; write string(…) around what is no string");
  CHECK(r.issues("hazard.count + 1.5").starts_with("13+1 E105 '+' does not take an int and a double"));
  CHECK(r.issues("hazard.tags['x']").starts_with("12+3 E105 a list is indexed by an int"));
}

TEST_CASE("patterns, literals and constant parts that can only fail are found at load time") {
  Register r;
  CHECK(r.issues("hazard.title.matches('[')").starts_with("21+3 E110 invalid regular expression"));
  CHECK(r.issues("hazard.count < 9223372036854775808").starts_with("15+19 E111 the number"));
  CHECK(r.issues("hazard.due < date('2023-13-01')", kBool)
            .starts_with("13+18 E113 this always fails: '2023-13-01'"));
}

TEST_CASE("expressions that are too long or too deep are refused") {
  Register r;
  CHECK(r.issues(std::string(limits::kCelSourceBytes + 1, ' ')).starts_with("0+65537 E112"));
  CHECK(r.issues(std::string(300, '(') + "1" + std::string(300, ')')).find("E112 the expression is nested") !=
        std::string::npos);
  CHECK(r.issues(std::string(250, '[')).starts_with("250+0 E112"));
  CHECK(r.issues(std::string(30000, '!') + "true").find("E112") != std::string::npos);
  std::string sum = "1";
  for (int i = 0; i < 300; ++i) sum += "+1";
  CHECK(r.issues(sum).find("E112") != std::string::npos);
  std::string chain = "hazard.open";
  for (int i = 0; i < 1000; ++i) chain += " || hazard.open";
  CHECK(r.issues(chain).empty());
}

}  // namespace duban::cel
