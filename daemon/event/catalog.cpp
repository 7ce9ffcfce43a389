#include "event/catalog.hpp"

#include <algorithm>

namespace duban::event {
namespace {

const State* find_state(const EntityKind& kind, std::string_view state) {
  const auto found =
      std::find_if(kind.states.begin(), kind.states.end(), [&](const State& s) { return s.name == state; });
  return found == kind.states.end() ? nullptr : &*found;
}

}  // namespace

bool EntityKind::is_open(std::string_view state) const {
  const State* found = find_state(*this, state);
  return found != nullptr && found->open;
}

bool EntityKind::has_state(std::string_view state) const { return find_state(*this, state) != nullptr; }

bool EventType::legal_in(std::string_view state) const {
  if (kind == nullptr) return false;
  if (from_any_open && kind->is_open(state)) return true;
  return std::find(from.begin(), from.end(), state) != from.end();
}

const EntityKind* Catalog::kind(std::string_view name) const {
  const auto found = kind_by_name_.find(name);
  return found == kind_by_name_.end() ? nullptr : found->second;
}

const EventType* Catalog::event(std::string_view type) const {
  const auto found = event_by_name_.find(type);
  return found == event_by_name_.end() ? nullptr : found->second;
}

const std::vector<std::string>* Catalog::list(std::string_view name) const {
  const auto found = lists_.find(std::string(name));
  return found == lists_.end() ? nullptr : &found->second;
}

std::vector<std::string> Catalog::kind_names() const {
  std::vector<std::string> names;
  for (const auto& kind : kinds_) names.push_back(kind->name);
  return names;
}

std::vector<std::string> Catalog::event_names() const {
  std::vector<std::string> names;
  for (const auto& event : events_) names.push_back(event->name);
  return names;
}

}  // namespace duban::event
