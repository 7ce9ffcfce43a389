#include "app/demo_words.hpp"

namespace duban::app {
namespace {

Trade factories() {
  return {"industry",
          "DEPT-341004-emergency",
          20,
          {"茶叶加工厂", "食品有限公司", "机械配件厂", "电子科技有限公司", "木竹制品厂", "汽车零部件有限公司",
           "纺织有限公司", "徽墨工艺厂"},
          {{"冲压设备安全光栅失效", ""},
           {"配电箱未接地,线路私拉乱接", "temporary_power"},
           {"除尘系统未定期清灰", ""},
           {"车间安全通道被原料占用", "evacuation_route"},
           {"叉车作业人员无证上岗", ""},
           {"砂轮机防护罩缺失", ""},
           {"仓库堆垛超高、间距不足", ""},
           {"污水池未设有限空间警示标识", "confined_space"},
           {"动火作业未办理审批", "hot_work"},
           {"彩钢板厂房电线未穿管", "sandwich_panel"},
           {"安全教育培训记录不全", ""},
           {"未组织半年应急演练", ""}},
          {{"铝镁粉尘除尘器未设泄爆装置", ""}, {"有限空间作业未检测、未监护", "confined_space"}}};
}

Trade fire() {
  return {"fire",
          "DEPT-341004-fire",
          20,
          {"商贸城", "超市", "宾馆", "餐饮店", "网吧", "仓储有限公司", "服装加工店"},
          {{"疏散通道堆放杂物", "evacuation_route"},
           {"安全出口上锁", "evacuation_route"},
           {"室内消火栓无水", "hydrant"},
           {"灭火器过期失效", ""},
           {"应急照明损坏", ""},
           {"住宿与经营合用未分隔", "three_in_one"},
           {"防火门闭门器损坏", ""},
           {"厨房烟道未定期清洗", ""},
           {"自动喷淋末端压力不足", ""},
           {"顶棚使用易燃材料装修", "combustible_decoration"},
           {"消防控制室值班人员无证", ""}},
          {{"安全出口数量不足且擅自停用自动消防设施", "evacuation_route"}}};
}

Trade construction() {
  return {
      "construction",
      "DEPT-341004-housing",
      14,
      {"建筑工程有限公司", "市政工程有限公司", "装饰工程有限公司", "劳务有限公司"},
      {{"深基坑临边防护缺失", "deep_excavation"},
       {"脚手架连墙件不足", "scaffold"},
       {"塔吊力矩限制器失灵", "crane"},
       {"模板支撑立杆间距超标", "formwork"},
       {"污水管沟槽未放坡支护", "sewer_pipe"},
       {"检查井作业未通风检测", "confined_space"},
       {"高处作业未系安全带", "work_at_height"},
       {"临时用电未采用三级配电", "temporary_power"},
       {"基坑坡顶堆土过近", "deep_excavation"},
       {"外包队伍无安全交底", "outsourcing"},
       {"施工电梯楼层门未关闭", ""}},
      {{"深基坑支护变形超过预警值仍施工", "deep_excavation"}, {"高支模未经专家论证擅自搭设", "formwork"}}};
}

Trade gas() {
  return {"gas",
          "DEPT-341004-housing",
          7,
          {"燃气有限公司", "液化气站", "餐饮有限公司", "农家乐"},
          {{"液化气瓶与灶具同室存放", "lpg"},
           {"可燃气体报警器未安装", "monitoring"},
           {"燃气软管超过使用年限", "lpg"},
           {"灶具无熄火保护装置", ""},
           {"调压箱无防撞设施", ""},
           {"瓶装气配送无台账", "lpg"}},
          {{"燃气管道被建构筑物占压", ""}}};
}

Trade hazchem() {
  return {"hazchem",
          "DEPT-341004-emergency",
          5,
          {"化工有限公司", "加油站", "涂料有限公司", "胶粘剂有限公司"},
          {{"可燃气体探头未按期检定", "monitoring"},
           {"静电接地断开", ""},
           {"危险化学品混存", ""},
           {"卸油区未设警戒", ""},
           {"操作规程未更新", ""},
           {"应急器材柜缺少空气呼吸器", "toxic_gas"}},
          {{"储罐未设紧急切断装置", ""}, {"特殊作业票证造假", "hot_work"}}};
}

Trade road() {
  return {"road",
          "DEPT-341004-police",
          7,
          {"运输有限公司", "客运有限公司", "渣土运输有限公司"},
          {{"重型货车未安装盲区监测", "heavy_truck"},
           {"驾驶员疲劳驾驶告警未处置", "coach_bus_hazmat"},
           {"临水临崖路段护栏缺失", ""},
           {"农村平交路口无警示标志", ""},
           {"客车灭火器失效", "coach_bus_hazmat"},
           {"动态监控平台无人值守", "coach_bus_hazmat"}},
          {}};
}

Trade special_equipment() {
  return {"special_equipment",
          "DEPT-341004-market",
          6,
          {"热力有限公司", "物业服务有限公司", "酒业有限公司", "浴场"},
          {{"电梯超期未检", ""},
           {"锅炉安全阀未校验", ""},
           {"叉车未办理使用登记", ""},
           {"电梯紧急报警装置失效", ""},
           {"气瓶充装无记录", ""},
           {"司炉工证件过期", ""}},
          {{"使用国家明令淘汰的压力容器", ""}}};
}

Trade housing() {
  return {"housing",
          "DEPT-341004-housing",
          5,
          {"自建房(经营户)", "民宿", "出租房"},
          {{"擅自加层改建", ""},
           {"承重墙开裂", ""},
           {"屋面违规加装彩钢棚", "sandwich_panel"},
           {"外墙饰面空鼓脱落", ""}},
          {{"D级危房仍用于经营", ""}}};
}

Trade water_works() {
  return {"water_works",
          "DEPT-341004-water",
          4,
          {"水库管理所", "水电站", "河道采砂点", "灌区管理站"},
          {{"溢洪道淤堵", "reservoir"},
           {"坝坡散浸", "reservoir"},
           {"河道行洪断面堆放弃渣", "river"},
           {"防汛物资储备不足", ""},
           {"启闭机备用电源故障", "reservoir"},
           {"堤防护坡塌陷", "river"}},
          {{"小型水库坝体渗漏", "reservoir"}}};
}

Trade tourism() {
  return {"tourism",
          "DEPT-341004-culture",
          5,
          {"旅游景区", "漂流项目部", "古村落景区", "玻璃栈道"},
          {{"漂流河段救生员不足", "outdoor"},
           {"步道护栏松动", "slope"},
           {"游览车超员", ""},
           {"雷电防护装置未检测", "outdoor"},
           {"古建筑电气线路老化", ""}},
          {}};
}

Trade places(const char* industry, const char* department, int weight, std::vector<std::string> firms) {
  return {industry,
          department,
          weight,
          std::move(firms),
          {{"疏散指示标志缺失", "evacuation_route"},
           {"食堂燃气报警器失效", "lpg"},
           {"宿舍电动自行车入户充电", ""},
           {"消防水箱水位不足", "hydrant"},
           {"外窗加装固定防盗网", "evacuation_route"},
           {"未开展应急疏散演练", ""}},
          {}};
}

Trade forestry() {
  return {"forest_fire",
          "DEPT-341004-forestry",
          3,
          {"国有林场", "林业合作社", "墓区管理处"},
          {{"防火隔离带未清理", ""},
           {"护林员巡护缺勤", ""},
           {"进山卡口无人值守", ""},
           {"墓区未设集中焚烧点", "outdoor"}},
          {}};
}

Trade slopes() {
  return {"geology",
          "DEPT-341004-resources",
          2,
          {"切坡建房点", "采石场", "公路边坡工点"},
          {{"坡脚开挖无支护", "slope"}, {"监测裂缝计损坏", "monitoring"}, {"截排水沟淤塞", "slope"}},
          {{"坡体出现贯通裂缝", "slope"}}};
}

Trade e_bikes() {
  return {"e_bike",
          "DEPT-341004-fire",
          2,
          {"电动车专卖店", "充电棚", "快递站点"},
          {{"楼道内充电", "evacuation_route"}, {"充电桩无过载保护", ""}, {"蓄电池改装", ""}},
          {}};
}

}  // namespace

const std::vector<Trade>& trades() {
  static const std::vector<Trade> list = {
      factories(),
      fire(),
      construction(),
      gas(),
      hazchem(),
      road(),
      special_equipment(),
      housing(),
      water_works(),
      tourism(),
      places("education", "DEPT-341004-education", 3, {"小学", "幼儿园", "中学"}),
      places("elderly_care", "DEPT-341004-civil", 2, {"敬老院", "养老服务中心"}),
      places("health", "DEPT-341004-health", 2, {"卫生院", "诊所"}),
      forestry(),
      slopes(),
      e_bikes()};
  return list;
}

}  // namespace duban::app
