#include <catch2/catch.hpp>

#include "ledger/dead_letter_json.hpp"

using namespace duban;
using namespace duban::ledger;

namespace {

DeadLetter sample() {
  DeadLetter letter;
  letter.topic = "hazards";
  letter.partition = 3;
  letter.offset = 8'589'934'592;
  letter.at = *parse_rfc3339("2026-11-22T10:00:00.123+08:00");
  letter.code = "E101";
  letter.reason = "不是JSON";
  letter.key = std::string("H\0\xff", 3);
  letter.payload = std::string("\x00\x01{\"a\":", 7);
  letter.headers = {{"ce_id", "1"}, {"ce_id", "\xc3\x28"}};
  return letter;
}

}  // namespace

TEST_CASE("a dead letter comes out of a delivery's body byte for byte") {
  const DeadLetter letter = sample();
  const std::optional<DeadLetter> read = parse_dead_letter(dead_letter_json(letter));
  REQUIRE(read.has_value());
  CHECK(read->topic == letter.topic);
  CHECK(read->partition == letter.partition);
  CHECK(read->offset == letter.offset);
  CHECK(read->at == letter.at);
  CHECK(read->code == letter.code);
  CHECK(read->reason == letter.reason);
  CHECK(read->key == letter.key);
  CHECK(read->payload == letter.payload);
  CHECK(read->headers == letter.headers);
  CHECK(dead_letter_key(*read) == "hazards/3/8589934592");
}

TEST_CASE("a reason that quotes broken UTF-8 is still a readable body") {
  DeadLetter letter = sample();
  letter.reason = "unexpected \xff\xfe";
  const std::optional<DeadLetter> read = parse_dead_letter(dead_letter_json(letter));
  REQUIRE(read.has_value());
  CHECK(read->reason == "unexpected \uFFFD\uFFFD");
}

TEST_CASE("an alert and a broken envelope are no dead letters") {
  CHECK_FALSE(parse_dead_letter(R"({"id":"5f-1","text":"dead_letter"})").has_value());
  CHECK_FALSE(parse_dead_letter(R"({"dead_letter":{"topic":"t"}})").has_value());
  CHECK_FALSE(parse_dead_letter(R"({"dead_letter":)").has_value());
  CHECK_FALSE(parse_dead_letter("").has_value());
}
