// One channel made of settings, on a loop of its own, and what tests say to it.
#pragma once

#include <asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "delivery/channel_settings.hpp"
#include "support/loop_until.hpp"
#include "support/sample_alert.hpp"
#include "support/temporary_folder.hpp"

namespace duban::test {

using delivery::Outcome;

struct ChannelScene {
  asio::io_context loop{1};
  std::unique_ptr<Clock> clock = make_system_clock();
  TemporaryFolder folder;
  delivery::ChannelSettings settings;

  explicit ChannelScene(const std::string& type) {
    settings.name = "duty";
    settings.type = type;
    settings.timeout = std::chrono::seconds(5);
  }
  std::string error() { return make().error; }
  std::unique_ptr<delivery::Channel> open() {
    delivery::MadeChannel made = make();
    INFO(made.error);
    REQUIRE(made.channel);
    return std::move(made.channel);
  }
  Outcome send(delivery::Channel& channel, delivery::Message message) {
    std::optional<Outcome> outcome;
    channel.send(std::move(message), [&](Outcome o) { outcome = std::move(o); });
    REQUIRE(loop_until(loop, [&] { return outcome.has_value(); }));
    return *outcome;
  }

 private:
  delivery::MadeChannel make() { return delivery::make_channel(settings, {loop, *clock, Zone::shanghai()}); }
};

/// A message as routing fills it.
inline delivery::Message message_for(
    std::vector<delivery::Addressee> to, const std::string& title = "逾期未整改",
    const std::string& text = "某茶叶加工厂:疏散通道堵塞\n应于2月7日前整改") {
  delivery::Message message = alert_message();
  message.severity = "serious";
  message.title = title;
  message.text = text;
  message.to = std::move(to);
  return message;
}

inline delivery::Addressee officer(const std::string& mobile = "13800001111") {
  return {"E-1/officer", "王小明", mobile, "wang@example.org", "wangxm"};
}

/// What somebody could write into the title of a hazard to make more of it than a title.
inline const std::vector<std::string>& hostile_titles() {
  static const std::vector<std::string> titles{
      "标题\r\nBcc: everybody@example.org\r\n\r\n新正文",
      "[点此领取](http://evil.example/a(b))",
      "![](http://evil.example/pixel.png)",
      "@all @所有人 <@all> <at user_id=\"all\">所有人</at>",
      "<script>alert(1)</script><img src=x onerror=alert(1)>",
      "# 大标题\n> 引用\n- 表\n1. 号\n**粗** `码` ~~删~~",
      std::string("控\0制\x1b[31m符\x07\x7f", 17),
      "\xE2\x80\xAE倒着\xE2\x80\xAC\xE2\x80\x8B写",
      "坏字节\xff\xfe\xc3(",
      "${title} {text} {{.}} %s %n",
      "\"}],\"msgtype\":\"text\",\"at\":{\"isAtAll\":true}",
      "【假冒签名】=?UTF-8?B?5Lyq?=",
      std::string(3'000, 'A') + "长",
  };
  return titles;
}

/// An alert whose every text an outsider has written.
inline delivery::Message hostile_alert(const std::string& text, size_t number) {
  delivery::Message message = alert_message("5f-" + std::to_string(number));
  nlohmann::json body = nlohmann::json::parse(message.body);
  body["subject"] = {{"kind", "hazard"}, {"id", text}, {"title", text}};
  body["unit"] = {{"id", text}, {"name", text}, {"area", text}};
  body["text"] = text;
  message.body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return message;
}

}  // namespace duban::test
