#include <asio/ip/udp.hpp>
#include <asio/local/datagram_protocol.hpp>

#include "core/utf8.hpp"
#include "delivery/channel_scene.hpp"
#include "delivery/syslog.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using Kind = Outcome::Kind;

TEST_CASE("a syslog datagram is one line of RFC 5424") {
  CHECK(syslog_line(message_for({}), 16, "host") ==
        "<131>1 2023-02-08T01:00:00Z host duban - alert [duban@32473 id=\"5f-0a1b\" severity=\"serious\"] "
        "\xEF\xBB\xBF【橙】逾期未整改: 某茶叶加工厂:疏散通道堵塞 应于2月7日前整改");
}

TEST_CASE("no title ends a line of the log, leaves the structured data or exceeds a datagram") {
  for (const std::string& title : hostile_titles()) {
    Message message = message_for({}, title, title + std::string(5'000, 'x'));
    message.key = "a\"]\\\n[b";
    const std::string line = syslog_line(message, 16, "host");
    INFO(line);
    CHECK(line.size() <= 2'048);
    CHECK(utf8::invalid_at(line) == std::string::npos);
    CHECK(std::none_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < 0x20; }));
    CHECK(line.find("id=\"a\\\"\\]\\\\ [b\"") != std::string::npos);
  }
}

TEST_CASE("syslog goes by UDP, and to a socket that comes back") {
  ChannelScene scene("syslog");
  asio::ip::udp::socket receiver(scene.loop, {asio::ip::make_address("127.0.0.1"), 0});
  scene.settings.address = "udp://127.0.0.1:" + std::to_string(receiver.local_endpoint().port());
  CHECK(scene.send(*scene.open(), message_for({})).kind == Kind::delivered);
  char buffer[4'096];
  const size_t size = receiver.receive(asio::buffer(buffer));
  CHECK(std::string(buffer, size).starts_with("<131>1 2023-02-08T01:00:00Z "));

  scene.settings.address = scene.folder.file("log");
  const auto channel = scene.open();
  const Outcome away = scene.send(*channel, message_for({}));
  CHECK(away.kind == Kind::retry);
  CHECK(away.whole_channel);
  for (int i = 0; i < 2; ++i) {
    asio::local::datagram_protocol::socket socket(scene.loop);
    socket.open();
    socket.bind(scene.settings.address);
    CHECK(scene.send(*channel, message_for({})).kind == Kind::delivered);
    CHECK(socket.receive(asio::buffer(buffer)) > 0);
    socket.close();
    std::filesystem::remove(scene.settings.address);
  }
}

TEST_CASE("a journal entry has the alert's id, and values with line ends by their length") {
  ChannelScene scene("journal");
  asio::local::datagram_protocol::socket journal(scene.loop);
  journal.open();
  scene.settings.address = scene.folder.file("journal");
  journal.bind(scene.settings.address);
  Message message = message_for({}, "标题\nPRIORITY=0", "文字");
  message.body = "{\n}";
  CHECK(scene.send(*scene.open(), message).kind == Kind::delivered);
  char buffer[4'096];
  const std::string entry(buffer, journal.receive(asio::buffer(buffer)));
  CHECK(entry ==
        std::string("MESSAGE=【橙】标题 PRIORITY=0: 文字\nPRIORITY=3\nSYSLOG_IDENTIFIER=duban\n"
                    "DUBAN_ID=5f-0a1b\nDUBAN_SEVERITY=serious\nDUBAN_RECORD\n\x03\0\0\0\0\0\0\0{\n}\n",
                    entry.size()));
}

TEST_CASE("settings of the logs that cannot work are refused") {
  ChannelScene scene("syslog");
  CHECK(scene.error() == "address: expected udp://host:port or a socket's path");
  scene.settings.address = "/dev/log";
  scene.settings.facility = "local9";
  CHECK(scene.error() == "facility: expected one of syslog's, like local0");
  CHECK(facility_number("local7") == 23);
}
