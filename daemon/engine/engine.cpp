#include "engine/engine.hpp"

#include "engine/impl.hpp"

namespace duban::engine {

Engine::Engine(ledger::Ledger& ledger, std::shared_ptr<const rule::Configuration> configuration,
               Options options)
    : impl_(std::make_unique<Impl>(ledger, std::move(configuration), std::move(options))) {}
Engine::~Engine() = default;

Applied Engine::apply(const Batch& batch) { return impl_->apply(batch); }

std::string Engine::configure(std::shared_ptr<const rule::Configuration> configuration, Instant at) {
  return impl_->configure(std::move(configuration), at);
}

std::string Engine::objection(const rule::Configuration& next) { return impl_->objection(next); }

const std::shared_ptr<const rule::Configuration>& Engine::configuration() const { return impl_->config; }

void Engine::set_catching_up(bool catching_up) { impl_->catching_up = catching_up; }

void Engine::caught_up(Instant at) { impl_->release_held(at); }

void Engine::settle(std::span<const ledger::Receipt> receipts) {
  impl_->in_transaction([&] {
    for (const ledger::Receipt& receipt : receipts) impl_->ledger.settle(receipt);
  });
}

Outgoing Engine::outgoing(Instant now, const std::vector<ledger::ChannelRoom>& rooms,
                          const std::set<int64_t>& in_flight) {
  return impl_->outgoing(now, rooms, in_flight);
}

SilenceAnswer Engine::add_silence(const SilenceRequest& request, Instant at) {
  return impl_->add_silence(request, at);
}

SilenceEnded Engine::end_silence(const SilenceEnding& ending, Instant at) {
  return impl_->end_silence(ending, at);
}

Engine::Acknowledged Engine::acknowledge(const ledger::Ledger::Acknowledgement& acknowledgement) {
  Acknowledged result = Acknowledged::unknown_alert;
  impl_->in_transaction([&] { result = impl_->acknowledge(acknowledgement); });
  return result;
}

Instant Engine::next_instant() { return std::min(impl_->ledger.next_agenda(), impl_->boundary); }

Instant Engine::instant() const { return impl_->last_input; }

ledger::Ledger& Engine::ledger() { return impl_->ledger; }

uint8_t home_slot(std::string_view kind, std::string_view key) {
  constexpr size_t kAlertId = 35;  // two hexadecimal digits, '-' and 32 more
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (kind == kProposal && key.size() == kAlertId && key[2] == '-') {
    const size_t high = kDigits.find(key[0]);
    const size_t low = kDigits.find(key[1]);
    if (high != std::string_view::npos && low != std::string_view::npos)
      return static_cast<uint8_t>(high * 16 + low);
  }
  return slot_of(kind, key);
}

bool concerns(const rule::Configuration& configuration, const event::Event& event, Ownership ownership) {
  const event::EventType& type = *event.type;
  const std::string_view name =
      type.kind != nullptr ? std::string_view(type.kind->name) : std::string_view(type.name);
  const std::string_view key = type.kind != nullptr ? event.key : event.id;
  if (ownership.count == 1 || ownership.owns(home_slot(name, key))) return true;
  if (type.kind == nullptr || type.decides || configuration.replicated(*type.kind)) return true;
  const auto index = static_cast<size_t>(type.index);
  return !configuration.rules.by_evidence[index].empty() || !configuration.rules.by_trigger[index].empty();
}

}  // namespace duban::engine
