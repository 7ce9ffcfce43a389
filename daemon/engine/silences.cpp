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

std::string entry_of(const char* command, const ledger::Silence& silence) {
  return nlohmann::json{{"command", command},
                        {"id", silence.id},
                        {"author", silence.author},
                        {"reason", silence.reason},
                        {"when", silence.when},
                        {"from", ms_of(silence.from)},
                        {"until", ms_of(silence.until)},
                        {"ended_by", silence.ended_by}}
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
    note_silence("silence.added", silence, at);
  });
  return {silence.id, {}};
}

std::string Engine::Impl::end_silence(const std::string& id, const std::string& by, Instant at) {
  std::string refused = "silence: id is '" + id + "', expected the id of a silence; list them";
  in_transaction([&] {
    for (ledger::Silence& silence : ledger.silences().all()) {
      if (silence.id != id) continue;
      refused = std::min(silence.until, silence.ended) <= at
                    ? "silence: " + id + " is over since " +
                          config->zone.format(std::min(silence.until, silence.ended)) +
                          ", expected an active one; nothing is left to do"
                    : std::string();
      if (!refused.empty()) return;
      silence.ended = at;
      silence.ended_by = by;
      ledger.silences().put(silence);
      ledger.outbox().release_deferred(id, at);
      note_silence("silence.ended", silence, at);
    }
  });
  return refused;
}

void Engine::Impl::note_silence(const char* command, const ledger::Silence& silence, Instant at) {
  const std::string entry = entry_of(command, silence);
  ledger.journal({0, at, ledger::JournalKind::command, {}, {}, 0, 0, entry});
  ledger.audit("silence", at, silence.id, entry);
}

/// Compiled once; a condition never changes under its id.
bool Engine::Impl::silence_fits(const ledger::Silence& silence, const rule::AlertFacts& facts) {
  auto& program = silence_conditions[silence.id];
  if (!program) program = rule::compile_alert_condition(silence.when).program;
  return program && holds(*program, facts);
}

std::vector<ledger::Silence> Engine::Impl::all_silences(Instant at) {
  std::vector<ledger::Silence> all = ledger.silences().all();
  std::sort(all.begin(), all.end(), [at](const ledger::Silence& a, const ledger::Silence& b) {
    return std::tuple(!a.active(at), a.from, a.id) < std::tuple(!b.active(at), b.from, b.id);
  });
  return all;
}

}  // namespace duban::engine
