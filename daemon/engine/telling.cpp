// Who is told of an alert and how: decided when it is raised. Where they are reached: when it is sent.
#include <algorithm>

#include "core/hash.hpp"
#include "engine/impl.hpp"
#include "ledger/plan.hpp"

namespace duban::engine {
namespace {

std::string first_of(const cel::Value& holder, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const std::string_view text = holder.get(key).string_or({}); !text.empty()) return std::string(text);
  return {};
}

void take_holder(ledger::Person& person, const cel::Value& holder) {
  person.name = first_of(holder, {"name"});
  person.mobile = first_of(holder, {"mobile", "phone"});
  person.email = first_of(holder, {"email", "mail"});
  person.user_id = first_of(holder, {"user_id", "wecom"});
}

/// Two posts with the same name and address are one person; a post of which nothing is known is itself.
std::string identity(const ledger::Person& person) {
  if (person.mobile.empty() && person.email.empty() && person.user_id.empty()) return person.recipient;
  const std::string& address = !person.mobile.empty()  ? person.mobile
                               : !person.email.empty() ? person.email
                                                       : person.user_id;
  return person.name + '\0' + address;
}

ledger::Plan plan_of(const rule::Telling& telling) {
  ledger::Plan plan;
  for (const rule::Telling::Step& step : telling.steps) plan.steps.push_back({step.channel, step.after});
  if (telling.quiet) plan.quiet = ledger::Plan::Quiet{telling.quiet->first, telling.quiet->second};
  plan.digest = telling.digest_at;
  return plan;
}

}  // namespace

/// The posts of a unit, or null if it has none that are known.
cel::Value Engine::Impl::posts_of(std::string_view unit_id) {
  if (unit_kind == nullptr || unit_fields->posts < 0) return cel::Value::absent();
  const Entity* unit = ledger.find(*unit_kind, unit_id);
  return unit != nullptr && unit->known ? unit->fields[unit_fields->posts] : cel::Value::absent();
}

/// Who holds a post now. An office answers for the posts that nobody holds (`orphan`) by whoever is on duty;
/// a post that has become vacant since is answered for by the nearest office.
ledger::Person Engine::Impl::person_of(const std::string& recipient) {
  ledger::Person person;
  person.recipient = recipient;
  const size_t slash = recipient.rfind('/');
  if (slash == std::string::npos) return person;
  const std::string unit = recipient.substr(0, slash);
  const std::string post = recipient.substr(slash + 1);
  if (const cel::Value holder = posts_of(unit).get(post); holder.is(cel::Kind::map)) {
    take_holder(person, holder);
    return person;
  }
  std::string office = unit;
  if (post != "orphan" && unit_kind != nullptr) {
    const Entity* entity = ledger.find(*unit_kind, unit);
    const UnitCard* nearest =
        entity != nullptr ? directory.nearest_office(entity->text(unit_fields->area)) : nullptr;
    if (nearest == nullptr) return person;
    office = nearest->id;
  }
  for (const char* stands_in : {"orphan", "duty", "officer", "principal"}) {
    const cel::Value holder = posts_of(office).get(stands_in);
    if (!holder.is(cel::Kind::map)) continue;
    take_holder(person, holder);
    break;
  }
  return person;
}

/// One notice for each person and first channel, however many posts and routes lead there.
std::vector<ledger::Notice> Engine::Impl::notices(const rule::Way& way, const rule::AlertFacts& facts) {
  std::vector<ledger::Notice> out;
  std::vector<std::string> told;
  for (const rule::Way::Person& to : way.people) {
    const std::string& recipient = (*facts.to)[to.recipient];
    const std::string person = identity(person_of(recipient));
    std::string once = to.telling->steps.front().channel + '\0' + person;
    if (std::find(told.begin(), told.end(), once) != told.end()) continue;
    told.push_back(std::move(once));
    std::string group;
    for (const rule::GroupBy by : to.telling->group_by)
      group.append(rule::group_value(by, facts, person)).append(1, '\0');
    const ledger::Plan plan = plan_of(*to.telling);
    const bool critical = facts.severity == rule::Severity::critical;
    const Instant due = critical ? now : plan.time_to_tell(now + to.telling->group_wait, config->zone);
    out.push_back({recipient, plan.text(), hash64(group), due});
  }
  return out;
}

void Engine::Impl::address(ledger::Delivery& delivery) {
  std::vector<std::string> known;
  for (const ledger::Carried& carried : delivery.carried) {
    ledger::Person person = person_of(carried.recipient);
    std::string who = identity(person);
    if (std::find(known.begin(), known.end(), who) != known.end()) continue;
    known.push_back(std::move(who));
    delivery.to.push_back(std::move(person));
  }
}

}  // namespace duban::engine
