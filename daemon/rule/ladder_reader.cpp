// Which stages a rule has: ladders by area, the rule's own stages over them.
#include <algorithm>

#include "rule/codes.hpp"
#include "rule/one_stage_reader.hpp"
#include "rule/stage_reader.hpp"

namespace duban::rule {
namespace {

/// A stage as it will be read: what the ladder says of it below what the rule says.
struct Entry {
  std::string id;
  Layered keys;
  bool removed = false;
};

std::string id_of(const yaml::Reader& stage) {
  const yaml::Reader id = stage.required("id");
  return id && check_id(id) ? id.string() : std::string();
}

std::vector<Entry> ladder_entries(const std::vector<yaml::Reader>& stages) {
  std::vector<Entry> entries;
  for (const yaml::Reader& stage : stages) {
    const std::string id = id_of(stage);
    const auto same = [&](const Entry& entry) { return entry.id == id; };
    if (id.empty()) continue;
    if (std::any_of(entries.begin(), entries.end(), same))
      stage.error(codes::kDuplicateStage, "stage '" + id + "' stands twice in this ladder",
                  "rename one of them");
    else
      entries.push_back({id, {stage, {}}, false});
  }
  return entries;
}

/// Adds the rule's own stages, or lays them over those of the same id.
void overlay(std::vector<Entry>& entries, const std::vector<yaml::Reader>& own) {
  const size_t inherited = entries.size();
  std::vector<std::string> seen;
  for (const yaml::Reader& stage : own) {
    const std::string id = id_of(stage);
    if (id.empty()) continue;
    if (std::find(seen.begin(), seen.end(), id) != seen.end()) {
      stage.error(codes::kDuplicateStage, "stage '" + id + "' stands twice in this rule",
                  "rename one of them");
      continue;
    }
    seen.push_back(id);
    const bool off = stage.get("off").boolean(false);
    const auto found = std::find_if(entries.begin(), entries.begin() + static_cast<ptrdiff_t>(inherited),
                                    [&](const Entry& entry) { return entry.id == id; });
    if (found != entries.begin() + static_cast<ptrdiff_t>(inherited)) {
      found->keys = {stage, found->keys.own};
      found->removed = off;
    } else if (off) {
      std::vector<std::string> known;
      for (const Entry& entry : entries) known.push_back(entry.id);
      stage.error(codes::kUnknownStage, "stage '" + id + "' is not in the ladder and cannot be turned off",
                  known.empty() ? "the rule has no ladder" : suggest(id, known));
    } else {
      entries.push_back({id, {stage, {}}, false});
    }
  }
}

std::vector<Stage> read_entries(std::vector<Entry> entries, const StageScope& scope) {
  std::vector<std::string> ids;
  for (const Entry& entry : entries) {
    if (!entry.removed) ids.push_back(entry.id);
  }
  std::vector<Stage> stages;
  for (const Entry& entry : entries) {
    if (entry.removed) {
      for (const char* key : {"id", "off"}) (void)entry.keys.own.get(key);
      entry.keys.own.finish();
    } else {
      stages.push_back(read_stage(entry.id, entry.keys, ids, scope));
    }
  }
  return stages;
}

bool is_division(const std::string& area) {
  return area.size() >= 2 && area.size() <= 12 &&
         std::all_of(area.begin(), area.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Ladders::read(const yaml::Reader& file) {
  for (const auto& [name, ladder] : file.get("ladders").entries()) {
    if (ladders_.contains(name)) {
      file.diagnostics().error(codes::kDuplicateLadder, ladder.key_place(),
                               "ladder '" + name + "' is declared twice",
                               "the other is at " + ladders_.at(name).reader.key_place().file + ":" +
                                   std::to_string(ladders_.at(name).reader.key_place().line));
      continue;
    }
    ladders_.emplace(name, Ladder{ladder, ladder.items(), false});
  }
}

const std::vector<yaml::Reader>* Ladders::find(const yaml::Reader& where) {
  const std::string name = where.string();
  if (const auto found = ladders_.find(name); found != ladders_.end()) {
    found->second.used = true;
    return &found->second.stages;
  }
  std::vector<std::string> known;
  for (const auto& [ladder, unused] : ladders_) known.push_back(ladder);
  where.error(codes::kUnknownLadder, "unknown ladder '" + name + "'",
              known.empty() ? "no file declares ladders" : suggest(name, known));
  return nullptr;
}

void Ladders::warn_unused() const {
  for (const auto& [name, ladder] : ladders_) {
    if (ladder.used) continue;
    ladder.reader.diagnostics().warning(codes::kUnusedLadder, ladder.reader.key_place(),
                                        "no rule names ladder '" + name + "'",
                                        "remove it, or name it in a rule");
  }
}

std::vector<std::pair<std::string, std::vector<Stage>>> read_stages(const yaml::Reader& rule,
                                                                    const StageScope& scope,
                                                                    Ladders& ladders) {
  const yaml::Reader ladder = rule.get("ladder");
  const std::vector<yaml::Reader> own = rule.get("stages").items();
  std::vector<std::pair<std::string, const std::vector<yaml::Reader>*>> named;
  if (ladder.is_map()) {
    for (const auto& [area, name] : ladder.entries()) {
      if (area != "default" && !is_division(area))
        rule.diagnostics().error(codes::kBadLadderArea, name.key_place(),
                                 "'" + area + "' is not a division code",
                                 "write 2 to 12 digits in quotes, or default");
      named.emplace_back(area == "default" ? "" : area, ladders.find(name));
    }
  } else if (ladder) {
    named.emplace_back("", ladders.find(ladder));
  }
  const bool everywhere =
      std::any_of(named.begin(), named.end(), [](const auto& n) { return n.first.empty(); });
  if (!everywhere && !own.empty()) named.emplace_back("", nullptr);
  if (named.empty())
    rule.diagnostics().error(codes::kNoStages, rule.place(),
                             "this rule has no stages and would never say anything",
                             "add stages, or name a ladder");
  std::vector<std::pair<std::string, std::vector<Stage>>> stages;
  for (const auto& [area, of_ladder] : named) {
    std::vector<Entry> entries = of_ladder == nullptr ? std::vector<Entry>{} : ladder_entries(*of_ladder);
    overlay(entries, own);
    stages.emplace_back(area, read_entries(std::move(entries), scope));
  }
  std::stable_sort(stages.begin(), stages.end(),
                   [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
  return stages;
}

}  // namespace duban::rule
