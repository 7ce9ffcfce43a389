#include "calendar/import.hpp"
#include "calendar/data.hpp"
#include "support.hpp"

namespace duban::calendar {
namespace {

std::string notice(int year) { return content(kTests + "/data/notices/" + std::to_string(year) + ".txt"); }

std::shared_ptr<const Calendar> calendar_of(const ImportedFile& file) {
  Diagnostics found;
  auto data = build({{std::to_string(file.year) + ".yaml", file.yaml},
                     {"statutory.yaml", content(kConfig + "/statutory.yaml")}},
                    found);
  INFO(found.text() << file.yaml);
  REQUIRE_FALSE(found.has_errors());
  return std::make_shared<const Calendar>(std::move(data));
}

TEST_CASE("the notices' own text gives the days that are shipped") {
  for (const int year :
       {2007, 2008, 2010, 2011, 2012, 2013, 2014, 2016, 2017, 2018, 2021, 2022, 2023, 2024, 2025, 2026}) {
    INFO(year);
    Diagnostics found;
    const auto file = import_year("notice.txt", notice(year), {}, found);
    INFO(found.text());
    REQUIRE(file);
    CHECK(file->year == year);
    CHECK_FALSE(found.has_errors());
    const auto imported = calendar_of(*file);
    // December's end may belong to the next year's notice.
    for (Date d = Date::of(year, 1, 1); d < Date::of(year, 12, 29); ++d) {
      INFO(d.str());
      REQUIRE(imported->is_workday(d) == second_source().at(d));
    }
    const auto ours = imported->holidays(Date::of(year - 1, 12, 1), Date::of(year, 12, 20));
    const auto theirs = shipped().holidays(Date::of(year - 1, 12, 1), Date::of(year, 12, 20));
    REQUIRE(ours.size() == theirs.size());
    for (size_t i = 0; i < ours.size(); ++i) {
      CHECK(ours[i].id == theirs[i].id);
      CHECK(ours[i].name == theirs[i].name);
      CHECK(ours[i].first == theirs[i].first);
      CHECK(ours[i].last == theirs[i].last);
      CHECK(ours[i].notice == theirs[i].notice);
    }
  }
}

TEST_CASE("with the notice's address the file is the shipped one, byte for byte") {
  for (const int year : {2016, 2017, 2018, 2021, 2022, 2023, 2024, 2025, 2026}) {
    INFO(year);
    const std::string ours = content(kConfig + "/" + std::to_string(year) + ".yaml");
    const size_t at = ours.find("url: ") + 5;
    Diagnostics found;
    const auto file =
        import_year("notice.txt", notice(year), {0, "", ours.substr(at, ours.find('\n', at) - at)}, found);
    REQUIRE(file);
    CHECK(file->yaml == ours);
  }
}

TEST_CASE("a bare paragraph needs the year and the number told") {
  const std::string text = "元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。\n";
  Diagnostics without;
  CHECK_FALSE(import_year("x", text, {}, without));
  CHECK(without.text().find("E321 the text does not say which year it arranges") != std::string::npos);
  Diagnostics found;
  const auto file = import_year("x", text, {2026, "国办发明电〔2025〕7号", ""}, found);
  REQUIRE(file);
  CHECK(file->yaml.find(
            "  - { id: new-year, name: 元旦, off: 2026-01-01..2026-01-03, work: [2026-01-04] }\n") !=
        std::string::npos);
  CHECK(found.sorted().size() == 6);  // the six holidays that are missing
}

TEST_CASE("paragraphs on one line, ASCII punctuation and a newspaper's dashes are read alike") {
  const std::string line =
      "新华社北京12月10日电 "
      "国务院办公厅关于2013年部分节假日安排的通知。一、元旦:1月1日至3日放假调休,共3天。1月5日(星期六)、"
      "1月6日(星期日)上班。 二、春节: 2月9日-15日放假调休,共7天。2月16日(星期六),2月17日(星期日)上班。 "
      "节假日期间,值班。";
  const std::string dashes =
      "关于2013年部分节假日安排的通知\n——元旦：1月1日至3日放假调休，共3天。1月5日（星期六）、6日上班。\n"
      "——春节：2月9日至15日放假调休，共7天。2月16日、17日上班。\n国务院办公厅\n2012年12月8日\n";
  for (const auto& text : {line, dashes}) {
    Diagnostics found;
    const auto file = import_year("x", text, {0, "国办发明电〔2012〕33号", ""}, found);
    INFO(found.text());
    REQUIRE(file);
    CHECK(file->yaml.find("off: 2013-01-01..2013-01-03, work: [2013-01-05, 2013-01-06]") !=
          std::string::npos);
    CHECK(file->yaml.find("off: 2013-02-09..2013-02-15, work: [2013-02-16, 2013-02-17]") !=
          std::string::npos);
  }
}

struct Fault {
  const char* paragraph;
  const char* report;  // how it begins
};

TEST_CASE("what contradicts itself or is not understood stops the import") {
  const auto fault = GENERATE(
      Fault{"一、元旦：1月1日（周四）至3日（周日）放假，共3天。",
            "x:2:17: E323 2026-01-03 is not what (周日) says"},
      Fault{"一、元旦：1月1日至3日放假，共4天。", "x:2:16: E324 the dates of 元旦 are 3 days off, not 4"},
      Fault{"一、元旦：1月1日至3日放假。1月4日另行通知。", "x:2:16: E322 a sentence names days"},
      Fault{"一、元旦：放假安排另行通知。", "x:2:6: E322 no day off was found for 元旦"},
      Fault{"一、元旦：1月32日放假。", "x:2:6: E304 there is no 2026-1-32"},
      Fault{"一、元旦：1月3日至1日放假。", "x:2:11: E304 2026-01-01 does not end a range"},
      Fault{"一、元旦：1月1日放假。\n二、妇女节：3月8日放假。",
            "x:3:3: E322 a numbered paragraph names no known holiday"});
  Diagnostics found;
  const auto file =
      import_year("x", "国务院办公厅关于2026年部分节假日安排的通知\n" + std::string(fault.paragraph),
                  {0, "国办发明电〔2025〕7号", ""}, found);
  CHECK_FALSE(file);
  INFO(found.text());
  CHECK(found.text().substr(0, std::string_view(fault.report).size()) == fault.report);
}

TEST_CASE("the JSON of the holiday-cn collection gives the same file") {
  const std::string json = R"({"$schema": "s", "$id": "i", "year": 2020,
    "papers": ["https://www.gov.cn/a.htm", "https://www.gov.cn/b.htm"],
    "days": [
      {"name": "元旦", "date": "2020-01-01", "isOffDay": true},
      {"name": "国庆节、中秋节", "date": "2020-09-27", "isOffDay": false},
      {"name": "国庆节、中秋节", "date": "2020-10-01", "isOffDay": true},
      {"name": "国庆节、中秋节", "date": "2020-10-02", "isOffDay": true},
      {"name": "春节", "date": "2020-01-31", "isOffDay": true},
      {"name": "春节", "date": "2020-02-03", "isOffDay": false}]})";
  Diagnostics found;
  const auto file = import_year("2020.json", json, {}, found);
  INFO(found.text());
  REQUIRE(file);
  CHECK(file->year == 2020);
  CHECK(file->yaml ==
        "# 国务院办公厅关于2020年部分节假日安排的通知. The form of this file, and how to add a year: "
        "README.md.\n"
        "year: 2020\nnotice:\n  url: https://www.gov.cn/a.htm\nholidays:\n"
        "  - { id: new-year, name: 元旦, off: 2020-01-01 }\n"
        "  - { id: spring-festival, name: 春节, off: 2020-01-31 }\n"
        "  - { id: [national-day, mid-autumn], name: 国庆节、中秋节, off: 2020-10-01..2020-10-02, work: "
        "[2020-09-27] }\n");
  CHECK(calendar_of(*file)->holidays(day("2020-01-01"), day("2020-01-01")).front().notice ==
        "https://www.gov.cn/a.htm");
}

