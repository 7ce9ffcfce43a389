#include "app/command_ask.hpp"

#include <fmt/format.h>

#include <functional>

#include "api/query.hpp"
#include "app/asking.hpp"
#include "app/exit_codes.hpp"
#include "app/text_table.hpp"
#include "rule/level.hpp"

namespace duban::app {
namespace {

Json part_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_object() ? *found : Json::object();
}

std::string joined(const Json& texts) {
  std::string all;
  for (const Json& text : texts)
    if (text.is_string()) all += (all.empty() ? "" : ", ") + text.get<std::string>();
  return all;
}

using RowOf = std::function<TextRow(const Json&)>;

int print_list(const ListArguments& arguments, const std::string& path, const char* name, const TextRow& head,
               const RowOf& row_of, Console& console) {
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const Listed listed =
        list(client, path, name,
             {{"filter", arguments.filter}, {"state", arguments.state}, {"subject", arguments.subject}},
             arguments.limit);
    if (!listed.failed.error.empty()) return refuse(listed.failed, console);
    if (arguments.ask.json) {
      for (const Json& entry : listed.entries) console.out << entry.dump() << '\n';
    } else {
      std::vector<TextRow> rows;
      for (const Json& entry : listed.entries) rows.push_back(row_of(entry));
      print_table(console.out, head, rows);
    }
    console.error << listed.entries.size() << " shown"
                  << (listed.more ? "; there are more: --limit, or narrow them with --filter" : "") << '\n';
    return static_cast<int>(kOk);
  });
}

std::string level_of(const Json& entry) {
  const auto level = rule::parse_level(text_of(entry, "level"));
  const auto severity = rule::parse_severity(text_of(entry, "severity"));
  std::string text = level ? std::string(rule::chinese(*level)) : "";
  if (severity) text += "·" + std::string(rule::chinese(*severity));
  return text;
}

std::string subject_of(const Json& entry) {
  const Json subject = part_of(entry, "subject");
  return text_of(subject, "kind") + "/" + text_of(subject, "id");
}

TextRow alert_row(const Json& alert) {
  size_t delivered = 0;
  const Json deliveries = alert.value("deliveries", Json::array());
  for (const Json& delivery : deliveries) delivered += text_of(delivery, "state") == "delivered";
  const std::string state = text_of(alert, "state");
  std::string who;
  for (const Json& ack : alert.value("acknowledged", Json::array()))
    who += (who.empty() ? "" : ", ") + text_of(ack, "by");
  return {text_of(alert, "id"),
          minute(text_of(alert, "at")),
          level_of(alert),
          subject_of(alert),
          state == "out" ? fmt::format("{}/{} sent", delivered, deliveries.size()) : state,
          who.empty() ? "-" : who,
          text_of(alert, "text")};
}

void print_alert(const Json& alert, std::ostream& out) {
  out << text_of(alert, "text") << "\n\n";
  const std::vector<std::pair<const char*, std::string>> lines{
      {"id", text_of(alert, "id")},
      {"at", text_of(alert, "at")},
      {"level", level_of(alert)},
      {"rule", text_of(alert, "rule") + "/" + text_of(alert, "stage")},
      {"subject", subject_of(alert)},
      {"unit", text_of(part_of(alert, "unit"), "id") + " " + text_of(part_of(alert, "unit"), "name")},
      {"due", text_of(part_of(alert, "item"), "due")},
      {"to", joined(alert.value("to", Json::array()))},
      {"state", text_of(alert, "state")}};
  for (const auto& [name, value] : lines) out << fmt::format("{:<8} {}\n", name, value);
  for (const Json& ack : alert.value("acknowledged", Json::array()))
    out << fmt::format("{:<8} {} {} ({})\n", "seen by", text_of(ack, "by"), minute(text_of(ack, "at")),
                       text_of(ack, "from"));
  std::vector<TextRow> rows;
  for (const Json& attempt : alert.value("attempts", Json::array()))
    rows.push_back({text_of(attempt, "at"), text_of(attempt, "channel"), text_of(attempt, "state"),
                    text_of(attempt, "latency_ms") + " ms", text_of(attempt, "answer")});
  if (!rows.empty()) out << '\n';
  print_table(out, {"attempt", "channel", "state", "took", "answer"}, rows);
}

