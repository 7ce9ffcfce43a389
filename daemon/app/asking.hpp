// What the commands share that ask a running daemon: its client, its lists page after page, its answers as
// text.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/api_client.hpp"
#include "app/command_ask.hpp"

namespace duban::app {

using Json = nlohmann::ordered_json;

/// Settings, client and its complaints, once for all these commands. The exit code.
int with_client(const AskArguments& arguments, Console& console,
                const std::function<int(const ApiClient&)>& work);
/// Says why the daemon did not do what was asked.
int refuse(const ApiAnswer& answer, Console& console);

/// A member as text; empty if it is not there or null.
std::string text_of(const Json& json, const char* name);
/// "2026-11-22 09:00"; a date stays one.
std::string minute(const std::string& rfc3339);

struct Listed {
  Json entries = Json::array();
  bool more = false;
  ApiAnswer failed;
};

/// Asks page after page until there are `limit` entries or no more.
Listed list(const ApiClient& client, const std::string& path, const char* name,
            const std::vector<std::pair<std::string, std::string>>& parameters, int limit);

}  // namespace duban::app
