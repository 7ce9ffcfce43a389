// From a checked tree to nodes; constant parts are evaluated here, once.
#pragma once

#include <memory>
#include <memory_resource>
#include <vector>

#include "cel/checker.hpp"
#include "cel/node.hpp"

namespace re2 {
class RE2;
}

namespace duban::cel {

/// What a program's nodes point into.
struct ProgramMemory {
  std::pmr::monotonic_buffer_resource nodes;
  Arena values;
  std::vector<std::unique_ptr<re2::RE2>> patterns;
  std::shared_ptr<std::deque<Overload>> host_functions;
  ProgramMemory();
  ~ProgramMemory();
};

struct Emitted {
  Node root;
  bool constant = false;
  std::vector<Issue> issues;
};

/// `sure`: a constant part that fails is an issue, even where another operand could absorb the error.
Emitted emit(Expr& root, ProgramMemory& memory, bool sure);

}  // namespace duban::cel
