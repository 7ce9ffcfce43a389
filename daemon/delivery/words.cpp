#include "delivery/words.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/limits.hpp"
#include "delivery/alert_view.hpp"
#include "rule/level.hpp"

namespace duban::delivery {
namespace {

using nlohmann::json;

std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

std::string colour(const std::string& severity) {
  return std::string(rule::chinese(rule::parse_severity(severity).value_or(rule::Severity::notice)));
}

/// All that is said about one subject.
struct Subject {
  std::string key;   // kind and id
  std::string name;  // unit and title
  std::vector<const AlertView*> alerts;
};

std::string name_of(const AlertView& alert) {
  const std::string title = alert.subject_title.empty() ? alert.subject_id : alert.subject_title;
  if (alert.unit_name.empty() || alert.unit_name == title) return one_line(title);
  return one_line(alert.unit_name + ":" + title);
}

/// In order of their most urgent alert.
std::vector<Subject> by_subject(const std::vector<AlertView>& alerts) {
  std::vector<Subject> subjects;
  for (const AlertView& alert : alerts) {
    const std::string key = alert.subject_kind + '/' + alert.subject_id;
    auto found =
        std::find_if(subjects.begin(), subjects.end(), [&](const Subject& s) { return s.key == key; });
    if (found == subjects.end()) found = subjects.insert(subjects.end(), {key, name_of(alert), {}});
    found->alerts.push_back(&alert);
  }
  return subjects;
}

std::string list_of(const std::vector<Subject>& subjects, size_t count) {
  std::string text;
  size_t named = 0;
  for (size_t i = 0; i < subjects.size() && named < limits::kNamedInMessage; ++i) {
    const Subject& subject = subjects[i];
    text += std::to_string(i + 1) + ". 【" + colour(subject.alerts.front()->severity) + "】" + subject.name +
            '\n';
    std::set<std::string> said;  // the same words once, whoever they were for
    for (const AlertView* alert : subject.alerts) {
      if (named == limits::kNamedInMessage) break;
      ++named;
      if (said.insert(alert->text).second) text += "  " + one_line(alert->text) + '\n';
    }
  }
  if (named < count) text += "另有 " + std::to_string(count - named) + " 条\n";
  return text;
}

void say(Message& message, const std::vector<AlertView>& alerts) {
  const AlertView& first = alerts.front();
  message.severity = first.severity;
  const std::string mark = "【" + colour(first.severity) + "】";
  if (alerts.size() == 1) {
    message.title = mark + name_of(first);
    message.text = first.text + '\n';
    return;
  }
  const std::vector<Subject> subjects = by_subject(alerts);
  message.title = mark + name_of(first) +
                  (subjects.size() > 1 ? "等" + std::to_string(subjects.size()) + "项" : std::string()) +
                  "," + std::to_string(alerts.size()) + "条督办提醒";
  message.text = list_of(subjects, alerts.size());
}

json people(const std::vector<Addressee>& to) {
  json out = json::array();
  for (const Addressee& one : to)
    out.push_back({{"recipient", one.recipient},
                   {"name", one.name},
                   {"mobile", one.mobile},
                   {"email", one.email},
                   {"user_id", one.user_id}});
  return out;
}

/// The records are JSON already: they are put in as they are.
std::string body_of(const Message& message, const std::string& at, const std::string& link,
                    const std::vector<ledger::Carried>& carried) {
  const json head{
      {"id", message.key},    {"at", at},     {"severity", message.severity}, {"title", message.title},
      {"text", message.text}, {"link", link}, {"to", people(message.to)}};
  std::string body = head.dump(-1, ' ', false, json::error_handler_t::replace);
  body.pop_back();
  body += ",\"alerts\":[";
  std::set<std::string> known;
  for (const ledger::Carried& one : carried) {
    if (!known.insert(one.alert).second) continue;
    if (known.size() > 1) body += ',';
    body += one.json;
  }
  return body + "]}";
}

}  // namespace

Message make_message(ledger::Delivery delivery, const Link& link) {
  Message message;
  message.delivery = delivery.id;
  message.key = std::move(delivery.alert);
  message.body = std::move(delivery.body);
  message.at = delivery.at;
  message.attempts = delivery.attempts;
  if (delivery.carried.empty()) return message;
  for (ledger::Person& person : delivery.to)
    message.to.push_back({std::move(person.recipient), std::move(person.name), std::move(person.mobile),
                          std::move(person.email), std::move(person.user_id)});
  std::vector<AlertView> alerts;
  std::vector<std::string> ids;
  for (const ledger::Carried& carried : delivery.carried) {
    const bool known = std::find(ids.begin(), ids.end(), carried.alert) != ids.end();
    std::optional<AlertView> view = known ? std::nullopt : read_alert(carried.json);
    if (!view) continue;
    ids.push_back(carried.alert);
    alerts.push_back(*std::move(view));
  }
  if (alerts.empty()) return message;  // the channel rejects it: it has no body
  std::stable_sort(alerts.begin(), alerts.end(), [](const AlertView& a, const AlertView& b) {
    return rule::parse_severity(a.severity) > rule::parse_severity(b.severity);
  });
  say(message, alerts);
  const std::string where = link ? link(ids, message.to) : std::string();
  if (!where.empty()) message.text += "详情:" + where + '\n';
  message.body = body_of(message, alerts.front().at, where, delivery.carried);
  return message;
}

}  // namespace duban::delivery
