#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "intake/merger.hpp"

namespace duban::intake {
namespace {

using event::Input;
using event::Record;

const Input kA{"a", 0}, kB{"a", 1}, kC{"b", 0};

Instant at(int64_t ms) { return instant_of_ms(1'000'000 + ms); }

Record record(const Input& input, int64_t offset, int64_t ms) {
  Record r;
  r.input = &input;
  r.offset = offset;
  r.at = at(ms);
  return r;
}

/// "a/0:7@5 …": input, offset and instant of each.
std::string text(const std::vector<Record>& records) {
  std::string out;
  for (const Record& r : records) {
    out += (out.empty() ? "" : " ") + r.input->topic + "/" + std::to_string(r.input->partition) + ":" +
           std::to_string(r.offset) + "@" + std::to_string(ms_of(r.at) - 1'000'000);
  }
  return out;
}

constexpr int64_t kLate = 1'000'000'000;
const Instant kClock = at(kLate);

}  // namespace

TEST_CASE("a record waits until every other input is known up to its instant") {
  Merger m({kA, kB}, {});
  m.add(record(kA, 0, 10));
  CHECK(m.take(100, kClock).empty());
  CHECK(m.waiting());
  CHECK_FALSE(m.ready());
  m.add(record(kB, 0, 20));
  m.add(record(kA, 1, 30));
  CHECK(m.ready());
  CHECK(text(m.take(100, kClock)) == "a/0:0@10");
  CHECK(m.known() == at(19));
  CHECK(m.buffered(kA) == 1);
  CHECK(m.buffered(kB) == 1);
  CHECK(m.buffered() == 2);
}

TEST_CASE("a record that was on its way when the ends were asked for comes in its place") {
  Merger m({kA, kB}, {}, Instant{}, Duration{200});
  m.add(record(kA, 0, 100));
  m.ends_at(at(250), {{{kA, 1}, {kB, 0}}});  // b has a record of 90 that it does not count yet
  CHECK(m.take(100, kClock).empty());
  CHECK(m.frontier(kClock) == at(50));
  m.add(record(kB, 0, 90));
  m.ends_at(at(310), {{{kA, 1}, {kB, 1}}});
  CHECK(text(m.take(100, kClock)) == "a/1:0@90 a/0:0@100");
}

TEST_CASE("the last record read may be followed by one of the same instant, so it waits too") {
  Merger m({kA}, {});
  m.add(record(kA, 0, 10));
  CHECK(m.known() == at(9));
  CHECK(m.take(100, kClock).empty());
  m.ends_at(at(50), {{{kA, 1}}});
  CHECK(m.known() == at(50));
  CHECK(text(m.take(100, kClock)) == "a/0:0@10");
}

TEST_CASE("an idle input is known up to the moment at which its end was read") {
  Merger m({kA, kB}, {{kB, 7}});
  m.add(record(kA, 0, 10));
  m.add(record(kA, 1, 20));
  m.ends_at(at(40), {{{kA, 2}, {kB, 7}}});
  CHECK(m.known() == at(40));
  CHECK(text(m.take(100, kClock)) == "a/0:0@10 a/0:1@20");
  CHECK(m.frontier(kClock) == at(40));
  CHECK(m.frontier(at(40)) == at(40));
}

TEST_CASE("an end that lies ahead counts once it has been read so far") {
  Merger m({kA, kB}, {});
  m.ends_at(at(40), {{{kA, 0}, {kB, 2}}});
  m.ends_at(at(60), {{{kA, 0}, {kB, 3}}});
  CHECK(m.known() < at(0));
  m.add(record(kB, 0, 5));
  m.add(record(kB, 1, 6));
  CHECK(m.known() == at(40));
  m.add(record(kB, 2, 44));
  CHECK(m.known() == at(60));
  CHECK(text(m.take(100, kClock)) == "a/1:0@5 a/1:1@6 a/1:2@44");
}

TEST_CASE("records of one instant come by topic, partition and offset, however they were read") {
  Merger m({kC, kB, kA}, {});
  m.add(record(kC, 0, 5));
  m.add(record(kB, 0, 5));
  m.add(record(kB, 1, 5));
  m.add(record(kA, 0, 5));
  m.ends_at(at(9), {{{kA, 1}, {kB, 2}, {kC, 1}}});
  CHECK(text(m.take(2, kClock)) == "a/0:0@5 a/1:0@5");
  CHECK(m.ready());
  CHECK(m.frontier(kClock) == at(4));
  CHECK(text(m.take(2, kClock)) == "a/1:1@5 b/0:0@5");
  CHECK(m.frontier(kClock) == at(9));
}

TEST_CASE("a stopped input holds nobody back, and what was read of it is not lost") {
  Merger m({kA, kB}, {});
  m.add(record(kB, 0, 10));
  m.stop(kA);
  m.add(record(kB, 1, 20));
  CHECK(text(m.take(100, kClock)) == "a/1:0@10");
  m.stop(kB);
  CHECK(m.known() == kNever);
  CHECK(text(m.take(100, kClock)) == "a/1:1@20");
  CHECK(m.frontier(kClock) == kClock);
}

TEST_CASE("without inputs everything is known") {
  Merger m({}, {});
  CHECK(m.known() == kNever);
  CHECK(m.take(10, at(2)).empty());
  CHECK(m.frontier(at(3)) == at(3));
}

TEST_CASE("a late record gets the instant that was already reached") {
  Merger m({kA, kB}, {});
  m.ends_at(at(100), {{{kA, 0}, {kB, 0}}});
  CHECK(m.take(10, at(100)).empty());
  m.add(record(kA, 0, 30));
  m.ends_at(at(120), {{{kA, 1}, {kB, 0}}});
  CHECK(text(m.take(10, at(120))) == "a/0:0@100");
}

TEST_CASE("the instant reached before a restart is not undercut") {
  Merger m({kA}, {{kA, 5}}, at(70));
  m.add(record(kA, 5, 60));
  m.add(record(kA, 6, 80));
  CHECK(text(m.take(10, kClock)) == "a/0:5@70");
  CHECK(m.frontier(at(60)) == at(79));
}

TEST_CASE("an instant never goes back within an input") {
  Merger m({kA}, {});
  m.add(record(kA, 0, 50));
  m.add(record(kA, 1, 20));
  m.add(record(kA, 2, 60));
  m.ends_at(at(99), {{{kA, 3}}});
  CHECK(text(m.take(10, kClock)) == "a/0:0@50 a/0:1@50 a/0:2@60");
}

TEST_CASE("a record from the future takes the instant of the one before it and spoils none after it") {
  Merger m({kA, kB}, {});
  m.ends_at(at(500), {{{kA, 4}, {kB, 0}}});
  m.add(record(kA, 0, 10));
  m.add(record(kA, 1, kLate * 50));
  m.add(record(kA, 2, 20));
  m.add(record(kA, 3, 30));
  CHECK(text(m.take(10, at(500))) == "a/0:0@10 a/0:1@10 a/0:2@20 a/0:3@30");
}

TEST_CASE("a record from the future is found out when the ends are told after it was read") {
  Merger m({kA, kB}, {});
  m.add(record(kA, 0, 10));
  m.add(record(kA, 1, kLate * 50));
  m.add(record(kA, 2, 20));
  m.ends_at(at(500), {{{kA, 3}, {kB, 0}}});
  CHECK(text(m.take(10, at(500))) == "a/0:0@10 a/0:1@10 a/0:2@20");
  CHECK(m.known() == at(500));
}

TEST_CASE("a record written while the ends were asked for keeps its instant and waits for the next answer") {
  Merger m({kA, kB}, {});
  m.add(record(kA, 0, 10));
  m.add(record(kA, 1, 503));
  m.ends_at(at(500), {{{kA, 2}, {kB, 0}}});
  CHECK(text(m.take(10, at(505))) == "a/0:0@10");
  CHECK(m.waiting());
  m.ends_at(at(506), {{{kA, 2}, {kB, 0}}});
  CHECK(text(m.take(10, at(507))) == "a/0:1@503");
}

TEST_CASE("no record is later than the clock") {
  Merger m({kA}, {});
  m.add(record(kA, 0, 50));
  m.stop(kA);
  CHECK(text(m.take(10, at(40))) == "a/0:0@40");
}

TEST_CASE("an input that appears later is taken up") {
  Merger m({kA}, {});
  m.ends_at(at(100), {{{kA, 0}}});
  m.take(10, at(100));
  m.ends_at(at(200), {{{kA, 0}, {kB, 1}}});
  CHECK(m.known() == at(100));
  m.add(record(kB, 0, 150));
  CHECK(m.known() == at(200));
  CHECK(text(m.take(10, at(200))) == "a/1:0@150");
}

TEST_CASE("taken() is where each input goes on") {
  Merger m({kA, kB}, {{kA, 3}});
  m.add(record(kA, 3, 10));
  m.add(record(kA, 8, 20));
  m.stop(kB);
  m.take(10, kClock);
  CHECK(m.taken() == std::map<Input, int64_t>{{kA, 4}, {kB, 0}});
}

TEST_CASE("many answers about an end not yet reached take a bounded room and are all settled in the end") {
  Merger m({kA}, {});
  for (int i = 1; i <= 10'000; ++i) m.ends_at(at(i), {{{kA, i}}});
  for (int i = 0; i < 10'000; ++i) m.add(record(kA, i, i));
  CHECK(m.known() == at(10'000));
}

namespace {

/// Logs that fill as a clock goes on, and readers that lag behind them by chance.
struct Scene {
  explicit Scene(uint32_t seed) : random(seed) {}

  int64_t pick(int64_t n) { return std::uniform_int_distribution<int64_t>(0, n - 1)(random); }

  std::mt19937 random;
  std::vector<Input> inputs;
  std::map<Input, std::vector<int64_t>> logs;  // instants by offset
  std::map<Input, size_t> read;
};

Scene fill(uint32_t seed) {
  Scene scene(seed);
  const auto count = 1 + scene.pick(5);
  for (int64_t i = 0; i < count; ++i) scene.inputs.push_back({i % 2 ? "x" : "y", static_cast<int32_t>(i)});
  for (const Input& input : scene.inputs) {
    int64_t ms = 1;
    for (int64_t n = scene.pick(60); n > 0; --n)
      scene.logs[input].push_back(ms += scene.pick(4) * scene.pick(3));
    scene.read[input] = 0;
  }
  return scene;
}

size_t end_at(const std::vector<int64_t>& log, int64_t now) {
  return static_cast<size_t>(std::upper_bound(log.begin(), log.end(), now) - log.begin());
}

std::string naive(const Scene& scene) {
  std::vector<Record> all;
  for (const Input& input : scene.inputs) {
    const auto log = scene.logs.find(input);
    if (log == scene.logs.end()) continue;
    for (size_t i = 0; i < log->second.size(); ++i) {
      all.push_back(record(input, static_cast<int64_t>(i), log->second[i]));
    }
  }
  std::sort(all.begin(), all.end(), [](const Record& a, const Record& b) {
    return std::tie(a.at, *a.input, a.offset) < std::tie(b.at, *b.input, b.offset);
  });
  return text(all);
}

}  // namespace

TEST_CASE("the order is that of a sort over all records, however they are read and asked for") {
  for (uint32_t seed = 0; seed < 2'000; ++seed) {
    Scene scene = fill(seed);
    Merger m(scene.inputs, {});
    std::vector<Record> out;
    Instant ticked{};
    int64_t now = 0;
    const auto step = [&](bool last) {
      now += last ? 1'000 : scene.pick(6);
      Ends ends;
      if (last || scene.pick(3) == 0) {
        for (const Input& input : scene.inputs)
          ends.next_offset[input] = static_cast<int64_t>(end_at(scene.logs[input], now));
      }
      const int64_t asked = now;
      for (const Input& input : scene.inputs) {
        const auto& log = scene.logs[input];
        size_t& next = scene.read[input];
        const size_t there = end_at(log, now);
        const size_t until =
            last ? there : next + static_cast<size_t>(scene.pick(static_cast<int64_t>(there - next) + 1));
        for (; next < until; ++next) m.add(record(input, static_cast<int64_t>(next), log[next]));
      }
      if (!ends.next_offset.empty()) m.ends_at(at(asked), ends);
      const size_t limit = last ? 10'000 : static_cast<size_t>(scene.pick(9));
      for (Record& r : m.take(limit, at(now))) {
        if (r.at <= ticked) FAIL("seed " << seed << ": a record at or before a tick that had fired");
        out.push_back(std::move(r));
      }
      ticked = m.frontier(at(now));
    };
    for (int i = 0; i < 60; ++i) step(false);
    step(true);
    INFO("seed " << seed);
    REQUIRE(text(out) == naive(scene));
    REQUIRE(m.buffered() == 0);
    REQUIRE_FALSE(m.waiting());
  }
}

}  // namespace duban::intake
