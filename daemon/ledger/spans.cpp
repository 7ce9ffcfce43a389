#include "ledger/spans.hpp"

namespace duban::ledger {

namespace {

Span span_of(const Statement& s) {
  Span span;
  span.rule = NameId{static_cast<int32_t>(s.integer(0))};
  span.key = s.text(1);
  span.opened = instant_of_ms(s.integer(2));
  span.closes = instant_of_ms(s.integer(3));
  span.live = s.integer(4) != 0;
  span.area = s.text(5);
  span.fields = s.text(6);
  return span;
}

Job job_of(const Statement& s) {
  Job job;
  job.id = s.integer(0);
  job.at = instant_of_ms(s.integer(1));
  job.kind = NameId{static_cast<int32_t>(s.integer(2))};
  job.rule = NameId{static_cast<int32_t>(s.integer(3))};
  job.area = s.text(4);
  job.last_entity = s.integer(5);
  job.cursor_area = s.text(6);
  job.cursor_entity = s.integer(7);
  job.task = static_cast<Job::Task>(s.integer(8));
  job.detail = s.text(9);
  return job;
}

}  // namespace

Spans::Spans(Database& database)
    : write_(database, "INSERT OR REPLACE INTO span VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", "writing a span"),
      select_live_(
          database,
          "SELECT rule, key, opened, closes, live, area, fields FROM span WHERE live = 1 ORDER BY rule, key",
          "listing the spans"),
      select_(database,
              "SELECT rule, key, opened, closes, live, area, fields FROM span WHERE rule = ?1 AND key = ?2",
              "looking up a span") {}

void Spans::put(const Span& span) {
  write_.bind(1, static_cast<int64_t>(span.rule)).bind(2, span.key).bind(3, ms_of(span.opened));
  write_.bind(4, ms_of(span.closes))
      .bind(5, int64_t{span.live})
      .bind(6, span.area)
      .bind(7, span.fields)
      .run();
}

std::vector<Span> Spans::live() {
  Rows rows(select_live_);
  std::vector<Span> found;
  while (rows.next()) found.push_back(span_of(select_live_));
  return found;
}

std::optional<Span> Spans::get(NameId rule, std::string_view key) {
  Rows rows(select_.bind(1, static_cast<int64_t>(rule)).bind(2, key));
  return rows.next() ? std::optional(span_of(select_)) : std::nullopt;
}

Jobs::Jobs(Database& database)
    : insert_(database, "INSERT INTO job VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
              "adding a fan-out"),
      update_(database, "UPDATE job SET cursor_area = ?2, cursor_entity = ?3 WHERE id = ?1",
              "advancing a fan-out"),
      remove_(database, "DELETE FROM job WHERE id = ?1", "finishing a fan-out"),
      select_(
          database,
          "SELECT id, at, kind, rule, area, last_entity, cursor_area, cursor_entity, task, detail FROM job "
          "ORDER BY id",
          "listing the fan-outs") {}

int64_t Jobs::put(Job& job) {
  if (job.id != 0) {
    update_.bind(1, job.id).bind(2, job.cursor_area).bind(3, job.cursor_entity).run();
    return job.id;
  }
  insert_.bind(1, ms_of(job.at))
      .bind(2, static_cast<int64_t>(job.kind))
      .bind(3, static_cast<int64_t>(job.rule));
  insert_.bind(4, job.area)
      .bind(5, job.last_entity)
      .bind(6, job.cursor_area)
      .bind(7, job.cursor_entity)
      .bind(8, static_cast<int64_t>(job.task))
      .bind(9, job.detail)
      .run();
  return job.id = insert_.last_row();
}

void Jobs::finish(const Job& job) { remove_.bind(1, job.id).run(); }

std::vector<Job> Jobs::all() {
  Rows rows(select_);
  std::vector<Job> found;
  while (rows.next()) found.push_back(job_of(select_));
  return found;
}

}  // namespace duban::ledger
