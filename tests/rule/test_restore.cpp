#include <catch2/catch.hpp>

#include "core/yaml.hpp"
#include "rule/configuration.hpp"

using namespace duban;

namespace {

rule::Sources shipped() {
  rule::Sources sources;
  sources.catalog_directory = DUBAN_SOURCE_DIR "/config/catalog";
  sources.calendar_directory = DUBAN_SOURCE_DIR "/config/calendar";
  sources.rules = {DUBAN_SOURCE_DIR "/rules"};
  sources.routes_file = DUBAN_SOURCE_DIR "/config/routes.yaml";
  sources.channels = {"console", "log", "alerts"};
  sources.automatic = {{"interview", {"341004"}}};
  Diagnostics out;
  const auto settings = yaml::Reader::open(DUBAN_SOURCE_DIR "/config/duban.yaml", out);
  sources.constants_yaml = settings.get("constants").to_json();
  return sources;
}

}  // namespace

TEST_CASE("a configuration is restored from the texts that the ledger keeps, in whatever order they come") {
  Diagnostics findings;
  const auto loaded = rule::load(shipped(), findings);
  INFO(findings.text());
  REQUIRE(loaded);
  rule::Texts texts(loaded->texts.rbegin(), loaded->texts.rend());
  const auto restored = rule::restore(loaded->version, texts, findings);
  INFO(findings.text());
  REQUIRE(restored);
  CHECK(restored->version == loaded->version);
  CHECK(restored->zone.name() == "Asia/Shanghai");
  CHECK(restored->catalog->kind_names() == loaded->catalog->kind_names());
  CHECK(restored->calendar->text() == loaded->calendar->text());
  REQUIRE(restored->rules.rules.size() == loaded->rules.rules.size());
  for (size_t i = 0; i < restored->rules.rules.size(); ++i) {
    CHECK(restored->rules.rules[i]->id == loaded->rules.rules[i]->id);
    CHECK(restored->rules.rules[i]->file == loaded->rules.rules[i]->file);
    CHECK(restored->rules.rules[i]->line == loaded->rules.rules[i]->line);
  }
  CHECK_FALSE(restored->is_proposal(rule::Level::interview, "341004101"));
  CHECK(restored->is_proposal(rule::Level::interview, "340602"));
}

TEST_CASE("texts that this program cannot read give no configuration") {
  Diagnostics findings;
  CHECK(rule::restore("v", {}, findings) == nullptr);
  CHECK(rule::restore("v", {{"settings", "no JSON"}}, findings) == nullptr);
}
