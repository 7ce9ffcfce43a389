#include <fmt/format.h>
#include <unistd.h>

#include "core/diagnostic.hpp"
#include "delivery/alertmanager.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/console.hpp"
#include "delivery/dingtalk.hpp"
#include "delivery/feishu.hpp"
#include "delivery/file.hpp"
#include "delivery/kafka.hpp"
#include "delivery/sms.hpp"
#include "delivery/smtp.hpp"
#include "delivery/syslog.hpp"
#include "delivery/webhook.hpp"
#include "delivery/wecom_app.hpp"
#include "delivery/wecom_robot.hpp"

namespace duban::delivery {

namespace {

MadeChannel console(const ChannelSettings& settings, const ChannelContext& context) {
  return {make_console(settings.name, STDOUT_FILENO, context.zone), {}};
}

MadeChannel file(const ChannelSettings& settings, const ChannelContext& context) {
  if (settings.path.empty()) return {nullptr, "path: expected the name of a file"};
  return {make_file(settings, context), {}};
}

using Make = MadeChannel (*)(const ChannelSettings& settings, const ChannelContext& context);
struct Type {
  const char* name;
  Make make;
};
constexpr Type kTypes[] = {{"console", &console},
                           {"file", &file},
                           {"webhook", &make_webhook},
                           {"kafka", &make_kafka},
                           {"dead-letter", &make_dead_letter},
                           {"dingtalk", &make_dingtalk},
                           {"feishu", &make_feishu},
                           {"wecom-robot", &make_wecom_robot},
                           {"wecom-app", &make_wecom_app},
                           {"alertmanager", &make_alertmanager},
                           {"smtp", &make_smtp},
                           {"sms-aliyun", &make_sms_aliyun},
                           {"sms-tencent", &make_sms_tencent},
                           {"sms-gateway", &make_sms_gateway},
                           {"syslog", &make_syslog},
                           {"journal", &make_journal}};

}  // namespace

MadeChannel make_channel(const ChannelSettings& settings, const ChannelContext& context) {
  for (const Type& type : kTypes) {
    if (settings.type == type.name) return type.make(settings, context);
  }
  return {nullptr,
          fmt::format("unknown type '{}'; {}", settings.type, suggest(settings.type, channel_types()))};
}

const std::vector<std::string>& channel_types() {
  static const std::vector<std::string> types = [] {
    std::vector<std::string> names;
    for (const Type& type : kTypes) names.emplace_back(type.name);
    return names;
  }();
  return types;
}

}  // namespace duban::delivery
