// What people read of a message, in Chinese: made of the records of the alerts that it carries.
//
// Of one alert its text. Of several the subjects one after the other, the most urgent first, each with all
// that is said about it (two reasons, one message); a bounded number by name, of the rest how many there are.
// The last line is the link to the board. What comes from events is data: line breaks and other control
// characters in a list's entries are spaces, so that no title can forge another entry.
//
// For channels that pass on structured data the body is one JSON object:
//   {"id": KEY, "at", "severity", "title", "text", "to": [{"recipient", "name", "mobile", "email",
//   "user_id"}],
//    "link", "alerts": [RECORD, …]}
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "delivery/channel.hpp"
#include "ledger/rows.hpp"

namespace duban::delivery {

/// Where people see these alerts (the first are the most urgent) and acknowledge them; empty: nowhere.
using Link =
    std::function<std::string(const std::vector<std::string>& alerts, const std::vector<Addressee>& to)>;

/// The message of a delivery. One that carries nothing is passed on as it is: body and key alone.
Message make_message(ledger::Delivery delivery, const Link& link);

}  // namespace duban::delivery
