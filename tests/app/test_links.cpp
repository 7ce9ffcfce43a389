// Signed links end to end: a message arrives, its link is opened over HTTP, the next stage follows from it.
#include "app/live_daemon.hpp"
#include "core/signed_token.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::test;

namespace {

constexpr const char* kRules = R"yaml(
rules:
  - id: told
    title: 隐患上报
    subject: hazard
    when: hazard.state == 'reported'
    stages:
      - { id: now, at: opened, level: remind, severity: critical, to: [unit.officer, town] }
      - { id: unseen, at: opened + 1m, unless: acknowledged, level: urge, severity: critical, to: [town] }
)yaml";

constexpr const char* kDirectory = R"yaml(
units:
  - { unit_id: E-1, kind: enterprise, name: 某茶叶加工厂, area: '341004101205', posts: { officer: { name: 王小明, phone: '13800001111', email: wang@example.org } } }
  - { unit_id: T-1, kind: town, name: 西溪南镇, area: '341004101', posts: { principal: { name: 余文军, email: yu@example.org } } }
)yaml";

struct Post {
  TemporaryFolder folder;
  WebhookReceiver mail{{}, "mail_receiver.py"};
  WebhookReceiver robot{{"--service", "dingtalk", "--token", "t"}, "chat_receiver.py"};
  LiveDaemon daemon;

  Post() : daemon(folder, settings()) {}

  LiveSettings settings() const {
    folder.write("token", "t");
    LiveSettings settings;
    settings.rules = kRules;
    settings.directory = kDirectory;
    settings.routes = "routes: [{ notify: mail, continue: true }, { to: ['E-1/officer'], notify: robot }]\n";
    settings.channels = "{ mail: { type: smtp, url: 'smtp://127.0.0.1:" + mail.get("/_smtp") +
                        "', from: duban@example.org, tls: none }, robot: { type: dingtalk, url: '" +
                        robot.url("/robot/send") + "', token_file: token } }";
    settings.more = "http: { listen: '127.0.0.1:0', public_url: 'https://alerts.example.gov.cn' }\n";
    return settings;
  }
  /// The path of the link in a text; empty if there is none.
  static std::string link_in(const std::string& text) {
    const std::string url = "https://alerts.example.gov.cn/a/";
    const size_t at = text.find(url);
    if (at == std::string::npos) return {};
    const size_t end = text.find_first_not_of(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", at + url.size());
    return text.substr(at + url.size() - 3, end - at - url.size() + 3);
  }
  /// In the mail to an address that names a hazard.
  std::string mailed(const std::string& address, const std::string& title) const {
    std::string link;
    daemon.wait("a mail to " + address, [&] {
      for (const auto& one : mail.messages())
        if (one["to"][0] == address && one["plain"].get<std::string>().find(title) != std::string::npos)
          link = link_in(one["plain"].get<std::string>());
      return !link.empty();
    });
    return link;
  }
  std::string posted() const {
    std::string link;
    daemon.wait("the robot's message", [&] {
      for (const auto& one : robot.messages()) link = link_in(one["text"].get<std::string>());
      return !link.empty();
    });
    return link;
  }
  int confirm(const std::string& link) const {
    Sent sent{"POST", link, "", "", "application/x-www-form-urlencoded", "X-Forwarded-For: 10.0.0.7\r\n"};
    return ask(daemon.port, sent).status;
  }
};

}  // namespace

TEST_CASE("who opens the link of a mail confirms, and what waits for that is not said") {
  Post post;
  LiveDaemon& daemon = post.daemon;
  // Both opened 50 seconds ago: the stage after a minute is ten seconds away.
  daemon.hazard("H1", "疏散通道堵塞", 50);
  const std::string officer = post.mailed("wang@example.org", "疏散通道堵塞");
  const std::string town = post.mailed("yu@example.org", "疏散通道堵塞");
  CHECK(officer != town);
  const Answer page = get(daemon.port, officer);
  CHECK(page.status == 200);
  CHECK(page.body.find("疏散通道堵塞") != std::string::npos);
  CHECK(daemon.alert_of("H1")["acknowledged"].empty());  // to look is not to confirm
  CHECK(post.confirm(officer) == 303);
  CHECK(post.confirm(town) == 303);  // a second opinion
  CHECK(post.confirm(post.posted()) == 303);
  CHECK(get(daemon.port, officer).body.find("已确认收到") != std::string::npos);
  const auto acks = daemon.alert_of("H1")["acknowledged"];
  REQUIRE(acks.size() == 2);  // the robot's message was for the officer, too
  CHECK(acks[0]["by"] == "E-1/officer");
  CHECK(acks[1]["by"] == "T-1/principal");
  CHECK(acks[0]["from"] == "link 127.0.0.1 for 10.0.0.7");

  daemon.hazard("H2", "配电箱无漏电保护", 55);
  daemon.alert_of("H2", "unseen");
  daemon.hazard("H3", "another", 50);
  daemon.alert_of("H3", "unseen");  // later than H1's would have been
  for (const auto& alert : daemon.alerts())
    CHECK_FALSE((alert["subject"]["id"] == "H1" && alert["stage"] == "unseen"));
}

TEST_CASE("a link that is expired or forged confirms nothing, and a new key makes all older ones void") {
  Post post;
  LiveDaemon& daemon = post.daemon;
  daemon.hazard("H1");
  const std::string link = post.mailed("wang@example.org", "疏散通道堵塞");
  const std::string id = daemon.alert_of("H1")["id"];
  std::string key = post.folder.read("ledger/link-key");
  key.pop_back();
  const std::string payload = acknowledgement_payload({{id}, "E-1/officer"});
  const Instant now = make_system_clock()->now();
  const std::string expired = "/a/" + sign_token(key, payload, now - std::chrono::hours(1));
  const std::string forged = "/a/" + sign_token(key + "x", payload, now + std::chrono::hours(1));
  CHECK(get(daemon.port, expired).status == 410);
  CHECK(post.confirm(expired) == 410);
  CHECK(get(daemon.port, forged).status == 404);
  CHECK(post.confirm(forged) == 404);
  CHECK(get(daemon.port, link).status == 200);
  post.folder.write("ledger/link-key", "another key of the links\n");
  daemon.signal(SIGHUP);
  daemon.wait("the new key", [&] { return get(daemon.port, link).status == 404; });
  CHECK(post.confirm(link) == 404);
  CHECK(daemon.alert_of("H1")["acknowledged"].empty());
  daemon.hazard("H2", "配电箱无漏电保护");
  CHECK(post.confirm(post.mailed("wang@example.org", "配电箱无漏电保护")) == 303);
}
