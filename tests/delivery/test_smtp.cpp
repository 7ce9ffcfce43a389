#include <sys/resource.h>

#include <fstream>

#include "delivery/channel_scene.hpp"
#include "delivery/mail.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Post {
  ChannelScene scene{"smtp"};
  std::optional<WebhookReceiver> receiver;

  explicit Post(std::vector<std::string> options = {}) {
    receiver.emplace(options, "mail_receiver.py");
    scene.settings.url = "smtp://127.0.0.1:" + receiver->get("/_smtp");
    scene.settings.tls = "none";
    scene.settings.from = "duban@example.gov.cn";
  }
  Outcome send(Message message) { return scene.send(*scene.open(), std::move(message)); }
  nlohmann::json mail(size_t i = 0) const { return receiver->messages().at(i); }
};

/// A key and a certificate for the name, which the test trusts itself.
std::pair<std::string, std::string> certificate(const TemporaryFolder& folder, const std::string& name) {
  const std::string key = folder.file("key.pem"), cert = folder.file("cert.pem");
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail "
      "-addext subjectAltName=" +
      name + " -keyout " + key + " -out " + cert + " 2>/dev/null";
  REQUIRE(system(command.c_str()) == 0);
  return {cert, key};
}

std::string header(const nlohmann::json& mail, const std::string& name) {
  for (const auto& field : mail["headers"]) {
    if (field[0] == name) return field[1];
  }
  return {};
}

Addressee at(const std::string& email) { return {"E-1/officer", "王小明", "", email, ""}; }

long resident_kib() {
  std::ifstream statm("/proc/self/statm");
  long all = 0, resident = 0;
  statm >> all >> resident;
  return resident * 4;
}

}  // namespace

TEST_CASE("a mail has encoded headers, plain text and HTML of the same words") {
  Post post;
  const Outcome outcome = post.send(message_for({officer()}));
  CHECK(outcome.kind == Kind::delivered);
  CHECK(outcome.answer == "250 2.0.0 taken as 1");
  const nlohmann::json mail = post.mail();
  CHECK(mail["from"] == "duban@example.gov.cn");
  CHECK(mail["to"] == nlohmann::json{"wang@example.org"});
  CHECK(header(mail, "Subject") == "【橙】逾期未整改");
  CHECK(header(mail, "From") == "督办 <duban@example.gov.cn>");
  CHECK(header(mail, "To") == "王小明 <wang@example.org>");
  CHECK(header(mail, "Date") == "Wed, 08 Feb 2023 09:00:00 +0800");
  CHECK(header(mail, "Auto-Submitted") == "auto-generated");
  CHECK(mail["plain"] == "【橙】逾期未整改\n\n某茶叶加工厂:疏散通道堵塞\n应于2月7日前整改\n");
  CHECK(mail["html"].get<std::string>().find("某茶叶加工厂:疏散通道堵塞<br>") != std::string::npos);
  CHECK(mail["longest"] <= 78);
  CHECK(mail["bare"] == 0);
  CHECK(mail["ascii"] == true);
  CHECK(mail["defects"].empty());
}

TEST_CASE("mails go over one kept connection, and a repetition has the same Message-ID") {
  Post post;
  const auto channel = post.scene.open();
  for (int i = 0; i < 20; ++i)
    CHECK(post.scene.send(*channel, message_for({officer()})).kind == Kind::delivered);
  CHECK(header(post.mail(0), "Message-ID") == header(post.mail(19), "Message-ID"));
  CHECK(header(post.mail(0), "Message-ID").find("@example.gov.cn>") != std::string::npos);
  CHECK(post.receiver->counts()["sessions"] == 1);
}

TEST_CASE("a connection that the mail server closed meanwhile costs no mail") {
  Post post({"--behave", "close*3,ok"});
  const auto channel = post.scene.open();
  for (int i = 0; i < 5; ++i)
    CHECK(post.scene.send(*channel, message_for({officer()})).kind == Kind::delivered);
}

