#include <catch2/catch.hpp>

#include "ledger_support.hpp"

using namespace duban;
using namespace duban::ledger;
using test::Fixture;
using test::seconds;

TEST_CASE("the instant never goes back, and outlives the ledger") {
  Fixture f;
  CHECK(f.ledger->instant() == Instant{});
  f.in_transaction([&] {
    f.ledger->set_instant(seconds(10));
    f.ledger->set_instant(seconds(5));
    CHECK(f.ledger->instant() == seconds(10));
  });
  f.reopen();
  CHECK(f.ledger->instant() == seconds(10));
}

TEST_CASE("positions are kept per input, in order") {
  Fixture f;
  f.in_transaction([&] {
    f.ledger->put(Position{{"b", 0}, 7, 1, "cluster"});
    f.ledger->put(Position{{"a", 1}, 8, -1, "cluster"});
    f.ledger->put(Position{{"a", 0}, 9, 2, "cluster"});
    f.ledger->put(Position{{"b", 0}, 70, 3, "other"});
  });
  f.reopen();
  const auto positions = f.ledger->positions();
  REQUIRE(positions.size() == 3);
  CHECK(positions[0].input == event::Input{"a", 0});
  CHECK(positions[1].input == event::Input{"a", 1});
  CHECK(positions[1].leader_epoch == -1);
  CHECK(positions[2].next_offset == 70);
  CHECK(positions[2].cluster == "other");
}

TEST_CASE("a configuration's texts are stored once per version") {
  Fixture f;
  CHECK(f.ledger->active_configuration().empty());
  f.in_transaction([&] {
    f.ledger->activate("v1", {{"rules/b.yaml", "b"}, {"rules/a.yaml", "a"}}, seconds(1));
    f.ledger->activate("v2", {{"rules/a.yaml", "a2"}}, seconds(2));
    f.ledger->activate("v1", {{"rules/a.yaml", "never read: the version is there"}}, seconds(3));
  });
  f.reopen();
  CHECK(f.ledger->active_configuration() == "v1");
  using Texts = std::vector<std::pair<std::string, std::string>>;
  CHECK(f.ledger->configuration_texts("v1") == Texts{{"rules/a.yaml", "a"}, {"rules/b.yaml", "b"}});
  CHECK(f.ledger->configuration_texts("v2") == Texts{{"rules/a.yaml", "a2"}});
  CHECK(f.ledger->configuration_texts("v3").empty());
  f.ledger->begin();
  f.ledger->activate("v2", {}, seconds(4));
  f.ledger->rollback();
  CHECK(f.ledger->active_configuration() == "v1");
}

TEST_CASE("spans are replaced by rule and key, and only live ones are listed") {
  Fixture f;
  Span span;
  f.in_transaction([&] {
    span.rule = f.ledger->intern("rainstorm");
    span.key = "W1/orange";
    span.opened = seconds(1);
    span.closes = seconds(9);
    span.area = "3410,3411";
    span.fields = "warning/W1";
    f.ledger->put(span);
    Span other = span;
    other.key = "W0/red";
    f.ledger->put(other);
    other.live = false;
    other.closes = kNever;
    f.ledger->put(other);
  });
  f.reopen();
  const auto live = f.ledger->live_spans();
  REQUIRE(live.size() == 1);
  CHECK(live[0].key == "W1/orange");
  CHECK(live[0].opened == seconds(1));
  CHECK(live[0].closes == seconds(9));
  CHECK(live[0].area == "3410,3411");
  CHECK(live[0].fields == "warning/W1");
  const auto remembered = f.ledger->span(span.rule, "W0/red");
  REQUIRE(remembered);
  CHECK_FALSE(remembered->live);
  CHECK(remembered->closes == kNever);
  CHECK_FALSE(f.ledger->span(span.rule, "W2"));
}

TEST_CASE("fan-outs go on where they were, in order of creation") {
  Fixture f;
  f.in_transaction([&] {
    for (const char* area : {"34", "35", "36"}) {
      Job job;
      job.at = seconds(1);
      job.kind = f.ledger->intern("hazard");
      job.rule = f.ledger->intern("rainstorm");
      job.area = area;
      job.last_entity = 77;
      CHECK(f.ledger->put(job) == job.id);
      CHECK(job.id > 0);
    }
  });
  auto jobs = f.ledger->jobs();
  REQUIRE(jobs.size() == 3);
  jobs[1].cursor_area = "3501";
  jobs[1].cursor_entity = 12;
  f.in_transaction([&] {
    f.ledger->finish(jobs[0]);
    f.ledger->put(jobs[1]);
  });
  f.reopen();
  jobs = f.ledger->jobs();
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].area == "35");
  CHECK(jobs[0].cursor_area == "3501");
  CHECK(jobs[0].cursor_entity == 12);
  CHECK(jobs[0].last_entity == 77);
  CHECK(jobs[0].at == seconds(1));
  CHECK(f.ledger->text(jobs[0].rule) == "rainstorm");
  CHECK(jobs[1].area == "36");
}
