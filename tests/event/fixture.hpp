// A small catalog and records for the decoder's tests.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "event/event.hpp"
#include "support/temporary_folder.hpp"

namespace duban::event {

inline const char* const kCatalogText = R"(
lists:
  industry: [mining, fire, chemicals]
entities:
  hazard:
    title: 隐患
    key: hazard_id
    unit: [enterprise_id]
    fields:
      title: string
      level: { enum: [general, major] }
      area: area
      areas: [area]
      industry: { enum: industry }
      tags: [string]
      enterprise_id: unit
      found_on: date
      at: timestamp
      percent: double
      count: int
      concealed: bool
      lasts: duration
      five_fixes: map
    states:
      open: [reported]
      done: [closed]
    events:
      hazard.reported:
        creates: reported
        required: [area, title]
      hazard.closed:
        from: [reported]
        to: closed
events:
  drill.completed:
    required: [on]
    fields: { on: date, kind: string }
)";

inline std::shared_ptr<const Catalog> small_catalog() {
  static const std::shared_ptr<const Catalog> catalog = [] {
    const duban::test::TemporaryFolder folder;
    folder.write("small.yaml", kCatalogText);
    Diagnostics found;
    auto loaded = Catalog::load(folder.file(""), cel::Environment(), found);
    INFO(found.text());
    REQUIRE(loaded);
    return loaded;
  }();
  return catalog;
}

inline const Input kInput{"safety.events", 3};
inline const Instant kRecordedAt = *parse_rfc3339("2023-01-19T02:00:00.250Z");

/// A record in binary mode; its views live as long as this.
struct Message {
  std::string payload =
      R"({"area":"341004101205","title":"疏散通道堵塞","level":"general","found_on":"2023-01-19"})";
  std::map<std::string, std::string> headers{{"ce_id", "e-1"},
                                             {"ce_source", "urn:hs:inspection"},
                                             {"ce_specversion", "1.0"},
                                             {"ce_type", "hazard.reported"},
                                             {"ce_time", "2023-01-19T10:00:00+08:00"},
                                             {"ce_subject", "H1"},
                                             {"content-type", "application/json"}};
  std::string key = "H1";

  Record record() const {
    Record r;
    r.input = &kInput;
    r.offset = 42;
    r.at = kRecordedAt;
    r.key = key;
    r.payload = payload;
    for (const auto& [name, value] : headers) r.headers.push_back({name, value});
    return r;
  }
};

/// A binary-mode message with these data.
inline Message with_data(std::string data) {
  Message m;
  m.payload = std::move(data);
  return m;
}

/// As with_data, the required fields included; `more` is members such as `"count":1`.
inline Message with_field(const std::string& more) {
  return with_data(R"({"area":"34","title":"x",)" + more + "}");
}

/// A message in structured mode.
inline Message structured(std::string payload) {
  Message m;
  m.payload = std::move(payload);
  m.headers = {{"content-type", "application/cloudevents+json; charset=utf-8"}};
  return m;
}

struct Decoding {
  Decoder decoder{small_catalog(), Zone::shanghai()};
  cel::Arena arena;

  Event event(const Message& m) {
    Decoded decoded = decoder.decode(m.record(), arena);
    if (const auto* refusal = std::get_if<Refusal>(&decoded)) FAIL(refusal->code << " " << refusal->reason);
    return std::get<Event>(decoded);
  }
  Refusal refusal(const Message& m) {
    Decoded decoded = decoder.decode(m.record(), arena);
    if (!std::holds_alternative<Refusal>(decoded)) FAIL("decoded although it should have been refused");
    return std::get<Refusal>(decoded);
  }
  /// "D16 data.count is …"
  std::string reason(const Message& m) {
    const Refusal r = refusal(m);
    return r.code + " " + r.reason;
  }
};

}  // namespace duban::event
