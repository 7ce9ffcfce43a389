#include "event/expressions.hpp"

#include <vector>

namespace duban::event {
namespace {

void check_event_fields(const cel::Program& program, const Source& source, const cel::RecordType& layout,
                        int slot, const char* code) {
  std::vector<std::string> known;
  for (const auto& field : layout.fields) {
    if (field.name != kOtherFields) known.push_back(field.name);
  }
  const int others = static_cast<int>(known.size());  // the map of all others is the last field
  for (const cel::FieldRef& read : program.reads()) {
    if (read.slot != slot || read.field != others) continue;
    const size_t dot = read.path.find('.');
    const std::string name = read.path.substr(dot + 1, read.path.find('.', dot + 1) - dot - 1);
    const size_t at = source.text.find("." + name);
    source.scalar.diagnostics().error(
        code, source.scalar.place_at(source.offset + (at == std::string::npos ? 0 : at + 1)),
        "unknown field '" + name + "' of " + layout.name, suggest(name, known));
  }
}

}  // namespace

Expression compile(const Source& source, const cel::Environment& env, const cel::Type& expected,
                   int event_slot, const char* undeclared) {
  cel::Compiled compiled = cel::compile(source.text, env, expected);
  for (cel::Issue& issue : compiled.issues)
    source.scalar.diagnostics().error(issue.code, source.scalar.place_at(source.offset + issue.offset),
                                      issue.message, issue.hint);
  if (!compiled.program || event_slot < 0) return compiled.program;
  const cel::RecordType* layout = env.variables()[static_cast<size_t>(event_slot)].type.record;
  if (layout != nullptr && layout->open)
    check_event_fields(*compiled.program, source, *layout, event_slot, undeclared);
  return compiled.program;
}

}  // namespace duban::event
