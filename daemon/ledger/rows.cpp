#include "ledger/rows.hpp"

namespace duban::ledger {

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::open:
      return "";
    case Outcome::fulfilled:
      return "fulfilled";
    case Outcome::fulfilled_late:
      return "fulfilled_late";
    case Outcome::missed:
      return "missed";
    case Outcome::expired:
      return "expired";
    case Outcome::void_:
      return "void";
    case Outcome::waived:
      return "waived";
    case Outcome::retired:
      return "retired";
  }
  return "";
}

std::string_view name(DeliveryState state) {
  switch (state) {
    case DeliveryState::pending:
    case DeliveryState::gathered:
      return "pending";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::rejected:
      return "rejected";
    case DeliveryState::held:
      return "held";
    case DeliveryState::recorded:
      return "recorded";
    case DeliveryState::dropped:
      return "dropped";
    case DeliveryState::withheld:
      return "withheld";
  }
  return "";
}

}  // namespace duban::ledger