TEST_CASE("JSON that holds only some holidays is imported with a warning for each that is missing") {
  const std::string json =
      R"({"year": 2026, "papers": ["https://www.gov.cn/a.htm"], "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}]})";
  Diagnostics found;
  CHECK(import_year("2026.json", json, {}, found));
  CHECK(found.sorted().size() == 6);
  for (const auto& finding : found.sorted()) CHECK(finding.code == "W301");
}

TEST_CASE("an address cannot bring lines of its own into the file") {
  for (const std::string url : {"https://a\nyear: 2001", "x: y # z", "{}", " ", "a:"}) {
    Diagnostics found;
    const auto file = import_year("x", "一、元旦：1月1日放假，共1天。\n", {2026, "", url}, found);
    INFO(url);
    REQUIRE(file);
    const auto root = yaml::Reader::parse("made.yaml", file->yaml, found);
    CHECK(root.get("notice").get("url").string() == url);
    CHECK(root.get("year").integer() == 2026);
  }
}

TEST_CASE("JSON of a year that is not announced, or of something else, is refused") {
  for (
      const char* json :
      {R"({"year": 2027, "papers": [], "days": []})", R"({"days": 1})", "{", "{}",
       R"({"year": "x", "days": {}})",
       // a year beyond the calendar, a day of another year, one that is off and worked, a holiday without a
       // day off
       R"({"year": 9999, "papers": ["u"], "days": [{"name": "元旦", "date": "9999-01-01", "isOffDay": true}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "元旦", "date": "2031-01-01", "isOffDay": true}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "元旦", "date": "2026-01-03", "isOffDay": true}, {"name": "春节", "date": "2026-01-03", "isOffDay": true}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "元旦", "date": "2026-01-04", "isOffDay": false}, {"name": "春节", "date": "2026-02-14", "isOffDay": false}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "元旦", "date": "2026-01-01"}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "妇女节", "date": "2026-03-08", "isOffDay": true}]})",
       R"({"year": 2026, "papers": ["u"], "days": [{"name": "元旦", "date": "x", "isOffDay": true}]})"}) {
    Diagnostics found;
    INFO(json);
    CHECK_FALSE(import_year("x.json", json, {}, found));
    CHECK(found.has_errors());
  }
}

}  // namespace
}  // namespace duban::calendar
