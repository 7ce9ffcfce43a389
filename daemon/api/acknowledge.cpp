// Acknowledgements: by bearer for programs and `duban ack`, by signed link for people. Whoever looks at a
// link has confirmed nothing (chat programs fetch links to show a preview); the button on its page does.
#include "api/body.hpp"
#include "api/link_page.hpp"
#include "api/page.hpp"
#include "api/server_impl.hpp"
#include "core/signed_token.hpp"

namespace duban::api {
namespace {

Response acknowledged_json(const Acknowledging& ack, Acknowledged result, const Zone& zone) {
  switch (result) {
    case Acknowledged::unknown_alert:
      return error_response(
          {404, "alert id", ack.alert, "the id of an alert that was raised", "list /api/v1/alerts"});
    case Acknowledged::failed:
      return unwritable();
    case Acknowledged::before:
    case Acknowledged::now:
      break;
  }
  Response response;
  response.status = result == Acknowledged::now ? 201 : 200;
  response.body = json_text({{"alert", ack.alert},
                             {"by", ack.by},
                             {"at", zone.format(ack.at)},
                             {"already", result == Acknowledged::before}});
  return response;
}

}  // namespace

void Server::Impl::acknowledge(Call call) {
  const auto members = read_members(call.request, {{"by", "who confirms", "T-1/principal"}});
  if (const Fault* fault = std::get_if<Fault>(&members)) return call.respond(error_response(*fault));
  const Acknowledging ack{call.path[3], std::get<Members>(members).at("by"), clock.now(),
                          origin_of("api", call.request)};
  backend.acknowledge(ack, [ack, zone = zone(), respond = std::move(call.respond)](Acknowledged result) {
    respond(acknowledged_json(ack, result, zone));
  });
}

/// The alert that a link is for; null, and answered, if the link is good for nothing.
std::optional<AcknowledgementLink> Server::Impl::open_link(const Call& call) {
  const OpenedToken token = open_token(options.link_key, call.path[1], clock.now());
  const auto link = read_acknowledgement_payload(token.payload);
  if (token.fault == TokenFault::none && link) return link;
  call.respond(token.fault == TokenFault::expired ? expired_page() : invalid_page());
  return std::nullopt;
}

void Server::Impl::show_link(Call call) {
  const auto link = open_link(call);
  if (!link) return;
  read([link = *link, zone = zone()](Snapshots& snapshots) { return link_page(snapshots, link, zone); },
       std::move(call.respond));
}

void Server::Impl::confirm_link(Call call) {
  const auto link = open_link(call);
  if (!link) return;
  struct Confirming {
    size_t left = 0;
    bool failed = false;
    bool known = false;  // one alert at least
    std::string token;
    Respond respond;
  };
  auto confirming = std::make_shared<Confirming>();
  confirming->left = link->alerts.size();
  confirming->token = call.path[1];
  confirming->respond = std::move(call.respond);
  for (const std::string& alert : link->alerts)
    backend.acknowledge({alert, person_of(*link), clock.now(), origin_of("link", call.request)},
                        [confirming](Acknowledged result) {
                          confirming->failed = confirming->failed || result == Acknowledged::failed;
                          confirming->known = confirming->known || result != Acknowledged::unknown_alert;
                          if (--confirming->left > 0) return;
                          if (confirming->failed) return confirming->respond(try_again_page());
                          if (!confirming->known) return confirming->respond(invalid_page());
                          Response response;  // to the page, which now shows it; a reload sends nothing again
                          response.status = 303;
                          response.headers.emplace_back("Location", confirming->token);
                          confirming->respond(std::move(response));
                        });
}

}  // namespace duban::api
