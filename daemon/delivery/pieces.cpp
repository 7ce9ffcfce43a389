#include "delivery/pieces.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/limits.hpp"

namespace duban::delivery {

struct Pieces::Run {
  std::weak_ptr<Memory> memory;
  std::string delivery;
  Kind kind = Kind::parts;
  std::vector<Piece> pieces;
  std::function<void(Outcome)> done;
  size_t at = 0;
  size_t sent = 0;
  std::vector<Outcome> retries;
  std::vector<std::string> rejections;
  std::string answer;  // of the last that was delivered
};

void Pieces::send(const Message& message, Kind kind, std::vector<Piece> pieces,
                  std::function<void(Outcome)> done) {
  if (pieces.size() == 1) return pieces[0].send(std::move(done));
  const auto run = std::make_shared<Run>();
  run->memory = memory_;
  run->delivery = fmt::format("{}/{}", message.key, message.delivery);
  run->kind = kind;
  run->pieces = std::move(pieces);
  run->done = std::move(done);
  next(run);
}

void Pieces::next(const std::shared_ptr<Run>& run) {
  const auto memory = run->memory.lock();
  if (!memory) return;
  const auto known = memory->find(run->delivery);
  while (known != memory->end() && run->at < run->pieces.size() &&
         known->second.contains(run->pieces[run->at].name)) {
    ++run->at;
    ++run->sent;
  }
  if (run->at == run->pieces.size()) return finish(*run);
  run->pieces[run->at].send([run](Outcome outcome) { take(run, std::move(outcome)); });
}

void Pieces::take(const std::shared_ptr<Run>& run, Outcome outcome) {
  const auto memory = run->memory.lock();
  if (!memory) return;
  const std::string& name = run->pieces[run->at].name;
  bool over = false;
  if (outcome.kind == Outcome::Kind::delivered) {
    ++run->sent;
    run->answer = std::move(outcome.answer);
    (*memory)[run->delivery].insert(name);
    if (memory->size() > limits::kPiecewiseDeliveries) {
      memory->erase(memory->begin()->first == run->delivery ? std::prev(memory->end()) : memory->begin());
    }
  } else if (outcome.kind == Outcome::Kind::rejected) {
    run->rejections.push_back(fmt::format("{}: {}", name, outcome.answer));
    over = run->kind == Kind::parts;
  } else {
    over = run->kind == Kind::parts || outcome.whole_channel;
    outcome.answer = fmt::format("{}: {}", name, outcome.answer);
    run->retries.push_back(std::move(outcome));
  }
  ++run->at;
  over ? finish(*run) : next(run);
}

void Pieces::finish(Run& run) {
  const auto done = std::exchange(run.done, nullptr);
  const std::string count = fmt::format("{} of {} sent", run.sent, run.pieces.size());
  if (!run.retries.empty()) {
    Outcome outcome = std::move(run.retries.back());
    outcome.answer = fmt::format("{}; {}", count, outcome.answer);
    return done(std::move(outcome));
  }
  if (const auto memory = run.memory.lock()) memory->erase(run.delivery);
  if (run.rejections.empty()) return done(Outcome::delivered(fmt::format("{}; {}", count, run.answer)));
  std::string answer = count;
  for (const std::string& rejection : run.rejections) answer += "; " + rejection;
  done(Outcome::rejected(std::move(answer)));
}

}  // namespace duban::delivery