void print_status(const Json& status, std::ostream& out) {
  out << (status.value("ready", false) ? "ready" : "not ready") << '\n';
  for (const Json& reason : status.value("not_ready", Json::array()))
    out << "  " << reason.get<std::string>() << '\n';
  const std::string behind = text_of(status, "behind_ms");
  out << fmt::format("\n{:<14} {}\n", "configuration", text_of(status, "configuration"));
  out << fmt::format(
      "{:<14} {}{}\n", "applied up to", text_of(status, "settled"),
      behind.empty() ? "" : fmt::format(" ({:.1f} s behind the clock)", std::stod(behind) / 1e3));
  const Json ledger = part_of(status, "ledger");
  for (const auto& [name, label] : {std::pair{"open_items", "open items"},
                                    {"alerts", "alerts"},
                                    {"held", "  held"},
                                    {"rejected", "  rejected"},
                                    {"dead_letters", "dead letters"}})
    out << fmt::format("{:<14} {}\n", label, text_of(ledger, name));
  const Json since = part_of(status, "since_start");
  out << fmt::format("{:<14} {} events in {} batches, {} refused\n\n", "since start",
                     text_of(since, "events"), text_of(since, "batches"), text_of(since, "refusals"));
  std::vector<TextRow> rows;
  for (const Json& input : status.value("inputs", Json::array()))
    rows.push_back({text_of(input, "topic") + "/" + text_of(input, "partition"),
                    text_of(input, "next_offset"), text_of(input, "lag")});
  print_table(out, {"input", "next offset", "lag"}, rows);
  if (!rows.empty()) out << '\n';
  rows.clear();
  const Json channels = part_of(status, "channels");
  for (const auto& [name, channel] : channels.items()) {
    std::string state =
        channel.value("stopped", false) ? "stopped: " + text_of(channel, "last_failure") : "works";
    if (channel.value("unknown", false)) state = "not in the settings; its alerts wait";
    rows.push_back({name, text_of(channel, "pending"), text_of(channel, "in_flight"),
                    text_of(channel, "delivered"), text_of(channel, "retried"), text_of(channel, "rejected"),
                    state});
  }
  print_table(out, {"channel", "waiting", "under way", "delivered", "retried", "rejected", "state"}, rows);
}

}  // namespace

int status_command(const AskArguments& arguments, Console& console) {
  return with_client(arguments, console, [&](const ApiClient& client) {
    const ApiAnswer answer = client.get("/api/v1/status");
    if (!answer.error.empty()) return refuse(answer, console);
    if (arguments.json)
      console.out << answer.body.dump() << '\n';
    else
      print_status(answer.body, console.out);
    return static_cast<int>(answer.body.value("ready", false) ? kOk : kFindings);
  });
}

int alerts_command(const ListArguments& arguments, const std::string& id, Console& console) {
  if (id.empty())
    return print_list(arguments, "/api/v1/alerts", "alerts",
                      {"id", "time", "level", "subject", "state", "seen by", "text"}, alert_row, console);
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const ApiAnswer answer = client.get("/api/v1/alerts/" + api::percent_encode(id));
    if (!answer.error.empty()) return refuse(answer, console);
    if (arguments.ask.json)
      console.out << answer.body.dump() << '\n';
    else
      print_alert(answer.body, console.out);
    return static_cast<int>(kOk);
  });
}

int items_command(const ListArguments& arguments, Console& console) {
  return print_list(
      arguments, "/api/v1/items", "items", {"rule", "subject", "unit", "due", "next", "state", "title"},
      [](const Json& item) -> TextRow {
        const std::string outcome = text_of(item, "outcome");
        const std::string level = level_of(item);
        return {text_of(item, "rule"),
                subject_of(item),
                text_of(part_of(item, "unit"), "id"),
                minute(text_of(item, "due")),
                minute(text_of(item, "next")),
                !outcome.empty() ? outcome
                : level.empty()  ? "open"
                                 : "open, " + level,
                text_of(part_of(item, "subject"), "title")};
      },
      console);
}

int dead_letters_command(const ListArguments& arguments, Console& console) {
  return print_list(
      arguments, "/api/v1/dead-letters", "dead_letters", {"position", "time", "code", "reason"},
      [](const Json& letter) -> TextRow {
        return {
            text_of(letter, "topic") + "/" + text_of(letter, "partition") + "/" + text_of(letter, "offset"),
            minute(text_of(letter, "at")), text_of(letter, "code"), text_of(letter, "reason")};
      },
      console);
}

int ack_command(const AckArguments& arguments, Console& console) {
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const ApiAnswer answer =
        client.post("/api/v1/alerts/" + api::percent_encode(arguments.alert) + "/acknowledgement",
                    Json{{"by", arguments.by}});
    if (!answer.error.empty()) return refuse(answer, console);
    if (arguments.ask.json)
      console.out << answer.body.dump() << '\n';
    else
      console.out << fmt::format("{} is acknowledged by {}{}\n", text_of(answer.body, "alert"),
                                 text_of(answer.body, "by"),
                                 answer.body.value("already", false) ? " already; nothing was changed" : "");
    return static_cast<int>(kOk);
  });
}

}  // namespace duban::app
