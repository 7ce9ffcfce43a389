#include <fmt/format.h>
#include <unistd.h>

#include "core/diagnostic.hpp"
#include "delivery/channel_settings.hpp"
#include "delivery/console.hpp"
#include "delivery/file.hpp"
#include "delivery/kafka.hpp"
#include "delivery/webhook.hpp"

namespace duban::delivery {

MadeChannel make_channel(const ChannelSettings& settings, const ChannelContext& context) {
  if (settings.type == "console") return {make_console(settings.name, STDOUT_FILENO, context.zone), {}};
  if (settings.type == "file") {
    if (settings.path.empty()) return {nullptr, "path: expected the name of a file"};
    return {make_file(settings, context), {}};
  }
  if (settings.type == "webhook") return make_webhook(settings, context);
  if (settings.type == "kafka") return make_kafka(settings, context);
  if (settings.type == "dead-letter") return make_dead_letter(settings, context);
  return {nullptr,
          fmt::format("unknown type '{}'; {}", settings.type, suggest(settings.type, channel_types()))};
}

const std::vector<std::string>& channel_types() {
  static const std::vector<std::string> types{"console", "file", "webhook", "kafka", "dead-letter"};
  return types;
}

}  // namespace duban::delivery
