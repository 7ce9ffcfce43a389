// What an HTTP answer means for a delivery.
//
// | answer | outcome | why |
// |---|---|---|
// | 2xx | delivered | |
// | 429, 503 | retry, the channel pauses | the receiver wants less; Retry-After is honoured |
// | 408 409 425, other 5xx | retry | this attempt failed; 409: the same key is being worked on |
// | 3xx, 401 403 404 405 407 410 | retry, the channel stops | its url or its credentials are wrong: a person
//   mends the settings and everything goes out; marking each alert as rejected would ask a thousand decisions
//   |
// | other 4xx | rejected | this message, and it would be refused again: a person decides |
// | no answer | retry; the channel stops if nothing gets through at all | |
//
// Redirects are not followed: a body with names and numbers goes where settings say and nowhere else.
#pragma once

#include "delivery/channel.hpp"
#include "delivery/http_client.hpp"

namespace duban::delivery {

Outcome http_outcome(const HttpAnswer& answer);

}  // namespace duban::delivery
