#include "app/command_silence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/query.hpp"
#include "app/asking.hpp"
#include "app/exit_codes.hpp"
#include "app/text_table.hpp"
#include "core/diagnostic.hpp"

namespace duban::app {
namespace {

/// A string of the expression language.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

/// "unit=E-1" → "alert.unit == 'E-1'"; an area is matched with all that lies in it.
std::string condition_of(const std::string& matcher, std::string& error) {
  static const std::vector<std::string> names{"rule", "stage", "subject",  "kind",    "unit",
                                              "area", "level", "severity", "industry"};
  const size_t equals = matcher.find('=');
  const std::string name = matcher.substr(0, equals);
  const std::string value = equals == std::string::npos ? std::string() : matcher.substr(equals + 1);
  if (value.empty() || std::find(names.begin(), names.end(), name) == names.end()) {
    error = fmt::format(
        "'{}' matches nothing; expected NAME=VALUE with rule, stage, subject, kind, unit, "
        "area, level, severity or industry; {}",
        matcher, value.empty() ? "write it like unit=E-1" : suggest(name, names));
    return {};
  }
  if (name == "area") return "within(alert.area, " + quoted(value) + ")";
  const size_t slash = value.find('/');
  if (name != "subject" || slash == std::string::npos) return "alert." + name + " == " + quoted(value);
  return "alert.kind == " + quoted(value.substr(0, slash)) +
         " && alert.subject == " + quoted(value.substr(slash + 1));
}

int refuse_usage(const std::string& what, Console& console) {
  console.error << "duban: " << what << "\nduban silence add --help shows examples\n";
  return kUsage;
}

}  // namespace

std::string silence_condition(const SilenceArguments& arguments, std::string& error) {
  std::string condition;
  const auto add = [&condition](const std::string& part) {
    condition += (condition.empty() ? "" : " && ") + part;
  };
  for (const std::string& matcher : arguments.matchers) {
    const std::string part = condition_of(matcher, error);
    if (!error.empty()) return {};
    add(part);
  }
  if (!arguments.when.empty()) add(condition.empty() ? arguments.when : "(" + arguments.when + ")");
  if (condition.empty() && arguments.every) return "true";
  if (condition.empty())
    error = "silence: what is to be silenced is not said; name it (unit=E-1, rule=…, --when CEL), or --every";
  else if (arguments.every)
    error = "silence: --every silences all there is; leave it out, or the matchers";
  return condition;
}

int silence_add_command(const SilenceArguments& arguments, Console& console) {
  std::string error;
  const std::string when = silence_condition(arguments, error);
  if (!error.empty()) return refuse_usage(error, console);
  Json body{{"by", arguments.by}, {"reason", arguments.reason}, {"when", when}};
  for (const auto& [name, value] :
       {std::pair{"from", arguments.from}, {"until", arguments.until}, {"for", arguments.lasts}})
    if (!value.empty()) body[name] = value;
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const ApiAnswer answer = client.post("/api/v1/silences", body);
    if (!answer.error.empty()) return refuse(answer, console);
    if (arguments.ask.json)
      console.out << answer.body.dump() << '\n';
    else
      console.out << fmt::format("{} from {} until {}: {}\n", text_of(answer.body, "id"),
                                 minute(text_of(answer.body, "from")), minute(text_of(answer.body, "until")),
                                 text_of(answer.body, "when"));
    return static_cast<int>(kOk);
  });
}

int silence_list_command(const SilenceArguments& arguments, Console& console) {
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const Listed listed = list(client, "/api/v1/silences", "silences",
                               {{"state", arguments.all ? "all" : "current"}}, arguments.limit);
    if (!listed.failed.error.empty()) return refuse(listed.failed, console);
    std::vector<TextRow> rows;
    for (const Json& silence : listed.entries) {
      if (arguments.ask.json) console.out << silence.dump() << '\n';
      const std::string ended = text_of(silence, "ended");
      std::string state = text_of(silence, "state");
      if (silence.value("incomplete", false)) state += ", not in all shards: end it and add it anew";
      rows.push_back({text_of(silence, "id"), state, minute(text_of(silence, "from")),
                      minute(ended.empty() ? text_of(silence, "until") : ended), text_of(silence, "author"),
                      text_of(silence, "reason"), text_of(silence, "holds_back"), text_of(silence, "when")});
    }
    if (!arguments.ask.json)
      print_table(console.out, {"id", "state", "from", "until", "by", "reason", "holds", "condition"}, rows);
    console.error << rows.size() << " shown" << (listed.more ? "; there are more: --limit" : "") << '\n';
    return static_cast<int>(kOk);
  });
}

int silence_end_command(const SilenceArguments& arguments, Console& console) {
  return with_client(arguments.ask, console, [&](const ApiClient& client) {
    const ApiAnswer answer = client.remove("/api/v1/silences/" + api::percent_encode(arguments.id) +
                                           "?by=" + api::percent_encode(arguments.by));
    if (!answer.error.empty()) return refuse(answer, console);
    if (arguments.ask.json)
      console.out << answer.body.dump() << '\n';
    else
      console.out << fmt::format("{} is ended by {}; what it held back and is still current goes out\n",
                                 text_of(answer.body, "id"), text_of(answer.body, "ended_by"));
    return static_cast<int>(kOk);
  });
}

}  // namespace duban::app
