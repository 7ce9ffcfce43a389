#include "app/message_link.hpp"

#include "core/log.hpp"
#include "core/signed_token.hpp"

namespace duban::app {

delivery::Link message_link(const Settings& settings, const Clock& clock) {
  const HttpSettings& http = settings.http;
  if (http.address.empty() || http.public_url.empty()) return settings.link();
  std::string error;
  std::string key = http_secret(http.link_key_file, settings.store_directory, "link-key", error);
  if (!error.empty()) {
    log::error("{}; messages have no link to confirm", error);
    return settings.link();
  }
  return [key = std::move(key), url = http.public_url, life = http.link_lifetime, &clock](
             const std::vector<std::string>& alerts, const std::vector<delivery::Addressee>& to) {
    const AcknowledgementLink link{alerts, to.size() == 1 ? to.front().recipient : std::string()};
    return url + "/a/" + sign_token(key, acknowledgement_payload(link), clock.now() + life);
  };
}

}  // namespace duban::app
