// What a list is narrowed by: a condition in the language of the rules (docs/cel.md), checked against the
// fields of the list before anything is read.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "api/error.hpp"
#include "cel/program.hpp"
#include "rule/configuration.hpp"

namespace duban::api {

class Filter {
 public:
  /// `variable` is the entry's name in the expression, `fields` its type.
  static std::variant<Filter, Fault> make(const std::string& source, const char* variable,
                                          const cel::RecordType* fields,
                                          std::shared_ptr<const rule::Configuration> configuration);
  /// Without a condition.
  Filter() = default;

  bool any() const { return !program_; }
  /// Whether an entry, values of `fields` in `arena`, is wanted. A condition that fails for it wants it not.
  bool wants(const cel::Value& entry, cel::Arena& arena);
  /// True once the entries looked at have cost limits::kFilterSteps: the page ends here.
  bool exhausted() const;

 private:
  std::shared_ptr<const cel::Program> program_;
  std::shared_ptr<const rule::Configuration> configuration_;
  uint64_t steps_ = 0;  // of all evaluations so far
};

}  // namespace duban::api
