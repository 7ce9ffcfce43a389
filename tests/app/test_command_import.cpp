#include "app/program.hpp"

using namespace duban::test;

namespace {
constexpr char kNotice[] =
    "国务院办公厅关于2031年部分节假日安排的通知\n国办发明电〔2030〕7号\n"
    "一、元旦：1月1日（周三）放假，共1天。\n";
}

TEST_CASE("a notice becomes a calendar file") {
  const Ran ran = run_duban("import-calendar - --url https://www.gov.cn/x", kNotice);
  CHECK(ran.code == 0);
  CHECK(ran.out.find("year: 2031\n") != std::string::npos);
  CHECK(ran.out.find("off: 2031-01-01") != std::string::npos);
  const TemporaryFolder folder;
  CHECK(run_duban("import-calendar - --url https://www.gov.cn/x --out " + folder.file("2031.yaml"), kNotice)
            .code == 0);
  CHECK(folder.read("2031.yaml") == ran.out);
}

TEST_CASE("a notice that is not understood is refused as a whole") {
  const Ran ran = run_duban("import-calendar - --year 2031", "一、元旦：随便放假。\n");
  CHECK(ran.code == 1);
  CHECK(ran.out == "");
  CHECK(ran.error.find("E322") != std::string::npos);
  CHECK(run_duban("import-calendar no-such-notice.txt").code == 5);
}
