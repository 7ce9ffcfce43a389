#include "core/chinese_typing.hpp"

#include <algorithm>
#include <utility>

#include "core/utf8.hpp"

namespace duban {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair kPunctuation[] = {{"\u3002", "."},
                                 {"\u201c", "a straight quote"},
                                 {"\u201d", "a straight quote"},
                                 {"\u2018", "a straight quote"},
                                 {"\u2019", "a straight quote"},
                                 {"\uff02", "a straight quote"},
                                 {"\uff07", "a straight quote"},
                                 {"\u3010", "["},
                                 {"\u3011", "]"},
                                 {"\u300a", "<"},
                                 {"\u300b", ">"},
                                 {"\u3001", ","},
                                 {"\uffe5", "$"},
                                 {"\u2264", "<="},
                                 {"\u2265", ">="},
                                 {"\u2260", "!="},
                                 {"\u00d7", "*"},
                                 {"\u00f7", "/"},
                                 {"\u2014", "-"},
                                 {"\u2013", "-"},
                                 {"\u2212", "-"},
                                 {"\u3000", "a space"},
                                 {"\u00a0", "a space"}};

constexpr Pair kWords[] = {
    // keys
    {"规则", "rules"},
    {"梯级", "ladders"},
    {"主体", "subject"},
    {"对象", "subject"},
    {"标题", "title"},
    {"名称", "title"},
    {"依据", "basis"},
    {"触发", "trigger"},
    {"条件", "when"},
    {"期限", "due"},
    {"截止", "due"},
    {"阶段", "stages"},
    {"消息", "message"},
    {"内容", "message"},
    {"收件人", "to"},
    {"级别", "level"},
    {"时间", "at"},
    {"重复", "every"},
    {"次数", "times"},
    {"严重程度", "severity"},
    {"编号", "id"},
    // units of schedules
    {"工作日", "wd"},
    {"个工作日", "wd"},
    {"天", "d"},
    {"日", "d"},
    {"周", "w"},
    {"月", "mo"},
    {"个月", "mo"},
    {"小时", "h"},
    {"个小时", "h"},
    {"分钟", "m"},
    {"分", "m"},
    // periods
    {"每周", "week"},
    {"每月", "month"},
    {"每两个月", "2 months"},
    {"每季度", "quarter"},
    {"每半年", "half-year"},
    {"每年", "year"},
    // levels and severities
    {"提醒", "remind"},
    {"督促", "urge"},
    {"通报", "circular"},
    {"约谈", "interview"},
    {"警示", "caution"},
    {"曝光", "exposure"},
    {"挂牌督办", "listing"},
    {"挂牌", "listing"},
    {"问责", "accountability"},
    {"蓝", "notice"},
    {"蓝色", "notice"},
    {"黄", "warning"},
    {"黄色", "warning"},
    {"橙", "serious"},
    {"橙色", "serious"},
    {"红", "critical"},
    {"红色", "critical"},
    {"蓝色", "blue"},
    {"黄色", "yellow"},
    {"橙色", "orange"},
    {"红色", "red"},
    // recipients
    {"单位", "unit"},
    {"企业", "unit"},
    {"村", "village"},
    {"村委会", "village"},
    {"社区", "village"},
    {"镇", "town"},
    {"街道", "town"},
    {"属地", "town"},
    {"开发区", "zone"},
    {"园区", "zone"},
    {"部门", "department"},
    {"主管部门", "department"},
    {"安委办", "office"},
    {"安委会", "committee"},
    {"政府", "government"},
    {"专委会", "special_committee"},
    {"指挥部", "headquarters"},
    // kinds of entities
    {"隐患", "hazard"},
    {"检查", "inspection"},
    {"预警", "warning"},
    {"事故", "incident"},
    {"任务", "task"},
    {"举报", "tip"},
    {"证照", "certificate"},
    {"合同", "contract"},
    {"设备", "equipment"},
    {"作业票", "permit"},
    {"人员", "person"},
    {"项目", "project"},
    {"会议", "meeting"},
    {"演练", "drill"},
    {"培训", "training"},
    {"建议", "proposal"},
    {"专项行动", "campaign"},
    // values
    {"一般", "general"},
    {"重大", "major"},
    {"较大", "larger"},
    {"特别重大", "extra"},
    {"企业", "enterprise"},
    {"部门", "department"},
    {"暴雨", "rainstorm"},
    {"台风", "typhoon"},
    {"暴雪", "snowstorm"},
    {"寒潮", "cold_wave"},
    {"大风", "gale"},
    {"高温", "heat"},
    {"大雾", "fog"},
    {"道路结冰", "road_icing"},
    {"消防", "fire"},
    {"火灾", "fire"},
    // calendar
    {"元旦", "new-year"},
    {"春节", "spring-festival"},
    {"清明", "qingming"},
    {"清明节", "qingming"},
    {"劳动节", "labour-day"},
    {"五一", "labour-day"},
    {"端午", "dragon-boat"},
    {"端午节", "dragon-boat"},
    {"中秋", "mid-autumn"},
    {"中秋节", "mid-autumn"},
    {"国庆", "national-day"},
    {"国庆节", "national-day"},
    {"十一", "national-day"},
    {"汛期", "flood"},
    {"主汛期", "main_flood"},
    {"梅雨", "meiyu"},
    {"防火期", "forest_fire"},
    {"森林防火期", "forest_fire"},
    {"取暖季", "heating"},
    {"暑期", "summer_vacation"},
    {"岁末", "year_end"},
    {"党的重要会议", "party_meeting"},
    {"考核", "assessment"}};

}  // namespace

std::string_view ascii_of(std::string_view text) {
  if (text.empty()) return {};
  for (const auto& [wide, ascii] : kPunctuation)
    if (text.starts_with(wide)) return ascii;
  constexpr char32_t kFirst = 0xFF01,
                     kLast = 0xFF5E;  // the twins of ASCII's printable characters, in its order
  static constexpr std::string_view kAscii =
      "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  const char32_t c = utf8::first(text).value;
  return c < kFirst || c > kLast ? std::string_view{} : kAscii.substr(c - kFirst, 1);
}

std::vector<std::string_view> meanings(std::string_view word) {
  std::vector<std::string_view> names;
  for (const auto& [chinese, name] : kWords)
    if (chinese == word) names.push_back(name);
  return names;
}

}  // namespace duban
