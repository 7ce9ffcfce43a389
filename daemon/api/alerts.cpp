// /api/v1/alerts and /api/v1/alerts/ID: what was said, what became of it, who has confirmed it.
#include <optional>

#include "api/limits.hpp"
#include "api/newest.hpp"
#include "api/page.hpp"
#include "api/server_impl.hpp"
#include "cel/type.hpp"

namespace duban::api {
namespace {

using cel::Type;
using cel::Value;

enum AlertField : int {
  kId,
  kAt,
  kRule,
  kStage,
  kLevel,
  kSeverity,
  kProposal,
  kKind,
  kSubject,
  kTitle,
  kUnit,
  kArea,
  kTo,
  kText,
  kAcknowledged,
  kAlertFields
};

const cel::RecordType* alert_fields() {
  const Type text = Type::of(Type::Base::string);
  const Type flag = Type::of(Type::Base::boolean);
  static const cel::RecordType* type =
      cel::RecordType::make("alert entry", {{"id", text},
                                            {"at", Type::of(Type::Base::timestamp)},
                                            {"rule", text},
                                            {"stage", text},
                                            {"level", Type::one_of(rule::level_names())},
                                            {"severity", Type::one_of(rule::severity_names())},
                                            {"proposal", flag},
                                            {"kind", text},
                                            {"subject", text},
                                            {"title", text},
                                            {"unit", text},
                                            {"area", text},
                                            {"to", Type::list_of(text)},
                                            {"text", text},
                                            {"acknowledged", flag}});
  return type;
}

/// A text member of `json`, or absent.
Value text_at(const Json& json, const char* name, cel::Arena& arena) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string()
             ? Value::of(arena.copy(found->get_ref<const std::string&>()))
             : Value::absent();
}

Value alert_value(const ledger::Alert& alert, const Json& record, bool acknowledged, cel::Arena& arena) {
  Value* fields = arena.values(kAlertFields);
  std::fill_n(fields, static_cast<size_t>(kAlertFields), Value::absent());
  fields[kId] = Value::of(std::string_view(alert.id));
  fields[kAt] = Value::of(alert.at);
  for (const auto& [field, name] : {std::pair{kRule, "rule"},
                                    {kStage, "stage"},
                                    {kLevel, "level"},
                                    {kSeverity, "severity"},
                                    {kText, "text"}})
    fields[field] = text_at(record, name, arena);
  fields[kProposal] = Value::of(record.value("proposal", false));
  fields[kAcknowledged] = Value::of(acknowledged);
  if (const auto subject = record.find("subject"); subject != record.end() && subject->is_object()) {
    fields[kKind] = text_at(*subject, "kind", arena);
    fields[kSubject] = text_at(*subject, "id", arena);
    fields[kTitle] = text_at(*subject, "title", arena);
  }
  if (const auto unit = record.find("unit"); unit != record.end() && unit->is_object()) {
    fields[kUnit] = text_at(*unit, "id", arena);
    fields[kArea] = text_at(*unit, "area", arena);
  }
  const Json to = record.value("to", Json::array());
  Value* recipients = arena.values(to.size());
  size_t count = 0;
  for (const Json& recipient : to)
    if (recipient.is_string()) recipients[count++] = Value::of(arena.copy(recipient.get<std::string>()));
  fields[kTo] = Value::of(std::span<const Value>(recipients, count));
  return Value::of_record(alert_fields(), fields);
}

Json acknowledgements_json(const std::vector<ledger::Ledger::Acknowledgement>& acks, const Zone& zone) {
  Json list = Json::array();
  for (const auto& ack : acks)
    list.push_back({{"by", ack.by}, {"at", zone.format(ack.at)}, {"from", ack.origin}});
  return list;
}

const char* state_of(const ledger::Alert& alert) {
  return alert.recorded ? "recorded" : alert.held ? "held" : "out";
}

/// The record as it went out, and what became of it.
Json alert_json(ledger::Ledger& ledger, const ledger::Alert& alert, Json record,
                const std::vector<ledger::Ledger::Acknowledgement>& acks, const Zone& zone) {
  record["state"] = state_of(alert);
  record["acknowledged"] = acknowledgements_json(acks, zone);
  Json deliveries = Json::array();
  for (const auto& delivery : ledger.delivery_status(alert.id))
    deliveries.push_back({{"channel", delivery.channel},
                          {"state", ledger::name(delivery.state)},
                          {"attempts", delivery.attempts}});
  record["deliveries"] = std::move(deliveries);
  return record;
}

Json record_of(const ledger::Alert& alert) {
  Json record = Json::parse(alert.json, nullptr, false);
  return record.is_object() ? record : Json{{"id", alert.id}};
}

Response alerts_page(Snapshots& snapshots, PageRequest page, const Zone& zone) {
  Newest<ledger::Alert> alerts(snapshots, page.cursor,
                               [](ledger::Ledger& ledger, int64_t before, size_t limit) {
                                 return ledger.alerts_before(before, limit);
                               });
  Json entries = Json::array();
  cel::Arena arena;
  for (size_t looked_at = 0; entries.size() < page.limit; ++looked_at) {
    if (looked_at == limits::kRowsLookedAt || page.filter.exhausted())
      return page_response("alerts", std::move(entries), cursor_text(alerts.position()));
    size_t shard = 0;
    const ledger::Alert* alert = alerts.next(shard);
    if (alert == nullptr) return page_response("alerts", std::move(entries), std::nullopt);
    ledger::Ledger& ledger = snapshots.ledger(shard);
    const auto acks = ledger.acknowledgements(alert->id);
    Json record = record_of(*alert);
    arena.reset();
    if (page.filter.any() || page.filter.wants(alert_value(*alert, record, !acks.empty(), arena), arena))
      entries.push_back(alert_json(ledger, *alert, std::move(record), acks, zone));
  }
  return page_response("alerts", std::move(entries), cursor_text(alerts.position()));
}

Response one_alert(Snapshots& snapshots, const std::string& id, const Zone& zone) {
  ledger::Ledger* ledger = snapshots.of_alert(id);
  const std::optional<ledger::Alert> alert = ledger != nullptr ? ledger->alert(id) : std::nullopt;
  if (!alert)
    return error_response({404, "alert id", id, "the id of an alert that was raised", "list /api/v1/alerts"});
  Json json = alert_json(*ledger, *alert, record_of(*alert), ledger->acknowledgements(id), zone);
  Json attempts = Json::array();
  for (const auto& attempt : ledger->attempts(id))
    attempts.push_back({{"channel", attempt.channel},
                        {"to", attempt.recipient.empty() ? Json() : Json(attempt.recipient)},
                        {"at", zone.format(attempt.receipt.at)},
                        {"state", ledger::name(attempt.receipt.state)},
                        {"answer", attempt.receipt.answer},
                        {"latency_ms", attempt.receipt.latency_ms}});
  json["attempts"] = std::move(attempts);
  Response response;
  response.body = json_text(json);
  return response;
}

}  // namespace

void Server::Impl::alerts(Call call) {
  const ListKind kind{"alert", alert_fields(), {}};
  auto page = read_page(call.request.query, kind, backend.configuration());
  if (const Fault* fault = std::get_if<Fault>(&page)) return call.respond(error_response(*fault));
  read([page = std::get<PageRequest>(page),
        zone = zone()](Snapshots& snapshots) { return alerts_page(snapshots, page, zone); },
       std::move(call.respond));
}

void Server::Impl::alert(Call call) {
  read([id = call.path[3], zone = zone()](Snapshots& snapshots) { return one_alert(snapshots, id, zone); },
       std::move(call.respond));
}

}  // namespace duban::api
