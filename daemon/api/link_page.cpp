#include "api/link_page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/html.hpp"
#include "rule/level.hpp"

namespace duban::api {
namespace {

constexpr const char* kStyle =
    "body{font:17px/1.6 system-ui,sans-serif;max-width:36em;margin:0 "
    "auto;padding:1em;color:#222;background:#fff}"
    "h1{font-size:1.15em}dt{color:#666}dd{margin:0 0 .6em}"
    ".text{border-left:.3em solid #888;padding:.2em 0 .2em .8em}"
    ".notice .text{border-color:#2a6fd6}.warning .text{border-color:#e0b000}"
    ".serious .text{border-color:#e07000}.critical .text{border-color:#d02020}"
    "button{font:inherit;width:100%;padding:.7em;border:0;border-radius:.4em;background:#1a7f37;color:#fff}"
    ".done{color:#1a7f37;font-weight:bold}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}dt{color:#999}}";

Response page(int status, const std::string& title, const std::string& body) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy",
                       "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors "
                       "'none'; base-uri 'none'"},
                      {"Referrer-Policy", "no-referrer"},
                      {"X-Robots-Tag", "noindex"}};
  response.body =
      "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
      html(title) + "</title><style>" + kStyle + "</style></head>\n<body>\n" + body + "</body></html>\n";
  return response;
}

Response message_page(int status, const std::string& title, const std::string& text) {
  return page(status, title, "<h1>" + html(title) + "</h1>\n<p>" + html(text) + "</p>\n");
}

std::string text_at(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

nlohmann::json part_of(const nlohmann::json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_object() ? *found : nlohmann::json::object();
}

/// "2026-11-22 09:00"
std::string minute(const std::string& rfc3339) {
  std::string text = rfc3339.substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string row(const char* name, const std::string& value) {
  return value.empty() ? "" : std::string("<dt>") + name + "</dt><dd>" + html(value) + "</dd>\n";
}

std::string details(const nlohmann::json& alert) {
  const auto level = rule::parse_level(text_at(alert, "level"));
  const auto severity = rule::parse_severity(text_at(alert, "severity"));
  std::string kind;
  if (level) kind = rule::chinese(*level);
  if (severity) kind += (kind.empty() ? "" : " · ") + std::string(rule::chinese(*severity)) + "色";
  return "<dl>\n" + row("类别", kind) + row("单位", text_at(part_of(alert, "unit"), "name")) +
         row("事项", text_at(part_of(alert, "subject"), "title")) +
         row("期限", minute(text_at(part_of(alert, "item"), "due"))) +
         row("发出时间", minute(text_at(alert, "at"))) + row("编号", text_at(alert, "id")) + "</dl>\n";
}

struct Seen {
  std::optional<Instant> own;  // when this link's holder has confirmed
  std::set<std::string> others;
};

Seen seen_by(const AcknowledgementLink& link, const std::vector<ledger::Ledger::Acknowledgement>& acks) {
  Seen seen;
  for (const auto& ack : acks) {
    if (ack.by == person_of(link))
      seen.own = ack.at;
    else
      seen.others.insert(ack.by);
  }
  return seen;
}

/// Alerts of which one is not confirmed yet get the button.
std::string button(bool all_confirmed, const std::optional<Instant>& last, size_t others, const Zone& zone) {
  std::string text;
  if (all_confirmed && last)
    text += "<p class=\"done\">已确认收到(" + html(minute(zone.format(*last))) + ")</p>\n";
  else
    text += "<form method=\"post\"><button type=\"submit\">确认收到</button></form>\n";
  if (others > 0) text += "<p>另有" + std::to_string(others) + "人已确认。</p>\n";
  return text;
}

std::string section(const nlohmann::json& record) {
  return "<section class=\"" + html(text_at(record, "severity")) + "\">\n<p class=\"text\">" +
         html(text_at(record, "text")) + "</p>\n" + details(record) + "</section>\n";
}

}  // namespace

std::string html(std::string_view text) {
  std::string out;
  for (const char c : html_escaped(text)) c == '\n' ? out += "<br>" : out += c;
  return out;
}

std::string person_of(const AcknowledgementLink& link) {
  return link.recipient.empty() ? "link" : link.recipient;
}

Response link_page(Snapshots& snapshots, const AcknowledgementLink& link, const Zone& zone) {
  std::string sections;
  bool all_confirmed = true;
  std::optional<Instant> last;
  std::set<std::string> others;
  for (const std::string& id : link.alerts) {
    ledger::Ledger* ledger = snapshots.of_alert(id);
    const auto alert = ledger != nullptr ? ledger->alert(id) : std::nullopt;
    if (!alert) continue;
    const auto record = nlohmann::json::parse(alert->json, nullptr, false);
    if (!record.is_object()) continue;
    sections += section(record);
    Seen seen = seen_by(link, ledger->acknowledgements(id));
    all_confirmed = all_confirmed && seen.own;
    if (seen.own) last = std::max(last.value_or(*seen.own), *seen.own);
    others.merge(seen.others);
  }
  if (sections.empty()) return invalid_page();
  return page(200, "督办提醒",
              "<h1>督办提醒</h1>\n" + sections + button(all_confirmed, last, others.size(), zone));
}

Response expired_page() {
  return message_page(410, "链接已过期", "这条提醒的确认链接已过有效期。如仍需确认,请联系安委办值班室。");
}

Response invalid_page() {
  return message_page(404, "链接无效", "链接不完整或不正确。请从原消息中重新打开,不要手工修改地址。");
}

Response try_again_page() { return message_page(503, "暂时无法确认", "系统暂时不能保存,请稍后再试。"); }

}  // namespace duban::api
