// An explanation in Chinese, for the person who was told and asks why.
#include <fmt/format.h>

#include <map>

#include "app/explain.hpp"
#include "rule/level.hpp"

namespace duban::app {
namespace {

std::string text(const Explanation& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool has(const Explanation& json, const char* name) {
  return json.is_object() && json.contains(name) && !json[name].is_null();
}

/// "2023-02-08T09:00:00+08:00" → "2023-02-08 09:00".
std::string minute(const std::string& instant) {
  return instant.size() < 16 ? instant : instant.substr(0, 10) + " " + instant.substr(11, 5);
}

std::string level_of(const Explanation& json) {
  const auto level = rule::parse_level(text(json, "level"));
  return level ? std::string(rule::chinese(*level)) : text(json, "level");
}

std::string outcome_of(const std::string& outcome) {
  static const std::map<std::string, std::string> names{
      {"fulfilled", "已完成"},   {"fulfilled_late", "逾期完成"}, {"missed", "未完成"},
      {"expired", "随触发结束"}, {"void", "条件不再成立"},       {"waived", "已豁免"},
      {"retired", "规则已撤"}};
  const auto found = names.find(outcome);
  return found != names.end() ? found->second : outcome;
}

std::string status_of(const Explanation& stage) {
  static const std::map<std::string, std::string> names{
      {"no instant", "时刻未定(所依的日期还没有,或遇休息日略过)"},
      {"ended before", "事项在此之前已结束"},
      {"before the opening", "早于立项,不补发"},
      {"skipped by a decision", "已有更高的决定,略过"},
      {"to come", "未到时刻"},
      {"condition", "轮到时未发:条件不成立、已签收,或同一时刻同级的后一环节已发"}};
  const std::string status = text(stage, "status");
  if (status == "said") {
    const std::string times = text(stage, "times");
    return "已发" + (times == "1" ? "" : " " + times + " 次") + ",最近 " + minute(text(stage, "last"));
  }
  const auto found = names.find(status);
  return found != names.end() ? found->second : status;
}

std::string result_of(const Explanation& delivery) {
  static const std::map<std::string, std::string> names{
      {"delivered", "已送达"}, {"retry", "未成,将重试"}, {"rejected", "被拒收"},   {"held", "暂存"},
      {"recorded", "只记录"},  {"dropped", "不发"},      {"withheld", "已不必说"}, {"decision", "决定"}};
  const auto found = names.find(text(delivery, "result"));
  return found != names.end() ? found->second : text(delivery, "result");
}

class Page {
 public:
  std::string tell(const Explanation& e) {
    if (e.contains("alert"))
      tell_alert(e);
    else
      tell_items(e);
    return std::move(out_);
  }

 private:
  template <typename... Args>
  void line(int depth, fmt::format_string<Args...> form, Args&&... args) {
    out_.append(static_cast<size_t>(depth) * 2, ' ');
    out_ += fmt::format(form, std::forward<Args>(args)...);
    out_ += '\n';
  }

  void tell_alert(const Explanation& e) {
    const Explanation& alert = e["alert"];
    line(0, "告警 {}", text(alert, "id"));
    line(1, "{} {}{}({}/{}){}", minute(text(alert, "at")), alert["proposal"].get<bool>() ? "拟" : "",
         level_of(alert), text(alert, "rule"), text(alert, "stage"),
         alert.contains("inputs_lost") ? ",当时与事件源失去联系" : "");
    line(1, "{}", text(alert, "text"));
    line(0, "起因");
    if (e["event"].is_null())
      line(1, "没有事件:事项由日历开启");
    else
      tell_event(1, e["event"]);
    tell_rule(e["rule"]);
    if (has(e, "conditions")) tell_conditions(e["conditions"]);
    tell_item(e["item"]);
    const Explanation& stage = e["stage"];
    line(0, "环节");
    line(1, "{}:{} → {}", text(stage, "id"), text(stage, "schedule"), minute(text(stage, "at")));
    tell_days(2, stage);
    if (has(stage, "if")) line(1, "条件 {}", text(stage, "if"));
    tell_recipients(e["recipients"]);
    tell_deliveries(e);
  }

  void tell_event(int depth, const Explanation& event) {
    line(depth, "{} {},发生 {},记录 {}", text(event, "type"), text(event, "id"), minute(text(event, "time")),
         minute(text(event, "at")));
    line(depth, "来自 {}/{}/{}", text(event, "topic"), text(event, "partition"), text(event, "offset"));
    if (has(event, "data")) line(depth, "{}", text(event, "data"));
  }

  /// The subject may have changed since the alert; the ledger keeps what is, and what has happened.
  void tell_conditions(const Explanation& conditions) {
    line(0, "条件(按对象现在的数据)");
    tell_trigger(conditions);
    if (has(conditions, "when")) tell_terms(1, "条件 when", conditions["when"]);
    if (has(conditions, "until")) tell_terms(1, "结束条件 until", conditions["until"]);
  }

  void tell_rule(const Explanation& rule) {
    line(0, "规则");
    line(1, "{}({})", text(rule, "title"), text(rule, "id"));
    const std::string version = text(rule, "version");
    if (has(rule, "file"))
      line(1, "{}:{},版本 {}{}", text(rule, "file"),
           text(rule, has(rule, "stage_line") ? "stage_line" : "line"), version,
           version == text(rule, "active_version") ? "(现用)" : ",现用版本 " + text(rule, "active_version"));
    std::string excerpt = text(rule, "excerpt");
    if (has(rule, "stage_excerpt")) excerpt = text(rule, "stage_excerpt") + "\n…\n" + excerpt;
    for (size_t begin = 0; begin < excerpt.size();) {
      const size_t end = std::min(excerpt.find('\n', begin), excerpt.size());
      line(1, "| {}", excerpt.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  void tell_item(const Explanation& item) {
    line(0, "事项");
    std::string due = text(item, "due");
    line(1, "开始 {}{}{}", minute(text(item, "opened")), due.empty() ? ",没有期限" : ",期限 " + minute(due),
         has(item, "ended")
             ? ",结束 " + minute(text(item, "ended")) + "(" + outcome_of(text(item, "outcome")) + ")"
             : "");
    if (!text(item, "span").empty() && text(item, "streak") != "0")
      line(1, "已连续 {} 期未完成", text(item, "streak"));
    if (has(item, "due_from")) tell_due(1, item["due_from"]);
  }

  void tell_due(int depth, const Explanation& due) {
    line(depth, "期限按 {} 得 {}{}", text(due, "schedule"), minute(text(due, "due")),
         due.value("provisional", false) ? "(所涉年度的放假安排未公布,暂定)" : "");
    tell_days(depth + 1, due);
    if (!has(due, "from")) return;
    const Explanation& from = due["from"];
    if (has(from, "event"))
      line(depth, "{} 由 {} {}(记录 {})给出", text(from, "field"), text(from["event"], "type"),
           text(from["event"], "id"), minute(text(from["event"], "at")));
    if (has(from, "expression")) line(depth, "算式 {}", text(from, "expression"));
    tell_days(depth + 1, from);
  }

  void tell_days(int depth, const Explanation& json) {
    if (!has(json, "days")) return;
    for (const Explanation& day : json["days"])
      line(depth, "{}{}", text(day, "text"),
           has(day, "count") ? "  第" + text(day, "count") + "个工作日" : "");
  }

  void tell_recipients(const Explanation& recipients) {
    line(0, "对象");
    for (const Explanation& one : recipients) {
      std::string who = text(one, "to");
      if (has(one, "unit")) who += "  " + text(one, "unit");
      if (has(one, "person")) who += " " + text(one, "person");
      const std::string by = text(one, "by");
      if (by == "orphan")
        who += ",所找的岗位无人担任,由最近的安委办代收";
      else if (!by.empty())
        who += ",按 " + by;
      line(1, "{}", who);
    }
  }

  void tell_deliveries(const Explanation& e) {
    line(0, "送达");
    if (e["deliveries"].empty()) line(1, "还没有送过");
    for (const Explanation& delivery : e["deliveries"])
      line(1, "{} {}{} {}{}{}", minute(text(delivery, "at")), text(delivery, "channel"),
           has(delivery, "recipient") ? " → " + text(delivery, "recipient") : "", result_of(delivery),
           text(delivery, "answer").empty() ? "" : ":" + text(delivery, "answer"),
           has(delivery, "next") ? ",下次 " + minute(text(delivery, "next")) : "");
    if (!has(e, "acknowledged")) return;
    for (const Explanation& ack : e["acknowledged"])
      line(1, "{} 签收:{}", minute(text(ack, "at")), text(ack, "by"));
  }

  void tell_items(const Explanation& e) {
    const Explanation& subject = e["subject"];
    line(0, "{}({})× {}/{}", text(e["rule"], "title"), text(e["rule"], "id"), text(subject, "kind"),
         text(subject, "id"));
    if (!subject.value("known", true)) {
      line(1, "账本里没有这个对象:没有收到产生它的事件,或事件被退回(死信)");
      tell_dead_letters(e["dead_letters"]);
      return;
    }
    line(1, "{},状态 {}{},截至 {}", text(subject, "title"), text(subject, "state"),
         subject["open"].get<bool>() ? "(未结)" : "(已结)", minute(text(e, "now")));
    tell_trigger(e);
    if (has(e, "when")) tell_terms(1, "条件 when", e["when"]);
    if (has(e, "until")) tell_terms(1, "结束条件 until", e["until"]);
    if (e["items"].empty()) line(1, "没有立项");
    tell_dead_letters(e["dead_letters"]);
    for (const Explanation& item : e["items"]) {
      line(0, "事项{}{}", text(item, "span").empty() ? "" : " " + text(item, "span"),
           item["open"].get<bool>()
               ? "(进行中)"
               : "(" + outcome_of(text(item, "outcome")) + "," + minute(text(item, "ended")) + ")");
      line(1, "开始 {}", minute(text(item, "opened")));
      if (has(item, "due_from")) tell_due(1, item["due_from"]);
      if (has(item, "near_miss")) line(1, "差一点:{}", text(item, "near_miss"));
      for (const Explanation& stage : item["stages"]) {
        line(1, "{} {}({})→ {}  {}", level_of(stage), text(stage, "id"), text(stage, "schedule"),
             has(stage, "at") ? minute(text(stage, "at")) : "?", status_of(stage));
        if (has(stage, "if")) tell_terms(2, "条件 if", stage["if"]);
      }
    }
  }

  void tell_dead_letters(const Explanation& letters) {
    for (const Explanation& letter : letters)
      line(1, "被退回的事件 {}/{}/{}({}):{} {}", text(letter, "topic"), text(letter, "partition"),
           text(letter, "offset"), minute(text(letter, "at")), text(letter, "code"), text(letter, "reason"));
  }

  void tell_trigger(const Explanation& e) {
    if (has(e, "spans") && !e["spans"].empty()) return tell_spans(e["spans"]);
    if (has(e, "trigger") && has(e["trigger"], "terms"))
      return tell_terms(1, "触发指标", e["trigger"]["terms"]);
    if (has(e, "trigger")) {
      const std::string when = text(e["trigger"], "when");
      line(1, "触发:现在没有仍在持续的 {}{}", text(e["trigger"], "event"),
           when.empty() ? "" : ",其中满足 " + when + " 的才触发");
    } else if (has(e, "spans")) {
      line(1, "触发:现在没有,日历里近期也没有");
    }
  }

  void tell_spans(const Explanation& spans) {
    for (const Explanation& span : spans)
      line(1, "触发 {}{}", text(span, "key"),
           span["live"].get<bool>() ? "(正在)" : "(下一个,自 " + minute(text(span, "opens")) + ")");
  }

  void tell_terms(int depth, const char* name, const Explanation& terms) {
    for (const Explanation& term : terms) {
      line(depth, "{}:{}  {}", name, text(term, "term"),
           text(term, "value") == "true" ? "成立" : "不成立(" + text(term, "value") + ")");
      if (!has(term, "fields")) continue;
      for (const Explanation& field : term["fields"])
        line(depth + 1, "{} = {}", text(field, "name"),
             has(field, "value") ? text(field, "value") : "(没有)");
    }
  }

  std::string out_;
};

}  // namespace

std::string explanation_text(const Explanation& explanation) { return Page().tell(explanation); }

}  // namespace duban::app