TEST_CASE("STARTTLS and authentication are used, and wanted") {
  TemporaryFolder folder;
  const auto [cert, key] = certificate(folder, "IP:127.0.0.1");
  Post post({"--tls", cert, key, "--user", "duban", "--password", "geheim"});
  post.scene.settings.tls = "starttls";
  post.scene.settings.ca_file = cert;
  post.scene.settings.user = "duban";
  post.scene.settings.secret_file = folder.write("password", "geheim\n");
  CHECK(post.send(message_for({officer()})).kind == Kind::delivered);
  CHECK(post.mail()["encrypted"] == true);
  CHECK(post.mail()["authenticated"] == true);

  post.scene.settings.secret_file = folder.write("password", "falsch");
  Outcome outcome = post.send(message_for({officer()}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("falsch") == std::string::npos);

  post.scene.settings.ca_file.clear();
  outcome = post.send(message_for({officer()}));
  CHECK(outcome.whole_channel);
  CHECK(outcome.answer.find("certificate") != std::string::npos);

  Post plain;
  plain.scene.settings.tls = "starttls";
  CHECK(plain.send(message_for({officer()})).whole_channel);
  CHECK(plain.receiver->messages().empty());
}

TEST_CASE("smtps is TLS from the start, and the certificate must bear the server's name") {
  TemporaryFolder folder;
  const auto [cert, key] = certificate(folder, "IP:127.0.0.1");
  Post post({"--tls", cert, key, "--smtps"});
  post.scene.settings.url.replace(0, 4, "smtps");
  post.scene.settings.ca_file = cert;
  CHECK(post.send(message_for({officer()})).kind == Kind::delivered);
  TemporaryFolder other;
  const auto [wrong, wrong_key] = certificate(other, "DNS:elsewhere.example");
  Post misnamed({"--tls", wrong, wrong_key, "--smtps"});
  misnamed.scene.settings.url.replace(0, 4, "smtps");
  misnamed.scene.settings.ca_file = wrong;
  CHECK(misnamed.send(message_for({officer()})).whole_channel);
}

TEST_CASE("each person gets a mail of their own, and only who was not reached is tried again") {
  Post post;
  const auto channel = post.scene.open();
  const Message message = message_for({at("a@example.org"), at("busy@example.org"), at("b@example.org")});
  Outcome outcome = post.scene.send(*channel, message);
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.answer.find("2 of 3 sent") == 0);
  outcome = post.scene.send(*channel, message);
  CHECK(outcome.kind == Kind::retry);
  CHECK(post.receiver->messages().size() == 2);
  CHECK(post.mail(1)["to"] == nlohmann::json{"b@example.org"});

  outcome = post.scene.send(*channel, message_for({at("unknown@example.org"), at("c@example.org"), at("")}));
  CHECK(outcome.kind == Kind::rejected);
  CHECK(outcome.answer.find("1 of 3 sent") == 0);
  CHECK(outcome.answer.find("550 5.1.1 no such user") != std::string::npos);
  CHECK(outcome.answer.find("no mail address") != std::string::npos);
  CHECK(post.scene.send(*channel, message_for({})).kind == Kind::rejected);
}

TEST_CASE("addresses in UTF-8 are sent where the server takes them; domains go as xn--") {
  Post post({"--utf8"});
  CHECK(post.send(message_for({at("张三@例子.中国")})).kind == Kind::delivered);
  CHECK(post.mail()["to"] == nlohmann::json{"张三@xn--fsqu00a.xn--fiqs8s"});
  CHECK(post.mail()["utf8"] == true);
  CHECK(post.send(message_for({at("zhang@例子.中国")})).kind == Kind::delivered);
  CHECK(post.mail(1)["to"] == nlohmann::json{"zhang@xn--fsqu00a.xn--fiqs8s"});
  CHECK(post.mail(1)["ascii"] == true);
}

TEST_CASE("what is no address reaches no server") {
  for (const char* address :
       {"", "wang", "@example.org", "wang@", "a b@example.org", "a@b@example.org",
        "wang@example.org\r\nRCPT TO:<all@example.org>", "<wang@example.org>",
        "wang@example.org,all@example.org", "wang@exa mple.org", "wang@example.org/x", "wang@example..org"}) {
    INFO(address);
    CHECK(mail_address(address).empty());
  }
  CHECK(mail_address("a@bücher.example") ==
        "a@xn--bcher-kva.example");  // RFC 3492's algorithm, IDNA's example
  CHECK(mail_address("wang.x+y@mail.example.org") == "wang.x+y@mail.example.org");
}

