#include "app/command_audit.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "app/exit_codes.hpp"
#include "app/settings.hpp"
#include "app/store_files.hpp"
#include "core/digest.hpp"
#include "ledger/audit_check.hpp"

namespace duban::app {
namespace {

using Json = nlohmann::ordered_json;
using Marks = std::map<int, ledger::AuditMark>;
constexpr size_t kRowsAtOnce = 1'000;

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto [end, failed] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (failed != std::errc{} || end != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

/// "0:1234:9f…"; false if it has another form.
bool read_mark(const std::string& text, Marks& marks) {
  int shard = 0;
  ledger::AuditMark mark;
  const char* const end = text.data() + text.size();
  const auto [first, no_shard] = std::from_chars(text.data(), end, shard);
  if (no_shard != std::errc{} || first == end || *first != ':') return false;
  const auto [second, no_sequence] = std::from_chars(first + 1, end, mark.sequence);
  if (no_sequence != std::errc{} || second == end || *second != ':') return false;
  const auto hash = from_hex({second + 1, static_cast<size_t>(end - second - 1)});
  if (!hash || hash->size() != mark.hash.size()) return false;
  mark.hash = *hash;
  marks[shard] = std::move(mark);
  return true;
}

struct Store {
  std::vector<StoreFile> files;
  Zone zone = Zone::shanghai();
  int failed = kOk;
};

Store open_store(const AuditArguments& arguments, Console& console) {
  Store store;
  Diagnostics findings;
  const Settings settings = load_settings(arguments.config, findings);
  if (findings.has_errors()) {
    console.error << findings.text();
    store.failed = kConfiguration;
    return store;
  }
  store.zone = Zone::find(settings.sources.zone).value_or(store.zone);
  std::string error;
  store.files = store_files(arguments.store.empty() ? settings.store_directory : arguments.store, error);
  if (!error.empty()) {
    console.error << error << '\n';
    store.failed = kStorage;
  }
  return store;
}

std::unique_ptr<ledger::Ledger> open_ledger(const StoreFile& file) {
  ledger::Options options;
  options.path = file.path;
  options.read_only = true;
  auto ledger = std::make_unique<ledger::Ledger>(options);
  ledger->begin();
  return ledger;
}

void tell(const AuditArguments& arguments, int shard, const ledger::AuditReport& report, Console& console) {
  const std::string mark = fmt::format("{}:{}:{}", shard, report.head.sequence, to_hex(report.head.hash));
  if (arguments.json) {
    Json line{{"shard", shard},
              {"rows", report.rows},
              {"sealed", report.sealed.sequence},
              {"mark", mark},
              {"whole", !report.fault}};
    if (report.fault) line["fault"] = {{"sequence", report.fault->sequence}, {"what", report.fault->what}};
    console.out << line.dump() << '\n';
  } else if (report.fault) {
    console.out << fmt::format("shard {}: row {}: {}\n", shard, report.fault->sequence, report.fault->what);
  } else {
    console.out << fmt::format(
        "shard {}: {} rows are whole{}\nmark {}\n", shard, report.rows,
        report.sealed.sequence == 0 ? "" : fmt::format("; sealed up to {}", report.sealed.sequence), mark);
  }
}

/// The body stands there byte for byte, so that whoever has the lines can compute the hashes.
std::string row_line(int shard, const ledger::AuditRow& row, const Zone& zone) {
  const Json head{{"shard", shard},          {"sequence", row.sequence}, {"at", zone.format(row.at)},
                  {"at_ms", ms_of(row.at)},  {"kind", row.kind},         {"subject", row.subject},
                  {"hash", to_hex(row.hash)}};
  std::string line = head.dump(-1, ' ', false, Json::error_handler_t::replace);
  line.pop_back();
  const bool intact = Json::accept(row.body);
  return line + ",\"body\":" +
         (intact ? row.body : Json(row.body).dump(-1, ' ', true, Json::error_handler_t::replace)) + "}";
}

}  // namespace

int audit_verify_command(const AuditArguments& arguments, Console& console) {
  Marks marks;
  for (const std::string& text : arguments.marks)
    if (!read_mark(text, marks)) {
      console.error << "duban audit verify: --mark " << text
                    << ": expected SHARD:SEQUENCE:HASH, as it printed before\n";
      return kUsage;
    }
  const Store store = open_store(arguments, console);
  if (store.failed != kOk) return store.failed;
  bool whole = true;
  for (const StoreFile& file : store.files) {
    const auto mark = marks.find(file.ownership.index);
    const auto anchor = mark == marks.end() ? std::nullopt : std::optional(mark->second);
    const ledger::AuditReport report = ledger::check_audit(*open_ledger(file), anchor);
    tell(arguments, file.ownership.index, report, console);
    whole = whole && !report.fault;
  }
  return whole ? kOk : kFindings;
}

int audit_export_command(const AuditArguments& arguments, Console& console) {
  const Store store = open_store(arguments, console);
  if (store.failed != kOk) return store.failed;
  for (const StoreFile& file : store.files) {
    const auto ledger = open_ledger(file);
    int64_t after = ledger->audit_sealed().sequence;
    for (;;) {
      const std::vector<ledger::AuditRow> rows = ledger->audit_rows(after, kRowsAtOnce);
      for (const ledger::AuditRow& row : rows)
        console.out << row_line(file.ownership.index, row, store.zone) << '\n';
      if (rows.size() < kRowsAtOnce) break;
      after = rows.back().sequence;
    }
  }
  return kOk;
}

}  // namespace duban::app
