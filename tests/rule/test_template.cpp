#include <catch2/catch.hpp>

#include "rule/template.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

cel::Environment environment() {
  cel::Environment env;
  env.declare("name", cel::Type::of(cel::Type::Base::string));
  env.declare("other", cel::Type::dyn());
  return env;
}

std::string render(const std::string& text, const char* name, std::vector<std::string>* failures = nullptr) {
  std::vector<cel::Issue> issues;
  const Template message = Template::compile(text, environment(), issues);
  REQUIRE(issues.empty());
  cel::Arena arena;
  cel::Context context{arena};
  const cel::Value variables[] = {cel::Value::of(std::string_view(name)), cel::Value::absent()};
  return message.render(variables, context, failures);
}

std::vector<cel::Issue> issues_of(const std::string& text) {
  std::vector<cel::Issue> issues;
  Template::compile(text, environment(), issues);
  return issues;
}

}  // namespace

TEST_CASE("expressions in a message are replaced by their values") {
  CHECK(render("${name}:应整改", "甲厂") == "甲厂:应整改");
  CHECK(render("no expression", "甲厂") == "no expression");
  CHECK(render("", "甲厂").empty());
  CHECK(render("${1 + 1}${name}", "甲") == "2甲");
}

TEST_CASE("braces in texts and maps do not end an expression") {
  CHECK(render("${{'a': '}'}['a']}${name + '}\\''}!", "甲") == "}甲}'!");
}

TEST_CASE("two dollar signs are one, a lone one is itself") {
  CHECK(render("$$${name} $ $5 $${name}", "甲") == "$甲 $ $5 ${name}");
}

TEST_CASE("data cannot bring line breaks, controls or turns of direction into a message") {
  CHECK(render("[${name}]", "a\nb\r\tc\x1b[31m\x7f") == "[a b  c [31m ]");
  CHECK(render("[${name}]", "a\u202Eb\u2028c\u0085d\u2066e") == "[a b c d e]");
  CHECK(render("[${name}]",
               "a\xff"
               "b") == "[a\uFFFDb]");
  CHECK(render("line\nbreak of the author ${name}", "甲") == "line\nbreak of the author 甲");
}

TEST_CASE("an expression that fails prints as a question mark and says why") {
  std::vector<std::string> failures;
  CHECK(render("${name}:${other.due}", "甲", &failures) == "甲:?");
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].find("other.due") != std::string::npos);
}

TEST_CASE("issues of a message stand where they are in its text") {
  const auto unknown = issues_of("应${nmae}整改");
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].offset == std::string("应${").size());
  CHECK(unknown[0].code == "E102");
  const auto open = issues_of("应${name整改");
  REQUIRE(open.size() == 1);
  CHECK(open[0].code == "E419");
  CHECK(issues_of("${}").size() == 1);
}

TEST_CASE("a message knows which variables it reads") {
  std::vector<cel::Issue> issues;
  const Template message = Template::compile("${name}", environment(), issues);
  CHECK(message.reads_slot(0));
  CHECK_FALSE(message.reads_slot(1));
  CHECK(message.source() == "${name}");
}
