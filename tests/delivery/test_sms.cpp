#include "delivery/channel_scene.hpp"
#include "delivery/sms.hpp"
#include "support/webhook_receiver.hpp"

using namespace duban;
using namespace duban::delivery;
using namespace duban::test;
using namespace std::chrono_literals;
using Kind = Outcome::Kind;

namespace {

struct Gateway {
  WebhookReceiver receiver;
  ChannelScene scene;

  explicit Gateway(const std::string& service)
      : receiver({"--service", service, "--key-id", "K1", "--secret", "topsecret"}, "gateway_receiver.py"),
        scene(service == "mas" ? "sms-gateway" : "sms-" + service) {
    scene.settings.url = receiver.url("");
    scene.settings.secret_file = scene.folder.write("secret", "topsecret\n");
    scene.settings.key_id = "K1";
    scene.settings.sign_name = "某市安委办";
    scene.settings.template_id = "SMS_1";
    scene.settings.app_id = "1400006666";
    scene.settings.parameters = {{"what", "{title}"}, {"detail", "{name},{text}"}};
  }
  Outcome send(Message message) { return scene.send(*scene.open(), std::move(message)); }
};

struct Row {
  const char* behaviour;
  Kind kind;
  bool whole_channel;
};

void check_rows(Gateway& gateway, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    gateway.scene.settings.url = gateway.receiver.behaving(row.behaviour);
    const Outcome outcome = gateway.send(message_for({officer()}));
    INFO(row.behaviour << ": " << outcome.answer);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.whole_channel == row.whole_channel);
    CHECK(outcome.answer.find("topsecret") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("the signatures are those of the services' own examples") {
  const std::string empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(acs3_authorization("YourAccessKeyId", "YourAccessKeySecret",
                           "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
                           {{"host", "ecs.cn-shanghai.aliyuncs.com"},
                            {"x-acs-action", "RunInstances"},
                            {"x-acs-content-sha256", empty},
                            {"x-acs-date", "2023-10-26T10:22:32Z"},
                            {"x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"},
                            {"x-acs-version", "2014-05-26"}})
            .ends_with("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"));
  CHECK(tc3_authorization(
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", "Gu5t9xGARNpq86cd98joQYCN3*******",
            "cvm.tencentcloudapi.com", "cvm", 1551113065,
            R"({"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]})") ==
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c");
}

TEST_CASE("Aliyun gets a signed message by template for each number") {
  Gateway gateway("aliyun");
  Outcome outcome = gateway.send(message_for({officer(), officer("13900002222")}));
  INFO(outcome.answer);
  CHECK(outcome.kind == Kind::delivered);
  const nlohmann::json messages = gateway.receiver.messages();
  REQUIRE(messages.size() == 2);
  CHECK(messages[0]["to"] == "13800001111");
  CHECK(messages[0]["sign"] == "某市安委办");
  CHECK(messages[0]["template"] == "SMS_1");
  CHECK(messages[0]["parameters"]["what"] == "逾期未整改");
  CHECK(messages[0]["parameters"]["detail"] == "王小明,某茶叶加工厂:疏散通道堵塞 应于2月7日前整改");
}

TEST_CASE("Tencent gets the same, its parameters in order") {
  Gateway gateway("tencent");
  const Outcome outcome = gateway.send(message_for({officer()}));
  INFO(outcome.answer);
  CHECK(outcome.kind == Kind::delivered);
  const nlohmann::json message = gateway.receiver.messages()[0];
  CHECK(message["to"] == "+8613800001111");
  CHECK(message["app"] == "1400006666");
  CHECK(message["parameters"] ==
        nlohmann::json{"逾期未整改", "王小明,某茶叶加工厂:疏散通道堵塞 应于2月7日前整改"});
}

TEST_CASE("a code of Aliyun's decides what becomes of the message") {
  Gateway gateway("aliyun");
  check_rows(gateway, {{"code:isv.MOBILE_NUMBER_ILLEGAL", Kind::rejected, false},
                       {"code:isv.BUSINESS_LIMIT_CONTROL", Kind::rejected, false},
                       {"code:isv.AMOUNT_NOT_ENOUGH", Kind::retry, true},
                       {"code:isv.SMS_SIGNATURE_ILLEGAL", Kind::retry, true},
                       {"code:SignatureDoesNotMatch", Kind::retry, true},
                       {"code:Throttling.User", Kind::retry, true},
                       {"code:isp.SYSTEM_ERROR", Kind::retry, false},
                       {"503", Kind::retry, true},
                       {"big", Kind::retry, true},
                       {"half", Kind::retry, false}});
}

TEST_CASE("a code of Tencent's decides what becomes of the message") {
  Gateway gateway("tencent");
  check_rows(gateway, {{"code:InvalidParameterValue.IncorrectPhoneNumber", Kind::rejected, false},
                       {"code:LimitExceeded.PhoneNumberDailyLimit", Kind::rejected, false},
                       {"code:AuthFailure.SignatureFailure", Kind::retry, true},
                       {"code:RequestLimitExceeded", Kind::retry, true},
                       {"code:FailedOperation.InsufficientBalanceInSmsPackage", Kind::retry, true},
                       {"code:InternalError.Timeout", Kind::retry, false}});
}

TEST_CASE("a wrong secret stops a gateway's channel") {
  for (const std::string service : {"aliyun", "tencent"}) {
    Gateway gateway(service);
    gateway.scene.settings.secret_file = gateway.scene.folder.write("secret", "other");
    CHECK(gateway.send(message_for({officer()})).whole_channel);
    gateway.scene.settings.secret_file.clear();
    CHECK(gateway.scene.error() == "secret_file: expected the access key's secret");
  }
}

TEST_CASE("one wrong number keeps nobody else from being told, and nobody is told twice") {
  Gateway gateway("aliyun");
  const auto channel = gateway.scene.open();
  const Message message = message_for(
      {officer("19900000000"), officer("13800001111"), officer("19920000000"), officer("13900002222")});
  const Outcome first = gateway.scene.send(*channel, message);
  CHECK(first.kind == Kind::retry);
  CHECK(first.answer.find("2 of 4 sent") == 0);
  CHECK(gateway.scene.send(*channel, message).kind == Kind::retry);
  CHECK(gateway.receiver.messages().size() == 2);
  const Outcome last = gateway.scene.send(*channel, message_for({officer("19900000000"), officer("")}));
  CHECK(last.kind == Kind::rejected);
  CHECK(last.answer.find("isv.MOBILE_NUMBER_ILLEGAL") != std::string::npos);
  CHECK(last.answer.find("no mobile number") != std::string::npos);
}

TEST_CASE("a carrier's gateway is described by its request and its answer") {
  Gateway gateway("mas");
  gateway.scene.settings.body =
      R"({"ecName":"某市","apId":"duban","mobiles":"{mobile}","content":"{title} {text}","sign":"S","addSerial":"","mac":"{digest}"})";
  gateway.scene.settings.digest_of = "某市duban{secret}{mobile}{title} {text}S";
  gateway.scene.settings.body_base64 = true;
  gateway.scene.settings.answer_field = "/rspcod";
  CHECK(gateway.scene.error() == "answer_ok: expected what the gateway answers when it has taken a message");
  gateway.scene.settings.answer_ok = {"success"};
  gateway.scene.settings.answer_rejected = {"InvalidMessage"};
  CHECK(gateway.send(message_for({officer()})).kind == Kind::delivered);
  CHECK(gateway.receiver.messages()[0]["content"] == "逾期未整改 某茶叶加工厂:疏散通道堵塞 应于2月7日前整改");
  CHECK(gateway.send(message_for({officer("19900000000")})).kind == Kind::rejected);
  CHECK(gateway.send(message_for({officer("13800001111")}, "\"},\"引号", "\\反斜\n线")).kind ==
        Kind::delivered);
  CHECK(gateway.receiver.messages()[1]["content"] == "\"},\"引号 \\反斜 线");
  gateway.scene.settings.secret_file = gateway.scene.folder.write("secret", "other");
  const Outcome outcome = gateway.send(message_for({officer()}));
  CHECK(outcome.kind == Kind::retry);
  CHECK(outcome.answer.find("InvalidUsrOrPwd") != std::string::npos);
}

TEST_CASE("hostile titles stay one line of data in a text message, and sign as nobody") {
  for (const std::string service : {"aliyun", "tencent"}) {
    Gateway gateway(service);
    const auto channel = gateway.scene.open();
    for (const std::string& title : hostile_titles()) {
      const Outcome outcome = gateway.scene.send(*channel, message_for({officer()}, title, title));
      INFO(outcome.answer);
      CHECK(outcome.kind == Kind::delivered);
    }
    for (const nlohmann::json& message : gateway.receiver.messages()) {
      const std::string all = message["parameters"].dump();
      INFO(all);
      CHECK(all.find("\\n") == std::string::npos);
      CHECK(all.find("\\u") == std::string::npos);
      CHECK(all.find("【") == std::string::npos);
    }
  }
}

TEST_CASE("fields are filled once, escaped, and unknown names are found") {
  const SmsFields fields{{"title", "{text}&"}, {"text", "x"}};
  CHECK(filled("a={title}&b={text}&c={other}&{", fields, [](std::string_view text) {
          return "<" + std::string(text) + ">";
        }) == "a=<{text}&>&b=<x>&c={other}&{");
  CHECK(unknown_field("{title} {titel}") == "titel");
  CHECK(unknown_field(R"({"text":"{text}"})").empty());
}
