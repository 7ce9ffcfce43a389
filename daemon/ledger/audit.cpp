#include "ledger/audit.hpp"

#include <charconv>

#include "cel/value.hpp"
#include "core/digest.hpp"

namespace duban::ledger {
namespace {

constexpr std::string_view kHead = "audit head";
constexpr std::string_view kSealed = "audit sealed";
constexpr size_t kHashBytes = 32;

/// "17 " and the 32 bytes of the hash.
std::string mark_text(const AuditMark& mark) { return std::to_string(mark.sequence) + " " + mark.hash; }

AuditMark read_mark(std::string_view text) {
  AuditMark mark;
  const size_t space = text.find(' ');
  if (space == std::string_view::npos || text.size() != space + 1 + kHashBytes) return mark;
  std::from_chars(text.data(), text.data() + space, mark.sequence);
  mark.hash = text.substr(space + 1);
  return mark;
}

}  // namespace

std::string first_audit_hash() { return std::string(kHashBytes, '\0'); }

std::string audit_hash(std::string_view previous, const AuditRow& row) {
  std::string text(previous);
  text += std::to_string(row.sequence);
  text += '\n';
  text += std::to_string(ms_of(row.at));
  for (const std::string* part : {&row.kind, &row.subject, &row.body}) {
    text += '\n';
    text += *part;
  }
  text += '\n';
  return sha256(text);
}

std::string& AuditBody::key(std::string_view name) {
  if (text_.size() > 1) text_ += ',';
  text_ += '"';
  text_ += name;
  text_ += "\":";
  return text_;
}

AuditBody& AuditBody::text(std::string_view name, std::string_view value) {
  cel::append_json(key(name), cel::Value::of(value));
  return *this;
}

AuditBody& AuditBody::number(std::string_view name, int64_t value) {
  key(name) += std::to_string(value);
  return *this;
}

AuditBody& AuditBody::boolean(std::string_view name, bool value) {
  key(name) += value ? "true" : "false";
  return *this;
}

AuditBody& AuditBody::texts(std::string_view name, const std::vector<std::string>& values) {
  key(name) += '[';
  for (const std::string& value : values) {
    if (&value != &values.front()) text_ += ',';
    cel::append_json(text_, cel::Value::of(std::string_view(value)));
  }
  text_ += ']';
  return *this;
}

Audit::Audit(Database& database)
    : insert_(database, "INSERT INTO audit VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "writing the audit log"),
      select_(database,
              "SELECT sequence, at, kind, subject, body, hash FROM audit WHERE sequence > ?1 ORDER BY "
              "sequence LIMIT ?2",
              "reading the audit log"),
      select_first_(database,
                    "SELECT sequence, hash FROM (SELECT sequence, at, hash FROM audit ORDER BY sequence "
                    "LIMIT ?2) WHERE at < ?1 ORDER BY sequence DESC LIMIT 1",
                    "looking for what the audit log may forget"),
      remove_(database, "DELETE FROM audit WHERE sequence <= ?1", "sealing the audit log"),
      write_mark_(database, "INSERT OR REPLACE INTO meta VALUES(?1, ?2)", "writing the audit log"),
      select_mark_(database, "SELECT value FROM meta WHERE name = ?1", "reading the audit log") {
  refresh();
}

void Audit::add(std::string_view kind, Instant at, std::string_view subject, std::string_view body) {
  const AuditRow row{head_.sequence + 1, at, std::string(kind), std::string(subject), std::string(body), {}};
  AuditMark next{row.sequence, audit_hash(head_.hash, row)};
  insert_.bind(1, row.sequence).bind(2, ms_of(at)).bind(3, kind).bind(4, subject).bind(5, body);
  insert_.bind_blob(6, next.hash).run();
  head_ = std::move(next);
}

std::vector<AuditRow> Audit::rows(int64_t after, size_t limit) {
  std::vector<AuditRow> found;
  Rows rows(select_.bind(1, after).bind(2, static_cast<int64_t>(limit)));
  while (rows.next())
    found.push_back({select_.integer(0), instant_of_ms(select_.integer(1)), std::string(select_.text(2)),
                     std::string(select_.text(3)), std::string(select_.text(4)),
                     std::string(select_.blob(5))});
  return found;
}

size_t Audit::seal(Instant before, Instant at, size_t limit) {
  AuditMark last;
  {
    Rows rows(select_first_.bind(1, ms_of(before)).bind(2, static_cast<int64_t>(limit)));
    if (!rows.next()) return 0;
    last = {select_first_.integer(0), std::string(select_first_.blob(1))};
  }
  remove_.bind(1, last.sequence).run();
  const auto removed = static_cast<size_t>(last.sequence - sealed_.sequence);
  sealed_ = last;
  add("seal", at, "audit",
      AuditBody().number("through", last.sequence).text("hash", to_hex(last.hash)).str());
  return removed;
}

void Audit::store(std::string_view name, const AuditMark& mark) {
  const std::string text = mark_text(mark);
  write_mark_.bind(1, name).bind_blob(2, text).run();
}

void Audit::store() {
  if (head_ != committed_head_) store(kHead, head_);
  if (sealed_ != committed_sealed_) store(kSealed, sealed_);
}

void Audit::committed() {
  if (head_.sequence != committed_head_.sequence) committed_head_ = head_;
  if (sealed_.sequence != committed_sealed_.sequence) committed_sealed_ = sealed_;
}

void Audit::rolled_back() {
  head_ = committed_head_;
  sealed_ = committed_sealed_;
}

void Audit::refresh() {
  for (const auto& [name, mark] : {std::pair{kHead, &head_}, std::pair{kSealed, &sealed_}}) {
    Rows rows(select_mark_.bind(1, name));
    *mark = rows.next() ? read_mark(select_mark_.blob(0)) : AuditMark{};
  }
  committed_head_ = head_;
  committed_sealed_ = sealed_;
}

}  // namespace duban::ledger
