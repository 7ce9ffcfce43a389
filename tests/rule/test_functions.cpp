#include <catch2/catch.hpp>

#include "rule/fixture.hpp"
#include "rule/functions.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

struct Evaluation {
  std::string text;
  bool error = false;
  bool provisional = false;
};

Evaluation evaluate(const std::string& expression) {
  static const auto calendar = [] {
    Diagnostics out;
    return calendar::Calendar::load(std::string(DUBAN_SOURCE_DIR) + "/config/calendar", out);
  }();
  cel::Environment env;
  add_functions(env);
  env.declare("anything", cel::Type::dyn());
  const auto compiled = cel::compile(expression, env);
  INFO(expression << (compiled.issues.empty() ? "" : ": " + compiled.issues[0].message));
  REQUIRE(compiled.program != nullptr);
  cel::Arena arena;
  Host host{calendar.get(), Zone::shanghai(), false};
  const Zone zone = Zone::shanghai();
  cel::Context context{arena, &host, &zone};
  const cel::Value variables[] = {cel::Value::of(std::string_view("341004"))};
  const cel::Value value = compiled.program->evaluate(variables, context);
  return {value.is_error() ? std::string(value.text()) : cel::to_text(value), value.is_error(),
          host.provisional};
}

std::string text_of(const std::string& expression) { return evaluate(expression).text; }

std::string refused(const std::string& expression) {
  cel::Environment env;
  add_functions(env);
  const auto compiled = cel::compile(expression, env);
  CHECK(compiled.program == nullptr);
  return compiled.issues.empty() ? "" : compiled.issues[0].code;
}

}  // namespace

TEST_CASE("an area lies in another if its code begins with it") {
  CHECK(text_of("within('341004101205', '341004')") == "true");
  CHECK(text_of("within('341004', '341004')") == "true");
  CHECK(text_of("within('34', '341004')") == "false");
  CHECK(text_of("within('340602101', ['340603', '3406'])") == "true");
  CHECK(text_of("within('340602101', [])") == "false");
  CHECK(text_of("within(anything, '34')") == "true");
}

TEST_CASE("two areas are the same as far as the level named") {
  CHECK(text_of("same_area('341702', '340602', 'province')") == "true");
  CHECK(text_of("same_area('341702', '340602', 'city')") == "false");
  CHECK(text_of("same_area('340621', '340602', 'city')") == "true");
  CHECK(text_of("same_area('340621', '340602101', 'district')") == "false");
  CHECK(text_of("same_area('34', '34', 'city')") == "false");  // neither says which city
  CHECK(evaluate("same_area('34', '34', anything)").error);
}

TEST_CASE("days and workdays are added to dates and to the local date of timestamps") {
  CHECK(text_of("add_days(date('2023-02-27'), 3)") == "2023-03-02");
  CHECK(text_of("add_workdays(date('2023-01-19'), 10)") == "2023-02-07");
  CHECK(text_of("add_workdays(date('2023-02-07'), -3)") == "2023-02-02");
  // 17:00 UTC is the next day in Shanghai.
  CHECK(text_of("add_days(timestamp('2023-02-27T17:00:00Z'), 0)") == "2023-02-28");
  CHECK(evaluate("add_days(date('2023-02-27'), 100000000)").error);
  CHECK(evaluate("add_workdays(date('2023-02-27'), -100000000)").error);
}

TEST_CASE("workdays between two days are those after the first up to and with the second") {
  CHECK(text_of("workdays_between(date('2023-01-19'), date('2023-02-07'))") == "10");
  CHECK(text_of("workdays_between(date('2023-02-07'), date('2023-02-07'))") == "0");
  CHECK(text_of("workdays_between(date('2023-02-07'), date('2023-01-19'))") == "-10");
  CHECK(text_of("workdays_between(timestamp('2023-01-19T02:00:00Z'), date('2023-02-07'))") == "10");
  CHECK(text_of("workdays_between(timestamp('2023-01-19T02:00:00Z'), timestamp('2023-02-07T02:00:00Z'))") ==
        "10");
}

TEST_CASE("a make-up Saturday is a workday and a holiday is none") {
  CHECK(text_of("is_workday(date('2023-01-28'))") == "true");
  CHECK(text_of("is_workday(date('2023-01-23'))") == "false");
}

TEST_CASE("a sum over a year that is not published is marked provisional, others are not") {
  CHECK(evaluate("add_workdays(date('2049-03-01'), 3)").provisional);
  CHECK(evaluate("is_workday(date('2049-03-01'))").provisional);
  CHECK_FALSE(evaluate("add_workdays(date('2023-03-01'), 3)").provisional);
  CHECK_FALSE(evaluate("add_days(date('2049-03-01'), 3)").provisional);
}

TEST_CASE("months, ratios and lists are written for people") {
  CHECK(text_of("month(date('2023-02-07'))") == "2月");
  CHECK(text_of("month(timestamp('2023-02-28T17:00:00Z'))") == "3月");
  CHECK(text_of("percent(0.8867)") == "88.7%");
  CHECK(text_of("percent(1)") == "100.0%");
  CHECK(evaluate("percent(0.0 / 0.0)").error);
  CHECK(text_of("join(['朔里镇', '石台镇'], '、')") == "朔里镇、石台镇");
  CHECK(text_of("join([], '、')").empty());
  CHECK(text_of("join([1, 2], ', ')") == "1, 2");
}

TEST_CASE("wrong types are found when a rule is loaded") {
  CHECK(refused("within(34, '34')") == "E105");
  CHECK(refused("add_days('2023-02-07', 1)") == "E105");
  CHECK(refused("add_workdays(date('2023-02-07'), '3')") == "E105");
  CHECK(refused("month('2023-02')") == "E105");
  CHECK(refused("join('a', 'b')") == "E105");
}
