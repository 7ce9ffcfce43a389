// Message templates: text with `${expression}` in it. What an event's fields bring in is data: control
// characters and line breaks in it become spaces.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cel/program.hpp"
#include "core/yaml.hpp"

namespace duban::rule {

class Template {
 public:
  /// Compiles every `${…}`; `$$` stands for a dollar sign. Issues are reported at their place in the scalar.
  static Template compile(const yaml::Reader& scalar, const cel::Environment& env);
  static Template compile(const std::string& text, const cel::Environment& env,
                          std::vector<cel::Issue>& issues);

  /// An expression that fails prints as "?" and its reason is appended to `failures`.
  std::string render(std::span<const cel::Value> variables, cel::Context& context,
                     std::vector<std::string>* failures = nullptr) const;
  const std::string& source() const { return source_; }
  bool reads_slot(int slot) const;

 private:
  struct Part {
    std::string text;  // literal, if no program
    std::shared_ptr<const cel::Program> program;
  };
  std::vector<Part> parts_;
  std::string source_;
};

}  // namespace duban::rule
