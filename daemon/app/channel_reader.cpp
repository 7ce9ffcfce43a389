#include "app/channel_reader.hpp"

#include <fmt/format.h>

#include "app/setting_values.hpp"
#include "core/diagnostic.hpp"
#include "delivery/mail.hpp"
#include "delivery/sms.hpp"
#include "delivery/syslog.hpp"

namespace duban::app {
namespace {

using delivery::ChannelSettings;

class ChannelReader {
 public:
  ChannelReader(const yaml::Reader& entry, const std::filesystem::path& folder)
      : entry_(entry), folder_(folder) {}

  ChannelSettings read(const std::string& name) {
    out_.name = name;
    out_.type = entry_.required("type").one_of(delivery::channel_types());
    if (const auto source = entry_.get("source")) out_.source = expanded(source);
    if (out_.type.empty()) return std::move(out_);  // no telling which keys it has
    count("concurrency", out_.concurrency, 1'000);
    read_type();
    entry_.finish();
    return std::move(out_);
  }

 private:
  void read_type() {
    const std::string& type = out_.type;
    if (type == "file") path("path", out_.path, true);
    if (type == "kafka" || type == "dead-letter") return read_kafka();
    if (type == "webhook" || type == "alertmanager") {
      read_http(true);
      path("token_file", out_.token_file, false);
    }
    if (type == "webhook") {
      path("secret_file", out_.secret_file, false);
      if (const auto payload = entry_.get("payload")) {
        out_.payload = payload.one_of({"cloudevents", "alertmanager"}, out_.payload);
      }
    }
    if (type == "alertmanager") duration("resolve_after", out_.resolve_after);
    if (type == "dingtalk" || type == "feishu" || type == "wecom-robot") read_robot();
    if (type == "wecom-app") read_wecom_app();
    if (type == "smtp") read_smtp();
    if (type == "sms-aliyun" || type == "sms-tencent") read_sms_cloud();
    if (type == "sms-gateway") read_sms_gateway();
    if (type == "journal" || type == "syslog") read_log();
  }

  void read_smtp() {
    text("url", out_.url, true);
    const bool mail = out_.url.starts_with("smtp://") || out_.url.starts_with("smtps://");
    if (!out_.url.empty() && !mail) {
      entry_.get("url").error("E809", fmt::format("'{}' is no mail server", out_.url),
                              "write it like smtp://mail.example.gov.cn:587");
    }
    text("from", out_.from, true);
    if (!out_.from.empty() && delivery::mail_address(out_.from).empty()) {
      entry_.get("from").error("E807", fmt::format("'{}' is no mail address", out_.from),
                               "write it like duban@example.gov.cn");
    }
    text("from_name", out_.from_name, false);
    if (const auto tls = entry_.get("tls")) out_.tls = tls.one_of({"starttls", "none"}, out_.tls);
    text("user", out_.user, false);
    path("secret_file", out_.secret_file, !out_.user.empty());
    path("ca_file", out_.ca_file, false);
    duration("connect_timeout", out_.connect_timeout);
    duration("timeout", out_.timeout);
  }

  void read_sms_cloud() {
    read_http(false);
    path("secret_file", out_.secret_file, true);
    text("key_id", out_.key_id, true);
    text("sign_name", out_.sign_name, true);
    text("template", out_.template_id, true);
    if (out_.type == "sms-tencent") {
      text("app_id", out_.app_id, true);
      text("region", out_.region, false);
    }
    for (const auto& [name, form] : entry_.get("parameters").entries()) {
      out_.parameters.emplace_back(name, form_in(form));
    }
    count("parameter_length", out_.parameter_length, 500);
  }

  void read_sms_gateway() {
    read_http(true);
    if (!out_.url.empty()) check_form(entry_.get("url"), out_.url);
    path("secret_file", out_.secret_file, false);
    text("content_type", out_.content_type, false);
    for (const auto& [name, form] : entry_.get("headers").entries()) {
      out_.headers.emplace_back(name, form_in(form));
    }
    if (const auto body = entry_.get("body")) out_.body = form_in(body);
    if (const auto base64 = entry_.get("body_base64")) out_.body_base64 = base64.boolean();
    if (const auto digest = entry_.get("digest_of")) out_.digest_of = form_in(digest);
    count("text_length", out_.text_length, 10'000);
    text("answer_field", out_.answer_field, false);
    if (!out_.answer_field.empty() && !out_.answer_field.starts_with('/')) {
      entry_.get("answer_field")
          .error("E807", fmt::format("'{}' is no JSON pointer", out_.answer_field),
                 fmt::format("write it like /{}", out_.answer_field));
    }
    for (const auto& value : entry_.required("answer_ok").items_or_one()) {
      out_.answer_ok.push_back(value.string());
    }
    for (const auto& value : entry_.get("answer_rejected").items_or_one()) {
      out_.answer_rejected.push_back(value.string());
    }
  }

  void read_log() {
    text("address", out_.address, out_.type == "syslog");
    if (out_.type == "journal") return;
    text("facility", out_.facility, false);
    if (delivery::facility_number(out_.facility) < 0) {
      entry_.get("facility")
          .error("E807", fmt::format("'{}' is no facility of syslog", out_.facility),
                 "write it like local0, daemon or user");
    }
  }

  std::string form_in(const yaml::Reader& scalar) const {
    std::string form = scalar.string();
    check_form(scalar, form);
    return form;
  }
  static void check_form(const yaml::Reader& scalar, const std::string& form) {
    const std::string unknown = delivery::unknown_field(form);
    if (unknown.empty()) return;
    scalar.error(
        "E808", fmt::format("'{{{}}}' is no field of a message", unknown),
        suggest(unknown, {"severity", "title", "text", "time", "name", "mobile", "key", "secret", "digest"}));
  }
  void count(const std::string& key, size_t& into, int64_t most) const {
    const auto value = entry_.get(key);
    if (!value) return;
    const int64_t number = value.integer(1);
    if (number < 1 || number > most) {
      value.error("E805", fmt::format("{} is {}", key, number), fmt::format("a number from 1 to {}", most));
    } else {
      into = static_cast<size_t>(number);
    }
  }

  void read_robot() {
    read_http(false);
    path("token_file", out_.token_file, true);
    if (out_.type == "wecom-robot") return;
    path("secret_file", out_.secret_file, false);
    text("keyword", out_.keyword, false);
  }

  void read_wecom_app() {
    read_http(false);
    path("secret_file", out_.secret_file, true);
    text("corp_id", out_.corp_id, true);
    if (const auto agent = entry_.required("agent_id")) out_.agent_id = std::to_string(agent.integer());
  }

  void read_kafka() {
    text("topic", out_.topic, true);
    duration("timeout", out_.timeout);
    for (const auto& [key, value] : entry_.get("properties").entries()) {
      out_.properties.emplace_back(key, expanded(value));
    }
  }

  void read_http(bool url_required) {
    text("url", out_.url, url_required);
    const bool http = out_.url.starts_with("http://") || out_.url.starts_with("https://");
    if (!out_.url.empty() && !http) {
      entry_.get("url").error("E809", fmt::format("'{}' is no web address", out_.url),
                              "write it like https://example.gov.cn/alerts");
    }
    path("ca_file", out_.ca_file, false);
    text("proxy", out_.proxy, false);
    duration("connect_timeout", out_.connect_timeout);
    duration("timeout", out_.timeout);
  }

  yaml::Reader find(const std::string& key, bool required) const {
    return required ? entry_.required(key) : entry_.get(key);
  }
  void path(const std::string& key, std::string& into, bool required) const {
    if (const auto value = find(key, required)) into = path_in(folder_, value);
  }
  void text(const std::string& key, std::string& into, bool required) const {
    if (const auto value = find(key, required)) into = expanded(value);
  }
  void duration(const std::string& key, Duration& into) const {
    const auto value = entry_.get(key);
    if (!value) return;
    into = value.duration().value_or(into);
    if (into <= Duration{0}) value.error("E806", key + " is not more than zero", "write it like 30s");
  }

  const yaml::Reader& entry_;
  const std::filesystem::path& folder_;
  ChannelSettings out_;
};

}  // namespace

delivery::ChannelSettings read_channel(const std::string& name, const yaml::Reader& entry,
                                       const std::filesystem::path& folder) {
  return ChannelReader(entry, folder).read(name);
}

}  // namespace duban::app
