#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "delivery/console.hpp"
#include "ledger/dead_letter_json.hpp"
#include "support/sample_alert.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;

namespace {

struct Pipe {
  Pipe() { REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::string read_all() const {
    std::string text(1 << 20, '\0');
    const ssize_t n = ::read(ends[0], text.data(), text.size());
    text.resize(n < 0 ? 0 : static_cast<size_t>(n));
    return text;
  }
  int ends[2];
};

Outcome send(Channel& channel, Message message) {
  std::optional<Outcome> outcome;
  channel.send(std::move(message), [&](Outcome o) { outcome = std::move(o); });
  REQUIRE(outcome.has_value());
  return *outcome;
}

}  // namespace

TEST_CASE("an alert is one line that an officer can read") {
  const std::string line = console_line(alert_json("5f-1"), Zone::shanghai(), false);
  CHECK(line ==
        "2023-02-08 09:00 ■黄 督促 【逾期】某茶叶加工厂:“疏散通道堵塞”应于2月7日前整改。 → "
        "E-1/principal、T-1/principal");
  CHECK(console_line(alert_json("5f-1", true, "listing"), Zone::shanghai(), false).find("挂牌督办(拟)") !=
        std::string::npos);
}

TEST_CASE("on a terminal the severity has its colour, and the text brings no escapes of its own") {
  CHECK(console_line(alert_json("5f-1"), Zone::shanghai(), true).find("\x1b[33m■黄\x1b[0m") !=
        std::string::npos);
  const std::string hostile =
      R"({"id":"1","at":"2023-02-08T09:00:00Z","level":"urge","severity":"critical","text":"a\u001b[2Jb\r\nc\u0085"})";
  const std::string line = console_line(hostile, Zone::shanghai(), false);
  CHECK(line == "2023-02-08 17:00 ■红 督促 a [2Jb  c ");
}

TEST_CASE("a dead letter is a line with its position and reason") {
  ledger::DeadLetter letter;
  letter.topic = "hazards";
  letter.partition = 2;
  letter.offset = 77;
  letter.at = *parse_rfc3339("2023-02-08T01:00:00Z");
  letter.code = "D03";
  letter.reason = "level: 'huge' is none of general, major";
  CHECK(console_line(ledger::dead_letter_json(letter), Zone::shanghai(), false) ==
        "2023-02-08 09:00 ■死信 D03 hazards/2/77 level: 'huge' is none of general, major");
}

TEST_CASE("a console writes whole lines without colour into a pipe") {
  Pipe pipe;
  const auto console = make_console("console", pipe.ends[1], Zone::shanghai());
  CHECK(send(*console, alert_message("1")).kind == Outcome::Kind::delivered);
  CHECK(send(*console, alert_message("2")).kind == Outcome::Kind::delivered);
  const std::string text = pipe.read_all();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a console that takes nothing lets the alert wait and blocks nobody") {
  Pipe pipe;
  const auto console = make_console("console", pipe.ends[1], Zone::shanghai());
  const std::string filling(4096, 'x');
  while (write(pipe.ends[1], filling.data(), filling.size()) > 0) {
  }
  // A blocking descriptor, as standard output is: only poll() keeps it from blocking.
  fcntl(pipe.ends[1], F_SETFL, fcntl(pipe.ends[1], F_GETFL) & ~O_NONBLOCK);
  const Outcome outcome = send(*console, alert_message());
  CHECK(outcome.kind == Outcome::Kind::retry);
  CHECK(outcome.whole_channel);
  pipe.read_all();
  CHECK(send(*console, alert_message()).kind == Outcome::Kind::delivered);
}
