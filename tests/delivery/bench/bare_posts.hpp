// The comparison: libcurl's multi_socket interface on Asio, as stack-notes/curlm.cpp has it, and nothing
// else.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace duban::bench {

/// Seconds that `total` posts of one body with these headers take, `concurrency` at a time.
double bare_posts(const std::string& url, const std::string& body, const std::vector<std::string>& headers,
                  size_t total, size_t concurrency);

}  // namespace duban::bench
