// What explanations of alerts and of items share. Private to app/.
#pragma once

#include "app/explain.hpp"
#include "engine/plan.hpp"
#include "ledger/ledger.hpp"

namespace duban::app {

/// A ledger open for one reading transaction.
class ReadLedger {
 public:
  ReadLedger(const StoreFile& file, std::shared_ptr<const event::Catalog> catalog);
  ~ReadLedger();
  ledger::Ledger& operator*() { return *ledger_; }
  ledger::Ledger* operator->() { return ledger_.get(); }

 private:
  std::unique_ptr<ledger::Ledger> ledger_;
};

/// {"type", "id", "time", "topic", "partition", "offset", "at", "data"} of a journal entry.
Explanation event_part(const ledger::JournalEntry& entry, const Zone& zone);

/// The days a workday sum stepped on, each with why it counts or not: {"day", "text", "count"}. From the day
/// after `from` (before it, for n < 0) until |n| workdays are counted.
Explanation counted_days(const calendar::Calendar& calendar, Date from, int n);

/// {"schedule", "days"}: how the workdays of a schedule were counted from its anchor's date.
Explanation schedule_part(const rule::Schedule& schedule, std::optional<Date> anchor,
                          const rule::Configuration& configuration);

/// {"at" or "date", "schedule", "expression", "event", "days"}: where an item's due date comes from.
Explanation due_part(const rule::Rule& rule, const ledger::Entity& subject, const ledger::Item& item,
                     ledger::Ledger& ledger, const rule::Configuration& configuration);

/// {"id", "title", "basis", "file", "line", "version", "active", "excerpt"}; the excerpt is from the texts
/// that the ledger keeps of that version.
Explanation rule_part(const std::string& rule, const std::string& version, ledger::Ledger& ledger);

/// One line of a file as the ledger keeps it of that version, without its indentation.
std::string line_of(const std::string& file, int line, const std::string& version, ledger::Ledger& ledger);

/// What one term of a condition comes to: {"term", "value", "fields": [{"name", "value"}]}; measures that it
/// asks for are among the fields, as the ledger counts them now.
Explanation terms_part(const rule::Expression& condition, std::span<const cel::Value> values,
                       const rule::Rule& rule, const rule::Configuration& configuration,
                       const rule::Sources& sources, ledger::Ledger& ledger, cel::Arena& arena);

/// {"trigger", "spans", "when", "until"}: the rule's triggers and conditions over the subject as it is now;
/// `when` is left out while no span is live. "trigger" says why none may be: {"event", "when"} of what opens
/// spans,
/// {"terms"} of a threshold.
Explanation conditions_part(ReadLedger& ledger, const rule::Configuration& configuration,
                            const rule::Sources& sources, const rule::Rule& rule, ledger::Entity& subject);

/// The item's span: when its trigger began and ended.
engine::SpanDates span_dates(const rule::Rule& rule, const ledger::Item& item, ledger::Ledger& ledger,
                             const rule::Configuration& configuration);

}  // namespace duban::app
