#include "api/filter.hpp"

#include "api/limits.hpp"
#include "core/utf8.hpp"
#include "rule/functions.hpp"

namespace duban::api {
namespace {

constexpr const char* kPlace = "query parameter 'filter'";

Fault fault_of(const std::string& source, const std::vector<cel::Issue>& issues) {
  const cel::Issue& first = issues.front();
  const size_t column = utf8::count(std::string_view(source).substr(0, first.offset)) + 1;
  return {400, std::string(kPlace) + ", column " + std::to_string(column),
          source.substr(std::min(first.offset, source.size()), std::max<size_t>(first.length, 1)),
          "a condition of docs/cel.md: " + first.code + " " + first.message,
          first.hint.empty() ? "correct the condition" : first.hint};
}

}  // namespace

std::variant<Filter, Fault> Filter::make(const std::string& source, const char* variable,
                                         const cel::RecordType* fields,
                                         std::shared_ptr<const rule::Configuration> configuration) {
  if (source.empty()) return Filter();
  if (source.size() > limits::kFilterBytes)
    return Fault{400, kPlace, source, "at most " + std::to_string(limits::kFilterBytes) + " bytes",
                 "shorten the condition"};
  if (!configuration) return Fault{503, kPlace, source, "a daemon that has started", "try again in a moment"};
  cel::Environment environment;
  environment.declare(variable, cel::Type::of_record(fields));
  rule::add_functions(environment);
  cel::Compiled compiled = cel::compile(source, environment, cel::Type::of(cel::Type::Base::boolean));
  if (!compiled.program) return fault_of(source, compiled.issues);
  Filter filter;
  filter.program_ = std::move(compiled.program);
  filter.configuration_ = std::move(configuration);
  return filter;
}

bool Filter::wants(const cel::Value& entry, cel::Arena& arena) {
  if (!program_) return true;
  rule::Host host{configuration_->calendar.get(), configuration_->zone};
  cel::Context context{arena, &host, &configuration_->zone};
  const uint64_t before = context.budget;
  const bool wanted = program_->evaluate({&entry, 1}, context).is_true();
  steps_ += before - std::min(before, context.budget);
  return wanted;
}

bool Filter::exhausted() const { return steps_ >= limits::kFilterSteps; }

}  // namespace duban::api