TEST_CASE("nothing that stands in an event adds a header, a recipient or markup to a mail") {
  Post post;
  const auto channel = post.scene.open();
  for (const std::string& title : hostile_titles()) {
    Message message = message_for({officer()}, title, title + "\n.\nQUIT\n" + title);
    message.to[0].name = title;
    CHECK(post.scene.send(*channel, message).kind == Kind::delivered);
  }
  const nlohmann::json mails = post.receiver->messages();
  REQUIRE(mails.size() == hostile_titles().size());
  for (const nlohmann::json& mail : mails) {
    INFO(mail.dump(1));
    CHECK(mail["to"] == nlohmann::json{"wang@example.org"});
    CHECK(mail["headers"].size() == 8);
    CHECK(mail["longest"] <= 78);
    CHECK(mail["ascii"] == true);
    const std::string html = mail["html"];
    CHECK(html.find("<script") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(mail["plain"].get<std::string>().find("\n.\nQUIT") != std::string::npos);
  }
}

TEST_CASE("what a mail server does decides what becomes of the delivery") {
  struct Row {
    const char* behaviour;
    Kind kind;
    bool whole_channel;
  };
  for (const Row& row :
       {Row{"450", Kind::retry, false}, Row{"451", Kind::retry, false}, Row{"550", Kind::rejected, false},
        Row{"552", Kind::rejected, false}, Row{"421", Kind::retry, true},
        Row{"554-greeting", Kind::retry, true}, Row{"reset", Kind::retry, false},
        Row{"lost", Kind::retry, false}, Row{"hang", Kind::retry, false}, Row{"hang-end", Kind::retry, false},
        Row{"hang-greeting", Kind::retry, false}, Row{"drip", Kind::retry, false},
        Row{"big", Kind::retry, false}, Row{"no-line", Kind::retry, false}}) {
    Post post({"--behave", std::string(row.behaviour) + ",ok"});
    const std::string behaviour = row.behaviour;
    const bool endless = behaviour.starts_with("hang") || behaviour == "drip" || behaviour == "no-line";
    post.scene.settings.timeout = endless ? Duration(600ms) : Duration(30s);
    const auto channel = post.scene.open();
    const Outcome outcome = post.scene.send(*channel, message_for({officer()}));
    INFO(row.behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK_FALSE(outcome.answer.empty());
    CHECK(outcome.answer.size() <= 600);
    post.scene.settings.timeout = 30s;
    CHECK(post.send(message_for({officer()})).kind == Kind::delivered);
  }
}

TEST_CASE("a mail server that hangs holds up neither the loop nor the end") {
  for (const char* behaviour : {"hang", "hang-end", "hang-greeting", "hang-quit"}) {
    Post post({"--behave", behaviour});
    auto channel = post.scene.open();
    std::optional<Outcome> outcome;
    channel->send(message_for({officer()}), [&](Outcome o) { outcome = std::move(o); });
    if (behaviour == std::string("hang-quit")) {
      REQUIRE(loop_until(post.scene.loop, [&] { return outcome.has_value(); }));
      CHECK(outcome->kind == Kind::delivered);
    }
    bool closed = false;
    const Duration before = post.scene.clock->monotonic();
    channel->close(100ms, [&] { closed = true; });
    REQUIRE(loop_until(post.scene.loop, [&] { return closed; }));
    channel.reset();
    REQUIRE(outcome.has_value());
    INFO(behaviour);
    CHECK(post.scene.clock->monotonic() - before < 10s);  // libcurl alone would wait for two minutes
    post.scene.loop.restart();
    post.scene.loop.run();  // nothing is left behind on the loop
  }
}

TEST_CASE("a mail server that talks without end costs no memory") {
  Post post({"--behave", "big*20,no-line*2"});
  post.scene.settings.timeout = 2s;
  const auto channel = post.scene.open();
  CHECK(post.scene.send(*channel, message_for({officer()})).kind == Kind::retry);
  const long before = resident_kib();
  for (int i = 0; i < 20; ++i) CHECK(post.scene.send(*channel, message_for({officer()})).kind == Kind::retry);
  CHECK(resident_kib() - before < 32 * 1024);
}

TEST_CASE("where no mail server listens the whole channel waits") {
  Post post;
  post.receiver->kill();
  const Outcome outcome = post.send(message_for({officer()}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.whole_channel);
}

TEST_CASE("settings of a mail channel that cannot work are refused with the reason") {
  Post post;
  post.scene.settings.from = "nobody";
  CHECK(post.scene.error() == "from: expected a mail address");
  post.scene.settings.from = "duban@example.org";
  post.scene.settings.user = "duban";
  CHECK(post.scene.error() == "user and secret_file: expected both or neither");
  post.scene.settings.url = "https://example.org";
  CHECK(post.scene.error() == "url: expected smtp://… or smtps://…");
}

TEST_CASE("header words are encoded between characters, folded, and plain where they can be") {
  CHECK(header_words("plain words", 9) == "plain words");
  CHECK(header_words("督办", 9) == "=?UTF-8?B?552j5Yqe?=");
  CHECK(header_words("=?UTF-8?B?5Lyq?=", 9) == "=?UTF-8?B?PT9VVEYtOD9CPzVMeXE/PQ==?=");
  std::string text;
  for (int i = 0; i < 60; ++i) text += "督a";
  std::istringstream lines(header_words(text, 9));
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 77);
}
