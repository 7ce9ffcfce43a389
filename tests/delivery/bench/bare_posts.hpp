// The comparison: for posts libcurl's multi_socket interface on Asio, for mails its easy interface (which
// waits, as the other does for mails too), and nothing else.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace duban::bench {

/// Seconds that `total` posts of one body with these headers take, `concurrency` at a time.
double bare_posts(const std::string& url, const std::string& body, const std::vector<std::string>& headers,
                  size_t total, size_t concurrency);

/// Seconds that `total` mails of this text take over one kept connection.
double bare_mails(const std::string& url, const std::string& from, const std::string& to,
                  const std::string& text, size_t total);

}  // namespace duban::bench
