#include "delivery/reply.hpp"

#include <catch2/catch.hpp>

#include "core/limits.hpp"

using namespace duban;
using namespace duban::delivery;
using Kind = Outcome::Kind;

namespace {

const ReplyForm kForm{{"/errcode"}, {"/errmsg"}};
const std::vector<CodeRow> kCodes{{"0", {Verdict::Kind::delivered}}, {"43*", {Verdict::Kind::rejected}}};

Outcome judged(const std::string& body) {
  HttpAnswer answer;
  answer.status = 200;
  answer.body = body;
  return reply_outcome(answer, kForm, kCodes);
}

}  // namespace

TEST_CASE("an answer counts by its code, whether a number or a text, and one without a code is no success") {
  CHECK(judged(R"({"errcode":0,"errmsg":"ok"})").kind == Kind::delivered);
  CHECK(judged(R"({"errcode":"0"})").kind == Kind::delivered);
  CHECK(judged(R"({"errcode":4301})").kind == Kind::rejected);
  CHECK(judged(R"({"errcode":7})").kind == Kind::retry);
  for (const char* other : {"<html>", "[]", "{}", R"({"errcode":""})", ""}) {
    INFO(other);
    CHECK(judged(other).whole_channel);
  }
}

TEST_CASE("a list or an object in the place of a code is no success, however deep it is nested") {
  const size_t depth = (limits::kAnswerBytes - 100) / 2;
  const std::string deep =
      R"({"errcode":)" + std::string(depth, '[') + std::string(depth, ']') + R"(,"errmsg":{"a":1}})";
  const Reply reply = read_reply(deep, kForm);
  CHECK(reply.code == "array");
  CHECK(reply.text == "object");
  CHECK(judged(deep).kind == Kind::retry);
}
