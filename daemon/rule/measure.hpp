// Measures: what is counted or listed, by area or unit, and what is computed of them (rules.md, "Measures").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cel/program.hpp"
#include "event/catalog.hpp"

namespace duban::rule {

struct Measure {
  enum class Kind { count, list, value };
  enum class By { all, area, unit, field };
  std::string id;
  int index = 0;  // position in RuleSet::measures
  Kind kind = Kind::count;
  const event::EntityKind* subject = nullptr;  // of what is counted; of items: their rule's subject
  std::string rule;                            // items of this rule; empty: entities
  By by = By::all;
  int field = -1;           // of By::field
  int on = -1;              // a date field of the subject; -1: when the entity began
  int within_days = 0;      // only so many days back; 0: all
  event::Expression where;  // over the subject, and over `item` where items are counted
  event::Expression value;  // over `measure`, a record of all measures before this one
  const cel::RecordType* over = nullptr;
  std::vector<int> uses;  // of a value: the measures that it reads
  cel::Type type;
  std::string source;  // as written: another text is counted anew

  /// Numbers in the ledger, kept by the transactions of the events; what concerns items, and lists, are
  /// collected when they are asked for.
  bool counted() const { return kind == Kind::count && rule.empty(); }
};

/// At most so many in one configuration: each is a function of its own in expressions.
inline constexpr size_t kMostMeasures = 64;

/// Gives the value of a measure; the engine does.
class MeasureSource {
 public:
  virtual ~MeasureSource() = default;
  /// `span`: a calendar span's record, whose days count; null: as of now.
  virtual cel::Value measure(int index, std::string_view place, const cel::Value* span,
                             cel::Context& context) = 0;

 protected:
  MeasureSource() = default;
  MeasureSource(const MeasureSource&) = default;
  MeasureSource& operator=(const MeasureSource&) = default;
};

/// Adds each measure as ID(place) and ID(place, trigger); without `by` as ID() and ID(trigger).
void add_measures(cel::Environment& env, const std::vector<Measure>& measures);
/// The measures that an expression or a message calls, those behind values included, in order of index.
std::vector<int> measures_called(std::string_view source, const std::vector<Measure>& measures);

}  // namespace duban::rule
