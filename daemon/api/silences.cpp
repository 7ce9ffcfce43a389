// /api/v1/silences: what people are not told for a while, by whose word and why (engine/silences.hpp).
#include <algorithm>
#include <map>

#include "api/body.hpp"
#include "api/limits.hpp"
#include "api/page.hpp"
#include "api/server_impl.hpp"
#include "core/utf8.hpp"
#include "ledger/outbox.hpp"
#include "ledger/silences.hpp"
#include "rule/alert_facts.hpp"

namespace duban::api {
namespace {

/// A silence as all shards have it.
struct Shared {
  ledger::Silence silence;
  size_t shards = 0;  // that have it, in the same state
  size_t holds_back = 0;
};

enum class Which { current, all };

Instant end_of(const ledger::Silence& silence) { return std::min(silence.until, silence.ended); }

const char* state_of(const ledger::Silence& silence, Instant now) {
  return silence.active(now) ? "active" : end_of(silence) <= now ? "over" : "pending";
}

/// Those that are not over and, if asked for, the others; the last to begin first.
std::vector<Shared> read_silences(Snapshots& snapshots, Which which, Instant now) {
  std::map<std::string, Shared> by_id;
  for (size_t shard = 0; shard < snapshots.count(); ++shard) {
    ledger::Ledger& ledger = snapshots.ledger(shard);
    for (ledger::Silence& silence : ledger.silences().all()) {
      Shared& shared = by_id[silence.id];
      if (shared.shards == 0 || silence.ended == shared.silence.ended) ++shared.shards;
      if (shared.silence.id.empty() || silence.ended > shared.silence.ended)
        shared.silence = std::move(silence);
    }
    for (auto& [id, shared] : by_id)
      if (end_of(shared.silence) > now)
        shared.holds_back += ledger.outbox().notices().deferred(id, limits::kRowsLookedAt).size();
  }
  std::vector<Shared> found;
  for (auto& [id, shared] : by_id)
    if (which == Which::all || end_of(shared.silence) > now) found.push_back(std::move(shared));
  std::stable_sort(found.begin(), found.end(),
                   [](const Shared& a, const Shared& b) { return a.silence.from > b.silence.from; });
  return found;
}

Json silence_json(const Shared& shared, size_t shards, Instant now, const Zone& zone) {
  const ledger::Silence& silence = shared.silence;
  Json json{{"id", silence.id},
            {"state", state_of(silence, now)},
            {"author", silence.author},
            {"reason", silence.reason},
            {"when", silence.when},
            {"from", zone.format(silence.from)},
            {"until", zone.format(silence.until)},
            {"ended", silence.ended == kNever ? Json() : Json(zone.format(silence.ended))},
            {"ended_by", silence.ended == kNever ? Json() : Json(silence.ended_by)},
            {"holds_back", shared.holds_back}};
  // A process that was killed between two shards: to be ended, and added anew.
  if (shared.shards < shards) json["incomplete"] = true;
  return json;
}

Response silences_page(Snapshots& snapshots, const PageRequest& page, Which which, Instant now,
                       const Zone& zone) {
  const std::vector<Shared> found = read_silences(snapshots, which, now);
  const size_t from = page.cursor.empty() ? 0 : static_cast<size_t>(page.cursor[0]);
  Json entries = Json::array();
  for (size_t i = from; i < found.size() && entries.size() < page.limit; ++i)
    entries.push_back(silence_json(found[i], snapshots.count(), now, zone));
  const size_t next = from + entries.size();
  return page_response(
      "silences", std::move(entries),
      next < found.size() ? std::optional(cursor_text({static_cast<int64_t>(next)})) : std::nullopt);
}

Fault fault_of(const char* member, const std::string& value, const std::string& expected,
               const std::string& remedy) {
  return {400, std::string("request body, member '") + member + "'", value, expected, remedy};
}

std::optional<Fault> condition_fault(const std::string& when) {
  const cel::Compiled compiled = rule::compile_alert_condition(when);
  if (compiled.issues.empty()) return std::nullopt;
  const cel::Issue& issue = compiled.issues.front();
  const size_t column = utf8::count(std::string_view(when).substr(0, issue.offset)) + 1;
  return Fault{400, "request body, member 'when', column " + std::to_string(column),
               when.substr(std::min(issue.offset, when.size()), std::max<size_t>(issue.length, 1)),
               "a condition over alert (docs/delivery.md): " + issue.code + " " + issue.message,
               issue.hint.empty() ? "correct the condition" : issue.hint};
}

/// kNever if the member is not there.
std::variant<Instant, Fault> instant_of(const Members& members, const char* name, const Zone& zone) {
  const auto found = members.find(name);
  if (found == members.end()) return kNever;
  if (const auto instant = zone.parse(found->second)) return *instant;
  return fault_of(name, found->second, "a time", "write it like 2026-11-22T18:00");
}

std::variant<engine::SilenceRequest, Fault> read_silence(const Members& members, Instant now,
                                                         const Zone& zone) {
  engine::SilenceRequest request{members.at("by"), members.at("reason"), members.at("when")};
  if (auto fault = condition_fault(request.when)) return *fault;
  const auto from = instant_of(members, "from", zone);
  const auto until = instant_of(members, "until", zone);
  for (const auto* time : {&from, &until})
    if (const Fault* fault = std::get_if<Fault>(time)) return *fault;
  request.from = std::get<Instant>(from) == kNever ? now : std::max(now, std::get<Instant>(from));
  request.until = std::get<Instant>(until);
  const auto lasts = members.find("for");
  if ((lasts == members.end()) == (request.until == kNever))
    return fault_of("until", lasts == members.end() ? "none" : "beside 'for'",
                    "until, or for, one of the two", "say when the silence ends, or how long it lasts");
  if (lasts != members.end()) {
    const auto length = parse_duration(lasts->second);
    if (!length || *length <= Duration{0} || *length > limits::kLongestSilence)
      return fault_of("for", lasts->second, "a duration of at most a year", "write it like 90m, 24h or 10d");
    request.until = request.from + *length;
  }
  if (request.until <= request.from || request.until - request.from > limits::kLongestSilence)
    return fault_of("until", members.count("until") != 0 ? members.at("until") : lasts->second,
                    "a time after " + zone.format(request.from) + ", at most a year after it",
                    "set another end; what is never to be said is a matter of the rules");
  return request;
}

Response added_json(const engine::SilenceRequest& request, const std::string& id, const Zone& zone) {
  Response response;
  response.status = 201;
  response.body = json_text({{"id", id},
                             {"author", request.author},
                             {"reason", request.reason},
                             {"when", request.when},
                             {"from", zone.format(request.from)},
                             {"until", zone.format(request.until)}});
  return response;
}

Response ended_json(const engine::SilenceEnding& ending, engine::SilenceEnded result, Instant at,
                    const Zone& zone) {
  using Ended = engine::SilenceEnded;
  if (result == Ended::unknown)
    return error_response({404, "silence id", ending.id, "the id of a silence", "list /api/v1/silences"});
  if (result == Ended::over)
    return error_response({409, "silence id", ending.id, "a silence that is not over yet",
                           "nothing is left to do; /api/v1/silences?state=all says when it ended"});
  Response response;
  response.body = json_text({{"id", ending.id}, {"ended", zone.format(at)}, {"ended_by", ending.by}});
  return response;
}

}  // namespace

void Server::Impl::silences(Call call) {
  const auto read_request = read_page(call.request.query, {nullptr, nullptr, {"state"}}, nullptr);
  if (const Fault* fault = std::get_if<Fault>(&read_request)) return call.respond(error_response(*fault));
  PageRequest page = std::get<PageRequest>(read_request);
  const std::string state = page.parameters["state"];
  if (!state.empty() && state != "current" && state != "all")
    return call.respond(error_response({400, "query parameter 'state'", state, "current or all",
                                        "leave it out for those that are not over"}));
  read([page, which = state == "all" ? Which::all : Which::current, now = clock.now(),
        zone = zone()](Snapshots& snapshots) { return silences_page(snapshots, page, which, now, zone); },
       std::move(call.respond));
}

void Server::Impl::add_silence(Call call) {
  const auto members = read_members(
      call.request, {{"by", "who answers for it", "T-1/principal"},
                     {"reason", "why nobody is to be told", "停产检修", true, limits::kReasonBytes},
                     {"when", "a condition over alert", "alert.unit == 'E-1'", true, limits::kFilterBytes},
                     {"until", "when it ends", "2026-11-22T18:00", false},
                     {"for", "how long it lasts", "24h", false},
                     {"from", "when it begins", "2026-11-22T08:00", false}});
  if (const Fault* fault = std::get_if<Fault>(&members)) return call.respond(error_response(*fault));
  const Instant now = clock.now();
  auto silence = read_silence(std::get<Members>(members), now, zone());
  if (const Fault* fault = std::get_if<Fault>(&silence)) return call.respond(error_response(*fault));
  engine::SilenceRequest request = std::get<engine::SilenceRequest>(silence);
  request.origin = origin_of("api", call.request);
  backend.add_silence(request, now,
                      [request, zone = zone(), respond = std::move(call.respond)](
                          const std::optional<engine::SilenceAnswer>& answer) {
                        if (!answer) return respond(unwritable());
                        if (answer->id.empty())
                          return respond(error_response(
                              {400, "request body", request.when, answer->error, "correct the silence"}));
                        respond(added_json(request, answer->id, zone));
                      });
}

void Server::Impl::end_silence(Call call) {
  auto parameters = read_parameters(call.request.query, {"by"});
  if (const Fault* fault = std::get_if<Fault>(&parameters)) return call.respond(error_response(*fault));
  const std::string by = std::get<Parameters>(parameters)["by"];
  if (!is_plain(by, limits::kPersonBytes))
    return call.respond(error_response({400, "query parameter 'by'", by.empty() ? "none" : by,
                                        "who ends it, one line", "write it like ?by=T-1/principal"}));
  const engine::SilenceEnding ending{call.path[3], by, origin_of("api", call.request)};
  const Instant now = clock.now();
  backend.end_silence(ending, now,
                      [ending, now, zone = zone(),
                       respond = std::move(call.respond)](const std::optional<engine::SilenceEnded>& result) {
                        respond(result ? ended_json(ending, *result, now, zone) : unwritable());
                      });
}

}  // namespace duban::api
