#include "app/demo_units.hpp"

#include <set>

namespace duban::app {
namespace {

constexpr int kEnterprises = 430;

std::string person(Dice& dice) {
  static const std::vector<std::string> family = {"汪", "程", "方", "吴", "胡", "江", "洪", "许",
                                                  "鲍", "潘", "曹", "罗", "余", "项", "叶", "谢"};
  static const std::vector<std::string> given = {"建国", "志强", "晓明", "海燕", "文军", "丽华", "永平",
                                                 "春生", "雪梅", "立新", "德胜", "佳慧", "振华", "玉兰",
                                                 "少华", "卫东", "宏伟", "静怡", "素珍", "家骏"};
  return dice.pick(family) + dice.pick(given);
}

Json post(Dice& dice) {
  static const std::vector<std::string> prefixes = {"138", "139", "151", "159", "180", "187"};
  std::string last = std::to_string(10'000 + dice.below(10'000)).substr(1);
  return {{"name", person(dice)}, {"phone", dice.pick(prefixes) + "****" + last}};
}

/// A trade name of two characters: 瑞丰, 恒达 …
std::string word(Dice& dice) {
  static const std::vector<std::string> first = {"瑞", "恒", "金", "鑫", "徽", "华", "源", "永", "丰", "新",
                                                 "宏", "顺", "天", "盛", "富", "安", "祥", "兴", "德", "和"};
  static const std::vector<std::string> second = {"丰", "达", "泰", "源", "盛", "昌", "隆", "通", "宇", "美",
                                                  "成", "林", "山", "海", "宝", "诚", "旺", "康", "晟", "辉"};
  return dice.pick(first) + dice.pick(second);
}

std::string number(int n, int digits) {
  std::string text = std::to_string(n);
  return std::string(digits > static_cast<int>(text.size()) ? digits - text.size() : 0, '0') + text;
}

/// A village's name without 村 or 社区, as an enterprise calls itself after it.
std::string short_name(const std::string& village) {
  for (const std::string suffix : {"社区", "村"}) {
    if (village.size() > suffix.size() + 3 && village.ends_with(suffix))
      return village.substr(0, village.size() - suffix.size());
  }
  return village;
}

}  // namespace

std::vector<Enterprise> found_enterprises(DemoScript& script) {
  Dice& dice = script.dice;
  std::vector<int> weights;
  for (const Trade& trade : trades()) weights.push_back(trade.weight);
  const Instant imported = script.at(script.workdays_after(script.first_day(), 0), 7, 30);
  std::vector<Enterprise> list;
  std::set<std::string> names;
  while (static_cast<int>(list.size()) < kEnterprises) {
    const Trade& trade = trades()[dice.weighted(weights)];
    const Village& village = dice.pick(villages());
    const std::string name = short_name(village.name) + word(dice) + dice.pick(trade.firms);
    if (!names.insert(name).second) continue;
    const std::string id = "E-" + number(static_cast<int>(list.size()) + 1, 4);
    const bool crowded = trade.industry == "tourism" || trade.industry == "culture" ||
                         trade.industry == "health" || trade.industry == "elderly_care" ||
                         trade.industry == "crowded_place";
    Json data = {{"party_id", id},
                 {"kind", "enterprise"},
                 {"name", name},
                 {"area", village.code},
                 {"industries", {trade.industry}},
                 {"supervisor", trade.department},
                 {"key", dice.chance(15)},
                 {"posts", {{"principal", post(dice)}, {"officer", post(dice)}}}};
    const bool key = data["key"].get<bool>();
    if (key && list.size() % 12 != 0) data["safety_committee"] = true;
    if (crowded) data["flags"] = Json::array({"crowded_place"});
    list.push_back({id, name, village.code, &trade, key, crowded});
    script.add(imported + std::chrono::seconds(list.size() - 1), "party.upserted", id, std::move(data));
  }
  return list;
}

}  // namespace duban::app
