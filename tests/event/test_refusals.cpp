// Every way in which a record can fail to be an event: what the refusal says.
#include "core/limits.hpp"
#include "fixture.hpp"

namespace duban::event {
namespace {

std::string envelope(const std::string& more) {
  return R"({"specversion":"1.0","id":"1","source":"s","type":"hazard.closed","time":"2023-01-19T10:00:00Z",)" +
         more + "}";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

#define CHECK_REASON(message, expected)         \
  do {                                          \
    const std::string said = d.reason(message); \
    INFO(said);                                 \
    CHECK(contains(said, expected));            \
  } while (false)

TEST_CASE("a refusal keeps the whole record") {
  Decoding d;
  Message m = with_data("{\"broken");
  const Refusal r = d.refusal(m);
  CHECK(r.payload == "{\"broken");
  CHECK(r.key == "H1");
  CHECK(r.origin.offset == 42);
  CHECK(r.origin.input == &kInput);
  CHECK(r.headers.size() == 7);
}

TEST_CASE("values that are not one JSON object are refused") {
  Decoding d;
  CHECK_REASON(with_data(""), "D01 the record has no value");
  CHECK_REASON(with_data("  "), "D01 the value has no content");
  CHECK_REASON(with_data("{\"title\":\"" + std::string(limits::kRecordBytes, 'x') + "\"}"),
               "D02 the value has 1048588 bytes");
  CHECK_REASON(with_data("{\"title\":\"\xd2\xfe\xbb\xbc\"}"), "D06 the value is not UTF-8 at byte 10");
  CHECK_REASON(with_data("{\"a\":1,\"b\":tru}"), "D07 the value is not JSON");
  CHECK_REASON(with_data("{\"a\":1} {}"), "D07");
  CHECK_REASON(with_data("{\"a\":1,\"b\":{\"c\":2}"), "D07");
  CHECK_REASON(with_data("\"text\""), "D08 the value is '\"text\"'");
  CHECK_REASON(with_data("[{\"a\":1}]"), "D04 the value is a list");
}

TEST_CASE("nesting is bounded") {
  Decoding d;
  const auto nested = [](size_t levels) {
    return with_field("\"deep\":" + std::string(levels, '[') + std::string(levels, ']'));
  };
  CHECK(d.event(nested(limits::kEventDepth - 1)).key == "H1");
  CHECK_REASON(nested(limits::kEventDepth + 2), "D09 the value is nested deeper than 32 levels");
  CHECK_REASON(nested(100'000), "D09");
}

TEST_CASE("a syntax error is shown with its place") {
  Decoding d;
  CHECK_REASON(with_data(R"({"area":"34","title":oops})"), "near byte 21");
}

TEST_CASE("records that are no CloudEvents are refused") {
  Decoding d;
  Message bare = with_data(R"({"hazard_id":"H1"})");
  bare.headers.clear();
  CHECK_REASON(bare, "D03 the record is not a CloudEvent");
  Message batch;
  batch.headers["content-type"] = "application/cloudevents-batch+json";
  CHECK_REASON(batch, "D04 the record is a batch");
  Message avro;
  avro.headers["content-type"] = "avro/binary";
  CHECK_REASON(avro, "D05 content type is 'avro/binary'");
  Message cloud_avro;
  cloud_avro.headers["content-type"] = "application/cloudevents+avro";
  CHECK_REASON(cloud_avro, "D05 content type is 'application/cloudevents+avro'");
  CHECK_REASON(structured(envelope(R"("subject":"H1","data_base64":"e30=")")),
               "D05 the event carries data_base64");
  CHECK_REASON(structured(envelope(R"("subject":"H1","datacontenttype":"text/xml","data":{})")), "D05");
}

TEST_CASE("attributes are required and checked") {
  Decoding d;
  const auto without = [](const char* name) {
    Message m;
    m.headers.erase(name);
    return m;
  };
  const auto with = [](const char* name, std::string value) {
    Message m;
    m.headers[name] = std::move(value);
    return m;
  };
  CHECK_REASON(without("ce_id"), "D11 attribute id is missing");
  CHECK_REASON(without("ce_source"), "D11 attribute source is missing");
  CHECK_REASON(without("ce_specversion"), "D11 attribute specversion is missing");
  CHECK_REASON(without("ce_type"), "D11 attribute type is missing");
  CHECK_REASON(without("ce_time"), "D11 attribute time is missing");
  CHECK_REASON(without("ce_subject"), "D11 attribute subject is missing");
  CHECK_REASON(with("ce_id", ""), "D11 attribute id is missing");
  CHECK_REASON(with("ce_specversion", "0.3"), "D12 attribute specversion is '0.3'");
  CHECK_REASON(with("ce_time", "2023-01-19 10:00"), "D12 attribute time is '2023-01-19 10:00'");
  CHECK_REASON(with("ce_time", "2023-01-19T10:00:00"), "D12 attribute time");
  CHECK_REASON(with("ce_id", std::string("a\nb")), "D12 attribute id is 'a?b' with a control character");
  CHECK_REASON(with("ce_id", std::string(limits::kAttributeBytes + 1, 'x')),
               "D12 attribute id has 1025 bytes");
  Message longest = with("ce_id", std::string(limits::kAttributeBytes, 'x'));
  CHECK(d.event(longest).id.size() == limits::kAttributeBytes);
  CHECK_REASON(with("ce_id", "\xff"), "D06 header ce_id is not UTF-8");
  CHECK_REASON(structured(envelope(R"("subject":7,"data":{})")),
               "D12 attribute subject is '7'; write it as text");
  CHECK_REASON(structured(envelope(R"("subject":"H1","subject":"H2","data":{})")),
               "D10 attribute subject is there twice");
}

TEST_CASE("an unknown event type is refused with the nearest known one") {
  Decoding d;
  Message m;
  m.headers["ce_type"] = "hazard.reportd";
  CHECK_REASON(m, "D13 event type 'hazard.reportd' is not in the catalog; did you mean 'hazard.reported'?");
}

TEST_CASE("subject and key field must agree") {
  Decoding d;
  CHECK_REASON(with_field(R"("hazard_id":"H2")"), "D14 subject is 'H1' and data.hazard_id is 'H2'");
  CHECK(d.event(with_field(R"("hazard_id":"H1")")).key == "H1");
}

TEST_CASE("all missing fields are named at once") {
  Decoding d;
  CHECK_REASON(with_data("{\"title\":null}"),
               "D15 data.area, data.title is missing; hazard.reported requires");
  CHECK_REASON(structured(envelope(R"("subject":"H1")")), "D15 the event has no data");
}

TEST_CASE("a field of the wrong type is refused with field, value and expectation") {
  Decoding d;
  CHECK_REASON(with_field(R"("count":"3")"),
               "D16 data.count is '\"3\"'; expected an integer, without quotes");
  CHECK_REASON(with_field(R"("count":3.5)"), "D16 data.count is '3.5'; expected an integer");
  CHECK_REASON(with_field(R"("count":18446744073709551615)"), "D16 data.count");
  CHECK_REASON(with_field(R"("percent":"80")"), "D16 data.percent is '\"80\"'; expected a number");
  CHECK_REASON(with_field(R"("concealed":"true")"),
               "D16 data.concealed is '\"true\"'; expected true or false");
  CHECK_REASON(with_field(R"("found_on":"2023-02-30")"),
               "D16 data.found_on is '\"2023-02-30\"'; expected a date");
  CHECK_REASON(with_field(R"("found_on":20230207)"),
               "D16 data.found_on is '20230207'; expected a date as text");
  CHECK_REASON(with_field(R"("at":"2023-02-07")"), "D16 data.at is '\"2023-02-07\"'; expected a time");
  CHECK_REASON(with_field(R"("lasts":"long")"), "D16 data.lasts");
  CHECK_REASON(with_field(R"("tags":"a")"), "D16 data.tags is '\"a\"'; expected a list");
  CHECK_REASON(with_field(R"("tags":["a",7])"), "D16 data.tags[1] is '7'; expected text");
  CHECK_REASON(with_field(R"("tags":["a",null])"), "D16 data.tags[1] is 'null'");
  CHECK_REASON(with_field(R"("five_fixes":[])"), "D16 data.five_fixes is '[]'; expected an object");
  CHECK_REASON(with_field(R"("level":{"a":1})"), "D16 data.level is");
}

TEST_CASE("a division code has 2 to 12 digits") {
  Decoding d;
  CHECK_REASON(with_data(R"({"title":"x","area":"黄山区"})"),
               "D16 data.area is '黄山区'; expected a division code");
  CHECK_REASON(with_data(R"({"title":"x","area":"3"})"), "D16 data.area");
  CHECK_REASON(with_data(R"({"title":"x","area":"3410041012051"})"), "D16 data.area");
  CHECK_REASON(with_data(R"({"title":"x","area":341004})"), "D16 data.area is '341004'; expected text");
  CHECK_REASON(with_field(R"("areas":["34","x"])"), "D16 data.areas[1] is 'x'");
}

TEST_CASE("a repeated key is refused wherever it stands") {
  Decoding d;
  CHECK_REASON(with_field(R"("count":1,"count":1)"), "D10 data.count is there twice");
  CHECK_REASON(with_field(R"("count":null,"count":1)"), "D10 data.count is there twice");
  CHECK_REASON(with_field(R"("by":"a","x":1,"by":"b")"), "D10 data.by is there twice");
  CHECK_REASON(with_field(R"("five_fixes":{"a":1,"a":2})"), "D10 data.five_fixes.a is there twice");
  CHECK_REASON(with_field(R"("deep":[{"b":{"c":1,"c":1}}])"), "D10 data.deep[0].b.c is there twice");
  CHECK_REASON(structured(envelope(R"("subject":"H1","data":{},"data":{})")),
               "D10 the event has 'data' twice");
}

TEST_CASE("no reason ever carries bytes that are not UTF-8") {
  Decoding d;
  Message m;
  m.headers["content-type"] = "text/\xd2\xfe";
  CHECK_REASON(m,
               "D05 content type is 'text/?"
               "?'");
  m.headers = {{"duban-bad-line", "6023-0\xc6\xd2"}};
  CHECK_REASON(m,
               "D17 the line could not be read: '6023-0?"
               "?'");
}

TEST_CASE("bytes at random never crash the decoder") {
  Decoding d;
  const std::string whole = envelope(
      R"("subject":"H1","data":{"count":1,"tags":["a"],"areas":["34"],"five_fixes":{"a":[1,2,{}]}})");
  uint64_t seed = 1;
  const auto next = [&] { return seed = seed * 6364136223846793005ull + 1442695040888963407ull, seed >> 33; };
  for (int i = 0; i < 20'000; ++i) {
    Message m = structured(whole);
    for (uint64_t n = next() % 4 + 1; n > 0; --n) {
      const size_t at = next() % m.payload.size();
      switch (next() % 3) {
        case 0:
          m.payload[at] = static_cast<char>(next());
          break;
        case 1:
          m.payload.erase(at, next() % 9);
          break;
        default:
          m.payload.insert(at, whole.substr(next() % whole.size(), next() % 9));
          break;
      }
      if (m.payload.empty()) m.payload = "{";
    }
    d.arena.reset();
    const Decoded decoded = d.decoder.decode(m.record(), d.arena);
    if (const auto* refusal = std::get_if<Refusal>(&decoded)) {
      REQUIRE(refusal->code.size() == 3);
      REQUIRE(!refusal->reason.empty());
    }
  }
}

}  // namespace duban::event
