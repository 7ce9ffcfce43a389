#include "event/expressions.hpp"

#include <vector>

#include "cel/errors.hpp"

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
                   const Naming& naming) {
  cel::Compiled compiled = cel::compile(source.text, env, expected);
  for (cel::Issue& issue : compiled.issues) {
    if (issue.code == cel::codes::kUnknownName && naming.hint) {
      const std::string hint = naming.hint(source.text.substr(issue.offset, issue.length));
      if (!hint.empty()) issue.hint = hint;
    }
    source.scalar.diagnostics().error(issue.code, source.scalar.place_at(source.offset + issue.offset),
                                      issue.message, issue.hint);
  }
  if (!compiled.program || naming.event_slot < 0) return compiled.program;
  const cel::RecordType* layout = env.variables()[static_cast<size_t>(naming.event_slot)].type.record;
  if (layout != nullptr && layout->open)
    check_event_fields(*compiled.program, source, *layout, naming.event_slot, naming.undeclared);
  return compiled.program;
}

}  // namespace duban::event
