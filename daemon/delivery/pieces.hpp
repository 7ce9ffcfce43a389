// A message that has to go out as several: long texts in parts, people one by one.
//
// What has gone out is remembered for the next attempt, so that nobody is told again because somebody else
// could not be reached. The memory is the process's own: after a restart all pieces go out again (at least
// once). On the loop's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "delivery/channel.hpp"

namespace duban::delivery {

struct Piece {
  std::string name;  // for answers: "part 2 of 3", "E-1/officer"; tells the pieces of a message apart
  std::function<void(std::function<void(Outcome)>)> send;
};

class Pieces {
 public:
  enum class Kind {
    parts,  // in order; the first that is not delivered ends the attempt
    people  // each for itself
  };

  /// Sends one after the other what has not gone out yet. The outcome: delivered if every piece is; retry if
  /// one may still be; else rejected. `done` is called once if every piece answers once.
  void send(const Message& message, Kind kind, std::vector<Piece> pieces, std::function<void(Outcome)> done);

 private:
  struct Run;
  /// By delivery: the names of the pieces that went out.
  using Memory = std::map<std::string, std::set<std::string>>;
  static void next(const std::shared_ptr<Run>& run);
  static void take(const std::shared_ptr<Run>& run, Outcome outcome);
  static void finish(Run& run);

  std::shared_ptr<Memory> memory_ = std::make_shared<Memory>();
};

}  // namespace duban::delivery
