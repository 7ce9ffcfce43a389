#include "fixture.hpp"

namespace duban::event {
namespace {

const std::string kStructured =
    R"({"specversion":"1.0","id":"e-1","source":"urn:hs:inspection","type":"hazard.reported",)"
    R"("time":"2023-01-19T10:00:00+08:00","subject":"H1","datacontenttype":"application/json",)"
    R"("traceparent":"00-ab","data": {"area":"341004101205","title":"疏散通道堵塞","level":"general",)"
    R"("found_on":"2023-01-19"} })";

}  // namespace

TEST_CASE("a record in binary mode becomes a typed event") {
  Decoding d;
  const Event e = d.event({});
  CHECK(e.type->name == "hazard.reported");
  CHECK(e.id == "e-1");
  CHECK(e.source == "urn:hs:inspection");
  CHECK(e.time == *parse_rfc3339("2023-01-19T02:00:00Z"));
  CHECK(e.key == "H1");
  CHECK(e.origin.input == &kInput);
  CHECK(e.origin.offset == 42);
  CHECK(e.origin.at == kRecordedAt);
  CHECK(e.data_json == Message().payload);
  CHECK(e.data.get("hazard_id").text() == "H1");
  CHECK(e.data.get("area").text() == "341004101205");
  CHECK(e.data.get("found_on").date() == Date::of(2023, 1, 19));
  CHECK(e.data.get("ce_id").text() == "e-1");
  CHECK(e.data.get("ce_time").instant() == e.time);
  CHECK(e.data.get("percent").is_absent());
  CHECK(e.warnings.empty());
}

TEST_CASE("structured and binary mode give the same event") {
  Decoding d;
  const Event binary = d.event({});
  const Event whole = d.event(structured(kStructured));
  CHECK(cel::to_json(whole.data) == cel::to_json(binary.data));
  CHECK(whole.identity == binary.identity);
  CHECK(whole.content == binary.content);
  CHECK(whole.data_json == binary.data_json);
}

TEST_CASE("a structured event is known by its specversion when the header is missing") {
  Decoding d;
  Message m = structured(kStructured);
  m.headers.clear();
  CHECK(d.event(m).key == "H1");
}

TEST_CASE("every declared type is converted") {
  Decoding d;
  const Event e = d.event(with_field(
      R"("at":"2023-02-07T09:00:00.5+08:00","percent":80,"count":3.0,"concealed":true,"lasts":"24h",)"
      R"("tags":["a","b"],"areas":["34","341004"],"five_fixes":{"z":1,"a":{"b":null}},"level":null)"));
  CHECK(e.data.get("at").instant() == *parse_rfc3339("2023-02-07T01:00:00.500Z"));
  CHECK(e.data.get("percent").is(cel::Kind::floating));
  CHECK(e.data.get("percent").floating() == 80.0);
  CHECK(e.data.get("count").integer() == 3);
  CHECK(e.data.get("concealed").is_true());
  CHECK(e.data.get("lasts").seconds() == 86'400);
  CHECK(e.data.get("tags").items().size() == 2);
  CHECK(e.data.get("areas").items()[1].text() == "341004");
  CHECK(e.data.get("five_fixes").get("z").integer() == 1);
  CHECK(e.data.get("five_fixes").get("a").get("b").is(cel::Kind::null));
  CHECK(e.data.get("level").is_absent());
}

TEST_CASE("a time without offset in the data is local to the configured zone") {
  Decoding d;
  CHECK(d.event(with_field(R"("at":"2023-02-07T09:00")")).data.get("at").instant() ==
        *parse_rfc3339("2023-02-07T01:00:00Z"));
}

TEST_CASE("undeclared fields pass through and can be read by name") {
  Decoding d;
  const Event e =
      d.event(with_field(R"("zz":[1,"x"],"by":"P-1","deep":{"n":-7,"big":18446744073709551615})"));
  CHECK(e.data.get("by").text() == "P-1");
  CHECK(e.data.get("zz").items()[1].text() == "x");
  CHECK(e.data.get("deep").get("n").integer() == -7);
  CHECK(e.data.get("deep").get("big").uinteger() == UINT64_MAX);
  CHECK(e.data.get("nothing").is_absent());
}

TEST_CASE("an unknown enum value passes with a warning that names field, value and the nearest known one") {
  Decoding d;
  const Event e = d.event(with_field(R"("level":"majr","industry":"fire")"));
  CHECK(e.data.get("level").text() == "majr");
  REQUIRE(e.warnings.size() == 1);
  CHECK(e.warnings[0] == "data.level is 'majr', which the catalog does not list; did you mean 'major'?");
}

TEST_CASE("a fact needs no subject") {
  Decoding d;
  Message m = with_data(R"({"on":"2023-02-01","kind":"fire"})");
  m.headers["ce_type"] = "drill.completed";
  m.headers.erase("ce_subject");
  const Event e = d.event(m);
  CHECK(e.type->kind == nullptr);
  CHECK(e.key.empty());
}

TEST_CASE("the same id is the same identity, and content does not depend on how the JSON is written") {
  Decoding d;
  const Event one = d.event(with_field(R"("count":3,"tags":["a","b"],"level":null)"));
  const Event same =
      d.event(with_data(R"({ "tags": ["a", "b"], "title": "\u0078", "count": 3.0, "area": "34" })"));
  CHECK(one.identity == same.identity);
  CHECK(one.content == same.content);
  CHECK(one.content != d.event(with_field(R"("count":4,"tags":["a","b"])")).content);
  CHECK(one.content != d.event(with_field(R"("count":3,"tags":["b","a"])")).content);
  CHECK(one.content != d.event(with_field(R"("count":3,"tags":["a","b"],"x":0)")).content);
  Message later = with_field(R"("count":3,"tags":["a","b"])");
  later.headers["ce_time"] = "2023-01-19T10:00:01+08:00";
  CHECK(one.content != d.event(later).content);
  Message other = with_field(R"("count":3,"tags":["a","b"])");
  other.headers["ce_id"] = "e-2";
  CHECK(one.identity != d.event(other).identity);
  CHECK(one.content == d.event(other).content);
}

TEST_CASE("an event outlives the record that it came from") {
  Decoding d;
  Event e;
  {
    const Message m = with_field(R"("by":"a person with a long name, beyond any small buffer")");
    e = d.event(m);
  }
  d.event(with_field(R"("by":"########################################################")"));
  CHECK(e.data.get("by").text() == "a person with a long name, beyond any small buffer");
  CHECK(e.data_json.find("a person") != std::string_view::npos);
}

TEST_CASE("a parked event comes back as it was") {
  Decoding d;
  Message m = with_field(R"("by":"王\"小\\明","count":3,"level":"majr","at":"2023-02-07T09:00:00+08:00")");
  m.headers["ce_id"] = "e\"1";
  m.headers["ce_time"] = "2023-01-19T10:00:00.123+08:00";
  const Event e = d.event(m);
  Decoded again = d.decoder.decode_structured(to_structured(e), e.origin, d.arena);
  if (const auto* refusal = std::get_if<Refusal>(&again)) FAIL(refusal->code << " " << refusal->reason);
  const Event& back = std::get<Event>(again);
  CHECK(back.identity == e.identity);
  CHECK(back.content == e.content);
  CHECK(back.key == e.key);
  CHECK(back.time == e.time);
  CHECK(back.data_json == e.data_json);
  CHECK(back.origin.offset == e.origin.offset);
  CHECK(back.origin.at == e.origin.at);
  CHECK(cel::to_json(back.data) == cel::to_json(e.data));
}

TEST_CASE("a kept event may leave out time and subject") {
  Decoding d;
  const Origin origin{&kInput, 7, kRecordedAt};
  const std::string text =
      R"({"specversion":"1.0","id":"1","source":"s","type":"hazard.closed","data":{"hazard_id":"H9"}})";
  const Decoded decoded = d.decoder.decode_structured(text, origin, d.arena);
  REQUIRE(std::holds_alternative<Event>(decoded));
  CHECK(std::get<Event>(decoded).key == "H9");
  CHECK(std::get<Event>(decoded).time == kRecordedAt);
}

}  // namespace duban::event
