#include <catch2/catch.hpp>

#include "rule/fixture.hpp"
#include "rule/recipient_reader.hpp"

using namespace duban;
using namespace duban::rule;

namespace {

const event::EntityKind& hazard() {
  static const auto configuration = [] {
    Diagnostics out;
    return test::load_rules("rules: []", out);
  }();
  return *configuration->catalog->kind("hazard");
}

Recipient parsed(const std::string& text) {
  std::vector<cel::Issue> issues;
  const auto recipient = parse_recipient(text, hazard(), issues);
  INFO(text << (issues.empty() ? "" : ": " + issues[0].message));
  REQUIRE(recipient.has_value());
  CHECK(recipient->source == text);
  return *recipient;
}

}  // namespace

TEST_CASE("a role is told at its principal unless a post is named") {
  CHECK(parsed("unit").role == "unit");
  CHECK(parsed("unit").post == "principal");
  CHECK(parsed("unit.officer").post == "officer");
  CHECK(parsed("office.duty").role == "office");
}

TEST_CASE("a role may be of another level") {
  const Recipient office = parsed("office@city.duty");
  CHECK(office.role == "office");
  CHECK(office.level == "city");
  CHECK(office.post == "duty");
  CHECK(parsed("government@province").level == "province");
}

TEST_CASE("special committees and headquarters have names") {
  const Recipient committee = parsed("special_committee:fire@city.officer");
  CHECK(committee.role == "special_committee");
  CHECK(committee.name == "fire");
  CHECK(committee.level == "city");
  CHECK(committee.post == "officer");
  CHECK(parsed("headquarters:flood").name == "flood");
}

TEST_CASE("a field of the subject, a unit by its id, the event's author and those told before") {
  CHECK(parsed("field:tracker").who == Recipient::Who::field);
  CHECK(parsed("field:tracker").field == hazard().layout->find("tracker"));
  CHECK(parsed("field:hazard.tracker.officer").field == hazard().layout->find("tracker"));
  CHECK(parsed("field:hazard.tracker.officer").post == "officer");
  CHECK(parsed("unit:U-1.duty").who == Recipient::Who::unit_id);
  CHECK(parsed("unit:U-1.duty").name == "U-1");
  CHECK(parsed("unit:U-1.duty").post == "duty");
  CHECK(parsed("event.by").who == Recipient::Who::event_by);
  CHECK(parsed("told").who == Recipient::Who::told);
}

TEST_CASE("what is no recipient says so within its text") {
  for (const char* text : {"", "ofice", "unit@city", "office:x", "special_committee", "special_committee:",
                           "office@", "office@county", "office.", "office.duty.x", "field:", "field:nothing",
                           "field:due", "unit:", "event.of", "told.officer", "@", ".", ":"}) {
    std::vector<cel::Issue> issues;
    INFO(text);
    CHECK_FALSE(parse_recipient(text, hazard(), issues).has_value());
    REQUIRE(issues.size() == 1);
    CHECK(issues[0].offset <= std::string(text).size());
    CHECK_FALSE(issues[0].hint.empty());
  }
}
