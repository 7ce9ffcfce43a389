// What became of deliveries: each attempt, for explain and for the audit log.
#include <algorithm>

#include "core/digest.hpp"
#include "ledger/dead_letter_json.hpp"
#include "ledger/outbox.hpp"

namespace duban::ledger {

/// The digest stands for the whole record, which is in the alert's own row.
void Outbox::note(const Alert& alert) {
  audit_.add("alert", alert.at, alert.id,
             AuditBody()
                 .text("rule", names_.text(alert.rule))
                 .text("stage", names_.text(alert.stage))
                 .texts("channels", alert.channels)
                 .text("state", name(first_state(alert)))
                 .text("sha256", to_hex(sha256(alert.json)))
                 .str());
}

void Outbox::note(const Receipt& receipt, const Status& delivery) {
  std::string subject;
  if (delivery.dead_letter != 0) {
    if (const auto letter = dead_letters_.get(delivery.dead_letter)) subject = dead_letter_key(*letter);
  } else {
    subject = alerts_.id_of(delivery.alert);
  }
  AuditBody body;
  body.text("channel", delivery.channel);
  if (const auto notice = notices_.get(receipt.delivery)) body.text("to", notice->recipient);
  body.text("state", name(receipt.state)).text("answer", receipt.answer);
  audit_.add("attempt", receipt.at, subject, body.number("latency_ms", receipt.latency_ms).str());
}

bool Outbox::is_noted(const Receipt& receipt, int64_t last_attempt) {
  if (last_attempt == 0) return false;
  Rows rows(select_attempt_.bind(1, last_attempt));
  return rows.next() && instant_of_ms(select_attempt_.integer(2)) == receipt.at &&
         delivery_state(select_attempt_.integer(3)) == receipt.state &&
         select_attempt_.text(5) == receipt.answer && select_attempt_.integer(6) == receipt.latency_ms;
}

/// Each with what went on from it by other channels.
std::vector<int64_t> Outbox::with_successors(int64_t first, int64_t count) {
  std::vector<int64_t> found;
  for (int64_t delivery = first; delivery < first + count; ++delivery) {
    found.push_back(delivery);
    for (auto notice = notices_.get(delivery); notice && notice->successor != 0;
         notice = notices_.get(notice->successor))
      found.push_back(notice->successor);
  }
  return found;
}

std::vector<Ledger::DeliveryStatus> Outbox::delivery_status(std::string_view alert) {
  std::vector<Ledger::DeliveryStatus> found;
  const std::optional<int64_t> sequence = alerts_.sequence_of(alert);
  const std::optional<AlertRow> row = sequence ? alerts_.get(*sequence) : std::nullopt;
  if (!row) return found;
  for (const int64_t delivery : with_successors(row->first_delivery, row->deliveries))
    if (auto one = status(delivery)) found.push_back({std::move(one->channel), one->state, one->attempts});
  return found;
}

std::vector<Ledger::Attempt> Outbox::attempts(std::string_view id) {
  int64_t first = 0;
  int64_t count = 0;
  if (const std::optional<int64_t> sequence = alerts_.sequence_of(id)) {
    const std::optional<AlertRow> found = alerts_.get(*sequence);
    first = found ? found->first_delivery : 0;
    count = found ? found->deliveries : 0;
  } else {
    first = dead_letters_.delivery_of(id);
    count = first != 0 ? 1 : 0;
  }
  std::vector<std::pair<int64_t, Ledger::Attempt>> found;
  for (const int64_t delivery : with_successors(first, count)) {
    const std::optional<Status> last = status(delivery);
    const std::optional<NoticeRow> notice = notices_.get(delivery);
    for (int64_t at = last ? last->last_attempt : 0; at != 0;) {
      Rows rows(select_attempt_.bind(1, at));
      if (!rows.next()) break;
      Receipt receipt;
      receipt.delivery = delivery;
      receipt.at = instant_of_ms(select_attempt_.integer(2));
      receipt.state = delivery_state(select_attempt_.integer(3));
      receipt.next = instant_of_ms(select_attempt_.integer(4));
      receipt.answer = select_attempt_.text(5);
      receipt.latency_ms = static_cast<int32_t>(select_attempt_.integer(6));
      found.emplace_back(
          at, Ledger::Attempt{last->channel, notice ? notice->recipient : std::string(), std::move(receipt)});
      at = select_attempt_.integer(1);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Ledger::Attempt> result;
  for (auto& [sequence, attempt] : found) result.push_back(std::move(attempt));
  return result;
}

}  // namespace duban::ledger
