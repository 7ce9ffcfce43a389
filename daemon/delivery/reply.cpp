#include "delivery/reply.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "delivery/answer_text.hpp"
#include "delivery/http_outcome.hpp"

namespace duban::delivery {
namespace {

std::string scalar_at(const nlohmann::json& document, const std::vector<std::string>& pointers) {
  for (const std::string& pointer : pointers) {
    const nlohmann::json::json_pointer place(pointer);
    if (!document.contains(place)) continue;
    const nlohmann::json& found = document.at(place);
    // Printing a list of lists is a recursion, and 64 KiB of brackets more than a stack holds.
    if (found.is_structured()) return found.type_name();
    return found.is_string() ? found.get<std::string>() : found.dump();
  }
  return {};
}

}  // namespace

Reply read_reply(std::string_view body, const ReplyForm& form) {
  const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
  Reply reply;
  if (document.is_discarded()) return reply;
  reply.code = scalar_at(document, form.code);
  reply.text = scalar_at(document, form.text);
  reply.readable = !reply.code.empty();
  return reply;
}

Verdict verdict_of(const std::vector<CodeRow>& table, std::string_view code) {
  for (const CodeRow& row : table) {
    const bool family = row.code.ends_with('*');
    if (family ? code.starts_with(row.code.substr(0, row.code.size() - 1)) : code == row.code) {
      return row.verdict;
    }
  }
  return {};
}

Outcome outcome_of(const Verdict& verdict, const std::string& code, const std::string& text) {
  std::string said = answer_text(fmt::format("{}: {}", code, text));
  if (!verdict.remedy.empty()) said += fmt::format(" ({})", verdict.remedy);
  switch (verdict.kind) {
    case Verdict::Kind::delivered:
      return Outcome::delivered(std::move(said));
    case Verdict::Kind::rejected:
      return Outcome::rejected(std::move(said));
    case Verdict::Kind::retry:
      return Outcome::retry(std::move(said));
    case Verdict::Kind::stop:
      break;
  }
  return Outcome::stop(std::move(said), verdict.pause);
}

Outcome reply_outcome(const HttpAnswer& answer, const ReplyForm& form, const std::vector<CodeRow>& table) {
  if (!answer.error.empty() || answer.status < 200 || answer.status >= 300) return http_outcome(answer);
  const Reply reply = read_reply(answer.body, form);
  if (!reply.readable) {
    return Outcome::stop(fmt::format("HTTP {} without the service's code: {} (check the channel's url)",
                                     answer.status, answer_text(answer.body)));
  }
  return outcome_of(verdict_of(table, reply.code), reply.code, reply.text);
}

}  // namespace duban::delivery
