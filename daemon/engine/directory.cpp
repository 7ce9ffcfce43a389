#include "engine/directory.hpp"

#include <algorithm>

namespace duban::engine {
namespace {

/// Digits of a division code of this level (vocabulary.md 2.5); 0 if the name is no level.
size_t digits_of(std::string_view level) {
  if (level == "province") return 2;
  if (level == "city") return 4;
  if (level == "district") return 6;
  if (level == "town") return 9;
  return 0;
}

std::vector<std::string> strings_of(const cel::Value& list) {
  std::vector<std::string> out;
  if (!list.is(cel::Kind::list)) return out;
  for (const cel::Value& item : list.items()) out.emplace_back(item.string_or({}));
  return out;
}

bool serves_industry(const UnitCard& card, std::string_view industry) {
  return std::find(card.industries.begin(), card.industries.end(), industry) != card.industries.end();
}

}  // namespace

UnitFields::UnitFields(const event::EntityKind& unit)
    : kind(unit.layout->find("kind")),
      name(unit.layout->find("name")),
      area(unit.area),
      industries(unit.layout->find("industries")),
      posts(unit.layout->find("posts")) {}

UnitCard card_of(const ledger::Entity& unit, const UnitFields& fields) {
  UnitCard card;
  card.id = unit.key;
  card.kind = unit.text(fields.kind);
  card.name = unit.text(fields.name);
  card.area = unit.text(fields.area);
  if (fields.industries >= 0) card.industries = strings_of(unit.fields[fields.industries]);
  if (fields.posts >= 0 && unit.fields[fields.posts].is(cel::Kind::map))
    for (const cel::MapEntry& post : unit.fields[fields.posts].entries())
      if (!post.value.is(cel::Kind::null)) card.posts.emplace(post.key.string_or({}));
  return card;
}

bool is_authority(std::string_view unit_kind) { return unit_kind != "enterprise" && unit_kind != "person"; }

void Directory::update(const UnitCard& card, bool open) {
  for (auto& [kind, cards] : by_kind_)
    if (kind != card.kind) cards.erase(card.id);
  if (open && is_authority(card.kind))
    by_kind_[card.kind].insert_or_assign(card.id, card);
  else if (auto found = by_kind_.find(card.kind); found != by_kind_.end())
    found->second.erase(card.id);
}

const UnitCard* Directory::find(std::string_view role, std::string_view name, std::string_view level,
                                std::string_view area, std::string_view industry) const {
  const auto of_kind = by_kind_.find(role);
  if (of_kind == by_kind_.end()) return nullptr;
  const size_t digits = digits_of(level);
  const UnitCard* best = nullptr;
  for (const auto& [id, card] : of_kind->second) {
    if (!area.starts_with(card.area) || (digits != 0 && card.area.size() != digits)) continue;
    // headquarters:防汛 is 徽州区防汛抗旱指挥部 there and another one elsewhere.
    if (!name.empty() && card.name.find(name) == std::string::npos && card.id != name) continue;
    if (role == "department" && !serves_industry(card, industry)) continue;
    if (best == nullptr || card.area.size() > best->area.size()) best = &card;  // ties: the smaller id
  }
  return best;
}

}  // namespace duban::engine
