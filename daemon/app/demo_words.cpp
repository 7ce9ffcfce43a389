#include "app/demo_words.hpp"

namespace duban::app {

const std::vector<Village>& villages() {
  static const std::vector<Village> list = {
      {"341004100001", "龙井社区"}, {"341004100002", "下街社区"}, {"341004100003", "广惠社区"},
      {"341004100004", "上街社区"}, {"341004100005", "永兴社区"}, {"341004100200", "坊塘村"},
      {"341004100201", "信行村"},   {"341004100202", "富山村"},   {"341004100205", "临河村"},
      {"341004100206", "瑶村"},     {"341004100207", "罗田村"},   {"341004100208", "石岗村"},
      {"341004100209", "翰山村"},   {"341004100210", "虹光村"},   {"341004100211", "洪坑村"},
      {"341004100212", "上朱村"},   {"341004101200", "西溪南村"}, {"341004101202", "竦塘村"},
      {"341004101203", "石桥村"},   {"341004101204", "琶村"},     {"341004101205", "东红村"},
      {"341004101206", "坑上村"},   {"341004102200", "潜口村"},   {"341004102201", "澄塘村"},
      {"341004102202", "坤沙村"},   {"341004102203", "唐模村"},   {"341004102204", "东山村"},
      {"341004102205", "蜀源村"},   {"341004103200", "呈坎村"},   {"341004103201", "汪村"},
      {"341004103202", "四村"},     {"341004103203", "灵山村"},   {"341004103204", "杨干村"},
      {"341004103205", "容溪村"},   {"341004103206", "石川村"},   {"341004200200", "洽舍村"},
      {"341004200201", "张村"},     {"341004200202", "长潭村"},   {"341004201200", "杨村"},
      {"341004201201", "胡川村"},   {"341004201202", "梅川村"},   {"341004201203", "篁村"},
      {"341004201204", "山口村"},   {"341004202200", "富溪村"},   {"341004202201", "碣石村"},
      {"341004202202", "新田村"},   {"341004202203", "呈阳村"},   {"341004202204", "光明村"},
  };
  return list;
}

const std::vector<std::string>& towns() {
  static const std::vector<std::string> list = {"341004100", "341004101", "341004102", "341004103",
                                                "341004200", "341004201", "341004202"};
  return list;
}

std::string town_name(const std::string& code) {
  static const std::vector<std::string> names = {"岩寺镇", "西溪南镇", "潜口镇", "呈坎镇",
                                                 "洽舍乡", "杨村乡",   "富溪乡"};
  for (size_t i = 0; i < towns().size(); ++i) {
    if (towns()[i] == code) return names[i];
  }
  return code;
}

const std::vector<std::string>& departments() {
  static const std::vector<std::string> list = {
      "DEPT-341004-emergency", "DEPT-341004-housing",     "DEPT-341004-transport", "DEPT-341004-police",
      "DEPT-341004-fire",      "DEPT-341004-market",      "DEPT-341004-water",     "DEPT-341004-forestry",
      "DEPT-341004-resources", "DEPT-341004-agriculture", "DEPT-341004-reform",    "DEPT-341004-ecology",
      "DEPT-341004-education", "DEPT-341004-health",      "DEPT-341004-civil",     "DEPT-341004-culture"};
  return list;
}

const std::vector<std::string>& storm_departments() {
  static const std::vector<std::string> list = {"DEPT-341004-housing", "DEPT-341004-police",
                                                "DEPT-341004-water", "DEPT-341004-resources"};
  return list;
}

}  // namespace duban::app
