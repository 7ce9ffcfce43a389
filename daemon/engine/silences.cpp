#include "engine/silences.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/impl.hpp"
#include "ledger/outbox.hpp"
#include "ledger/silences.hpp"

namespace duban::engine {
namespace {

/// Why a request cannot be a silence; empty if it can.
std::string fault_of(const SilenceRequest& request, Instant from, Instant at, const Zone& zone) {
  if (request.author.empty())
    return "silence: author is '', expected the name of who answers for it; say who you are";
  if (request.reason.empty())
    return "silence: reason is '', expected a sentence; say why nobody is to be told";
  if (request.until <= from || request.until <= at)
    return "silence: until is " + zone.format(request.until) + ", expected an instant after " +
           zone.format(std::max(from, at)) + "; set a later end";
  const cel::Compiled compiled = rule::compile_alert_condition(request.when);
  if (compiled.issues.empty()) return {};
  const cel::Issue& issue = compiled.issues.front();
  return "silence: when:" + std::to_string(issue.offset + 1) + ": " + issue.code + ' ' + issue.message +
         (issue.hint.empty() ? std::string() : "; " + issue.hint);
}

std::string id_of(const ledger::Silence& silence) {
  std::string text = silence.author;
  for (const std::string& part : {silence.reason, silence.when, std::to_string(ms_of(silence.from)),
                                  std::to_string(ms_of(silence.until))})
    text.append(1, '\0').append(part);
  return "s-" + hash128(text).hex().substr(0, 16);
}

std::string entry_of(const char* command, const ledger::Silence& silence, const std::string& origin) {
  return nlohmann::json{{"command", command},
                        {"id", silence.id},
                        {"author", silence.author},
                        {"reason", silence.reason},
                        {"when", silence.when},
                        {"from", ms_of(silence.from)},
                        {"until", ms_of(silence.until)},
                        {"ended_by", silence.ended_by},
                        {"origin", origin}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

SilenceAnswer Engine::Impl::add_silence(const SilenceRequest& request, Instant at) {
  ledger::Silence silence;
  silence.author = request.author;
  silence.reason = request.reason;
  silence.when = request.when;
  silence.from = std::max(request.from, at);
  silence.until = request.until;
  if (std::string fault = fault_of(request, silence.from, at, config->zone); !fault.empty())
    return {{}, std::move(fault)};
  silence.id = id_of(silence);
  in_transaction([&] {
    const auto all = ledger.silences().all();
    const bool known = std::any_of(all.begin(), all.end(), [&](const auto& s) { return s.id == silence.id; });
    if (known) return;
    ledger.silences().put(silence);
    note_silence("silence.added", silence, request.origin, at);
  });
  return {silence.id, {}};
}

SilenceEnded Engine::Impl::end_silence(const SilenceEnding& ending, Instant at) {
  SilenceEnded result = SilenceEnded::unknown;
  in_transaction([&] {
    for (ledger::Silence& silence : ledger.silences().all()) {
      if (silence.id != ending.id) continue;
      result = std::min(silence.until, silence.ended) <= at ? SilenceEnded::over : SilenceEnded::now;
      if (result == SilenceEnded::over) return;
      silence.ended = at;
      silence.ended_by = ending.by;
      ledger.silences().put(silence);
      ledger.outbox().release_deferred(silence.id, at);
      note_silence("silence.ended", silence, ending.origin, at);
    }
  });
  return result;
}

void Engine::Impl::note_silence(const char* command, const ledger::Silence& silence,
                                const std::string& origin, Instant at) {
  const std::string entry = entry_of(command, silence, origin);
  ledger.journal({0, at, ledger::JournalKind::command, {}, {}, 0, 0, entry});
  ledger.audit("silence", at, silence.id, entry);
}

/// Compiled once; a condition never changes under its id.
bool Engine::Impl::silence_fits(const ledger::Silence& silence, const rule::AlertFacts& facts) {
  auto& program = silence_conditions[silence.id];
  if (!program) program = rule::compile_alert_condition(silence.when).program;
  return program && holds(*program, facts);
}

}  // namespace duban::engine
