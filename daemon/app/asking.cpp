#include "app/asking.hpp"

#include "api/query.hpp"
#include "app/exit_codes.hpp"

namespace duban::app {

int with_client(const AskArguments& arguments, Console& console,
                const std::function<int(const ApiClient&)>& work) {
  Diagnostics findings;
  const Settings settings = load_settings(arguments.config, findings);
  if (findings.has_errors()) {
    console.error << findings.text();
    return kConfiguration;
  }
  const ApiClient client(settings, arguments.url);
  if (client.error().empty()) return work(client);
  console.error << "duban: " << client.error() << '\n';
  return kDaemon;
}

int refuse(const ApiAnswer& answer, Console& console) {
  console.error << "duban: " << answer.error << '\n';
  return kDaemon;
}

std::string text_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string minute(const std::string& rfc3339) {
  std::string text = rfc3339.substr(0, 16);
  if (text.size() > 10) text[10] = ' ';
  return text;
}

Listed list(const ApiClient& client, const std::string& path, const char* name,
            const std::vector<std::pair<std::string, std::string>>& parameters, int limit) {
  Listed listed;
  std::string cursor;
  do {
    std::string target =
        path + "?limit=" + std::to_string(std::min(1'000, limit - static_cast<int>(listed.entries.size())));
    for (const auto& [key, value] : parameters)
      if (!value.empty()) target += "&" + key + "=" + api::percent_encode(value);
    if (!cursor.empty()) target += "&cursor=" + cursor;
    ApiAnswer answer = client.get(target);
    if (!answer.error.empty()) {
      listed.failed = std::move(answer);
      return listed;
    }
    for (Json& entry : answer.body[name]) listed.entries.push_back(std::move(entry));
    cursor = text_of(answer.body, "next");
  } while (!cursor.empty() && static_cast<int>(listed.entries.size()) < limit);
  listed.more = !cursor.empty();
  return listed;
}

}  // namespace duban::app
