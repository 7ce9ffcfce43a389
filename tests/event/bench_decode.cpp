// Not run by ctest: test_event "[bench]" prints what decoding one event costs.
#include <chrono>
#include <cstdio>

#include "fixture.hpp"

namespace duban::event {
namespace {

void measure(const char* name, const Message& message) {
  Decoding d;
  const Record record = message.record();
  constexpr int kRounds = 400'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (i % 5'000 == 0) d.arena.reset();
    const Decoded decoded = d.decoder.decode(record, d.arena);
    if (!std::holds_alternative<Event>(decoded)) FAIL(std::get<Refusal>(decoded).reason);
  }
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
  std::printf("%s: %.0f ns per event of %zu bytes\n", name, time.count() / kRounds, message.payload.size());
}

const std::string kData =
    R"({"hazard_id":"HZ-2026-000123","area":"341004101205","title":"二楼疏散通道被纸箱堵塞,应急照明损坏","level":"general",)"
    R"("industry":"fire","tags":["sweep","second_round"],"enterprise_id":"91341000MA2N00000X","found_on":"2026-03-02",)"
    R"("at":"2026-03-02T09:12:33+08:00","percent":0,"count":2,"concealed":false,"by":"P-000123","inspection_id":"I-77"})";

}  // namespace

TEST_CASE("cost of decoding an event", "[.bench]") {
  Message binary = with_data(kData);
  binary.headers["ce_subject"] = "HZ-2026-000123";
  measure("binary", binary);
  Message whole =
      structured(R"({"specversion":"1.0","id":"e-1","source":"urn:hs:inspection","type":"hazard.reported",)"
                 R"("time":"2023-01-19T10:00:00+08:00","subject":"HZ-2026-000123","data":)" +
                 kData + "}");
  measure("structured", whole);
}

}  // namespace duban::event
