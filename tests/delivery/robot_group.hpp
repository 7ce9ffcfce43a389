// A robot of a chat group, and the service that it speaks to.
#pragma once

#include <string>

#include "delivery/channel_scene.hpp"
#include "support/webhook_receiver.hpp"

namespace duban::test {

struct RobotGroup {
  WebhookReceiver receiver;
  ChannelScene scene;

  /// `secret`: of the signature; empty: the service has none.
  RobotGroup(const std::string& service, const std::string& token, const std::string& secret,
             const std::string& path)
      : receiver({"--service", service, "--token", token, "--secret", secret}, "chat_receiver.py"),
        scene(service) {
    scene.settings.url = receiver.url(path);
    scene.settings.token_file = scene.folder.write("token", token + "\n");
    if (!secret.empty()) scene.settings.secret_file = scene.folder.write("secret", secret + "\n");
  }
  Outcome send(delivery::Message message) { return scene.send(*scene.open(), std::move(message)); }
};

}  // namespace duban::test
