#include "shrink.hpp"

#include "world.hpp"

namespace duban::sim {
namespace {

constexpr size_t kRuns = 600;

class Shrinker {
 public:
  explicit Shrinker(Plan plan) : plan_(std::move(plan)) {}

  Plan shrink() {
    for (size_t piece = plan_.steps.size(); piece > 0; piece /= 2)
      for (size_t from = 0; from < plan_.steps.size();) {
        Plan smaller = plan_;
        const auto begin = smaller.steps.begin() + static_cast<std::ptrdiff_t>(from);
        smaller.steps.erase(begin,
                            begin + static_cast<std::ptrdiff_t>(std::min(piece, plan_.steps.size() - from)));
        if (!take(std::move(smaller))) from += piece;
      }
    for (size_t i = plan_.world["rules"].size(); i-- > 0;) {
      if (plan_.world["rules"].size() > 1 && take_without(Json::json_pointer("/rules"), i)) continue;
      const Json::json_pointer stages("/rules/" + std::to_string(i) + "/stages");
      for (size_t j = plan_.world.at(stages).size(); j-- > 0;)
        if (plan_.world.at(stages).size() > 1) take_without(stages, j);
    }
    return std::move(plan_);
  }

 private:
  bool take_without(const Json::json_pointer& list, size_t index) {
    Plan smaller = plan_;
    smaller.world.at(list).erase(index);
    return take(std::move(smaller));
  }
  /// Keeps the smaller plan if it fails, too.
  bool take(Plan smaller) {
    if (++runs_ > kRuns || run(smaller).faults.empty()) return false;
    plan_ = std::move(smaller);
    return true;
  }

  Plan plan_;
  size_t runs_ = 0;
};

}  // namespace

Plan shrink(Plan plan) { return Shrinker(std::move(plan)).shrink(); }

}  // namespace duban::sim
