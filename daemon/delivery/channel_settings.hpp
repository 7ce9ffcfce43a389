// A channel as settings describe it, and the channel made of it.
//
// app/ reads these from YAML; a channel reads its secrets from their files when it is made, so that a reload
// (Dispatcher::replace with newly made channels) takes up new ones. Secrets are never logged.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/time.hpp"
#include "delivery/channel.hpp"

namespace asio {
class io_context;
}

namespace duban::delivery {

struct ChannelSettings {
  std::string name;
  std::string type;               // one of channel_types()
  size_t concurrency = 0;         // messages at once; 0: the type's own
  std::string source = "/duban";  // `source` of the CloudEvents it sends

  std::string path;  // file: absolute, or relative to the working directory

  // Whatever speaks HTTP; services with one address have it as default.
  std::string url;          // http:// or https://
  std::string secret_file;  // key of the signature, the app's secret, the mail account's password
  std::string token_file;   // `Authorization: Bearer`; what a robot's address ends with
  std::string ca_file;      // certificates to trust instead of the system's
  std::string proxy;        // empty: none, also where the environment names one
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(30);  // of the whole request

  std::string payload = "cloudevents";              // webhook: or "alertmanager"
  Duration resolve_after = std::chrono::hours(24);  // alertmanager
  std::string keyword;                              // dingtalk, feishu: what the robot wants in each text
  std::string corp_id, agent_id;                    // wecom-app

  // smtp: `url` is smtp:// or smtps://, `secret_file` the password of `user`
  std::string tls = "starttls";  // or "none", for smtp:// on the same machine
  std::string user;
  std::string from;  // an address
  std::string from_name = "督办";

  // sms-aliyun, sms-tencent: `secret_file` is the secret of `key_id`
  std::string key_id, sign_name, template_id, app_id;
  std::string region = "ap-guangzhou";
  /// The template's parameters in its order: name and form ("{title}").
  std::vector<std::pair<std::string, std::string>> parameters;
  size_t parameter_length = 35;  // characters

  // sms-gateway: forms of a request, and what its answers mean
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool body_base64 = false;
  std::string digest_of;                                // `{digest}` is the MD5 of this
  size_t text_length = 450;                             // characters
  std::string answer_field;                             // a JSON pointer; empty: the whole answer as text
  std::vector<std::string> answer_ok, answer_rejected;  // its values, or what the text has in it

  // syslog, journal
  std::string address;
  std::string facility = "local0";

  // kafka, dead-letter
  std::string topic;
  std::vector<std::pair<std::string, std::string>> properties;  // librdkafka's, verbatim
};

/// Their names, as docs/delivery.md describes them.
const std::vector<std::string>& channel_types();

/// What channels need of the world. The loop and the clock outlive them.
struct ChannelContext {
  asio::io_context& loop;
  const Clock& clock;
  Zone zone;
};

/// Either a channel or, in one sentence, what is wrong with the settings.
struct MadeChannel {
  std::unique_ptr<Channel> channel;
  std::string error;
};
/// Opens what can be opened now; a receiver that is away is no error.
MadeChannel make_channel(const ChannelSettings& settings, const ChannelContext& context);

}  // namespace duban::delivery
