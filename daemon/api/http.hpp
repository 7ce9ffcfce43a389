// A request and its response as plain data, so that what answers knows nothing of the HTTP library.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace duban::api {

struct Request {
  std::string method;  // "GET"
  std::string path;    // as it came, still percent-encoded
  std::string query;   // behind '?', still percent-encoded
  std::string body;
  std::string authorization;
  std::string content_type;
  std::string forwarded_for;  // X-Forwarded-For, as it came
  std::string remote;         // address of the client
};

struct Response {
  int status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  // the connection, too
};

/// Called once, on the event loop, at once or later.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

}  // namespace duban::api
