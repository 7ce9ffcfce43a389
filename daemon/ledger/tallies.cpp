#include "ledger/tallies.hpp"

namespace duban::ledger {

namespace {

const std::array<std::string, kCounts> kNames{"entities", "open items", "alerts",      "pending",
                                              "held",     "rejected",   "dead letters"};
constexpr std::string_view kStatePrefix = "state ";

std::string state_name(std::string_view kind, std::string_view state) {
  std::string name(kStatePrefix);
  return name.append(kind).append(" ").append(state);
}

}  // namespace

Tallies::Tallies(Database& database)
    : select_(database, "SELECT name, count FROM tally", "reading the counters"),
      write_(database, "INSERT OR REPLACE INTO tally VALUES(?1, ?2)", "storing a counter") {
  refresh();
}

void Tallies::refresh() {
  Rows rows(select_);
  while (rows.next()) {
    const std::string_view name = select_.text(0);
    const int64_t n = select_.integer(1);
    if (name.starts_with(kStatePrefix)) states_[std::string(name)] = {n, n, n};
    for (size_t i = 0; i < kCounts; ++i) {
      if (name == kNames[i]) counts_[i] = {n, n, n};
    }
  }
}

void Tallies::add_state(std::string_view kind, std::string_view state, int64_t by) {
  states_[state_name(kind, state)].add(by);
}

int64_t Tallies::in_state(std::string_view kind, std::string_view state) const {
  const auto found = states_.find(state_name(kind, state));
  return found == states_.end() ? 0 : found->second.now;
}

void Tallies::store(const std::string& name, Number& number) {
  if (number.now == number.stored) return;
  write_.bind(1, name).bind(2, number.now).run();
  number.stored = number.now;
}

void Tallies::store() {
  for (size_t i = 0; i < kCounts; ++i) store(kNames[i], counts_[i]);
  for (auto& [name, number] : states_) store(name, number);
}

template <typename Action>
void Tallies::for_all(Action action) {
  for (Number& number : counts_) action(number);
  for (auto& [name, number] : states_) action(number);
}

void Tallies::committed() {
  for_all([](Number& number) { number.committed = number.stored; });
}

void Tallies::rolled_back() {
  for_all([](Number& number) { number.now = number.stored = number.committed; });
}

}  // namespace duban::ledger
