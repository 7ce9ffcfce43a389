// explain and forecast over the ledger that a simulation leaves.
#include <nlohmann/json.hpp>

#include "app/program.hpp"

using namespace duban::test;
using nlohmann::json;

namespace {

/// The fixture's events up to `to`, kept in a folder of its own.
class Kept {
 public:
  explicit Kept(const std::string& to) {
    const Ran ran = run_duban("simulate --format jsonl --events tests/app/fixture/events.jsonl --to " + to +
                              kFixture + "--keep " + store());
    REQUIRE(ran.code == 0);
    std::istringstream in(ran.out);
    for (std::string line; std::getline(in, line);) alerts_.push_back(json::parse(line));
  }
  std::string store() const { return folder_.file("store"); }
  std::string alert(const std::string& stage) const {
    for (const json& alert : alerts_)
      if (alert["stage"] == stage) return alert["id"];
    FAIL("no alert of stage " << stage);
    return {};
  }
  Ran explain(const std::string& what) const {
    return run_duban("explain --store " + store() + kFixture + what);
  }

 private:
  TemporaryFolder folder_;
  std::vector<json> alerts_;
};

/// The version is a hash of all files of the configuration, also of the shipped catalog.
std::string without_version(std::string text) {
  const std::string mark = "版本 ";
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size()))
    text.replace(at + mark.size(), 32, "…");
  return text;
}

}  // namespace

TEST_CASE("an alert is explained from its event to its recipients") {
  const Kept kept("2023-03-31");
  const std::string id = kept.alert("overdue");
  const Ran text = kept.explain(id);
  CHECK(text.code == 0);
  CHECK(text.error == "");
  check_golden("explain-alert.txt", without_version(text.out));
  const Ran ran = kept.explain(id + " --format json");
  const json explanation = json::parse(ran.out);
  CHECK(explanation["alert"]["id"] == id);
  CHECK(explanation["event"]["offset"] == 3);
  CHECK(explanation["item"]["due_from"]["from"]["days"].size() == 19);
  CHECK(explanation["stage"]["schedule"] == "due + 1wd 09:00");
}

TEST_CASE("why nothing was said is explained, stage by stage") {
  const Kept kept("2023-02-08T12:00");
  const Ran text = kept.explain("--item rectification hazard/H1");
  CHECK(text.code == 0);
  check_golden("explain-item.txt", without_version(text.out));
  const json stages =
      json::parse(kept.explain("--item rectification H1 --format json").out)["items"][0]["stages"];
  CHECK(stages[0]["status"] == "said");
  CHECK(stages[1]["status"] == "said");
  CHECK(stages[2]["status"] == "to come");
}

TEST_CASE("a threshold that has not been reached is explained by its number") {
  const Kept kept("2023-02-08T12:00");
  const Ran ran = kept.explain("--item many-open T-1");
  CHECK(ran.code == 0);
  CHECK(ran.out.find("触发指标:open_hazards(unit.area) >= 100  不成立(false)") != std::string::npos);
  CHECK(ran.out.find("open_hazards(341004101) = 1\n") != std::string::npos);
}

TEST_CASE("a subject that no event made is explained by the events that were refused") {
  const Kept kept("2023-03-31");
  const Ran ran = kept.explain("--item rectification hazard/H2");
  CHECK(ran.code == 0);
  CHECK(ran.out.find("账本里没有这个对象") != std::string::npos);
  CHECK(ran.out.find("D15 data.area is missing") != std::string::npos);
}

TEST_CASE("what cannot be explained is said on standard error") {
  const Kept kept("2023-03-31");
  CHECK(kept.explain("5f-0").code == 1);
  const Ran rule = kept.explain("--item rectificaton H1");
  CHECK(rule.code == 2);
  CHECK(rule.error.find("did you mean 'rectification'?") != std::string::npos);
  CHECK(kept.explain("--item rectification unit/T-1").code == 2);
  const Ran store = run_duban(std::string("explain 5f-0") + kFixture);
  CHECK(store.code == 4);
  CHECK(store.error.find("no-such-store") != std::string::npos);
}

TEST_CASE("a ledger that is there already is not run over") {
  const Kept kept("2023-03-31");
  const Ran ran =
      run_duban("simulate --events tests/app/fixture/events.jsonl --keep " + kept.store() + kFixture);
  CHECK(ran.code == 2);
  CHECK(ran.error.find("is there already") != std::string::npos);
}

TEST_CASE("a forecast runs a copy ahead and leaves the ledger as it is") {
  const Kept kept("2023-02-03");
  for (int i = 0; i < 2; ++i) {
    const Ran ran = run_duban("forecast --days 30 --store " + kept.store() + kFixture);
    CHECK(ran.code == 0);
    check_golden("forecast.txt", ran.out);
    CHECK(ran.error == "2 alerts in the 30 days from 2023-02-03T00:00 on, if nothing more happens\n");
  }
  CHECK(run_duban("forecast --days 3 --store " + kept.store() + kFixture).out == "");
  CHECK(run_duban(std::string("forecast") + kFixture).code == 4);
}
