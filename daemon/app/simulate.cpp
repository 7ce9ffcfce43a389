#include "app/simulate.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/plan.hpp"
#include "rule/level.hpp"

namespace duban::app {
namespace {

constexpr size_t kRefusalsShown = 3;      // of each code
constexpr size_t kProgressStep = 20'000;  // records between two lines of progress

class Replay {
 public:
  Replay(std::shared_ptr<const rule::Configuration> configuration, RecordFile& file,
         const ReplayOptions& options, const std::function<void(std::vector<Said>)>& tell)
      : zone_(configuration->zone),
        scene_(std::move(configuration), options.ledger),
        file_(file),
        options_(options),
        tell_(tell) {}

  void feed_directory(std::vector<event::Record> directory) {
    replayed_.units = directory.size();
    for (event::Record& record : directory) {
      record.at = file_.first();
      scene_.feed(std::move(record));
    }
  }

  void feed_events(Console& console) {
    replayed_.first = file_.first();
    while (auto record = file_.next()) {
      if (record->at > options_.to) break;
      ++replayed_.events;
      replayed_.end = record->at;
      scene_.feed(std::move(*record));
      tell(scene_.engine().instant());
      if (console.progress && replayed_.events % kProgressStep == 0)
        console.error << fmt::format("\r{} of {} events, {} ", replayed_.events, file_.count(),
                                     zone_.date(replayed_.end).str())
                      << std::flush;
    }
    if (console.progress && replayed_.events >= kProgressStep) console.error << "\r\033[K";
  }

  Replayed finish() {
    if (options_.to != kNever) replayed_.end = options_.to;
    scene_.run_to(replayed_.end + engine::kMeasuring);
    tell(kNever);
    for (const ledger::DeadLetter& letter : scene_.refused()) note(letter);
    return std::move(replayed_);
  }

 private:
  void tell(Instant before) {
    std::vector<Said> said = scene_.take(before);
    std::erase_if(said, [&](const Said& alert) {
      return alert.at < options_.from || (!options_.rule.empty() && alert.rule != options_.rule) ||
             (!options_.subject.empty() && alert.subject != options_.subject);
    });
    if (said.empty()) return;
    for (const Said& alert : said)
      ++replayed_.levels[nlohmann::json::parse(alert.json).at("level").get<std::string>()];
    replayed_.alerts += said.size();
    tell_(std::move(said));
  }

  void note(const ledger::DeadLetter& letter) {
    if (++replayed_.refusals[letter.code] > kRefusalsShown) return;
    const bool event = letter.topic == file_.input().topic;
    replayed_.first_refusals.push_back(
        {letter.at, event ? file_.line(letter.offset) : 0, letter.code, letter.reason});
  }

  Zone zone_;
  Scene scene_;
  RecordFile& file_;
  const ReplayOptions& options_;
  const std::function<void(std::vector<Said>)>& tell_;
  Replayed replayed_;
};

}  // namespace

Replayed replay(std::shared_ptr<const rule::Configuration> configuration,
                std::vector<event::Record> directory, RecordFile& file, const ReplayOptions& options,
                Console& console, const std::function<void(std::vector<Said>)>& tell) {
  Replay replay(std::move(configuration), file, options, tell);
  replay.feed_directory(std::move(directory));
  replay.feed_events(console);
  return replay.finish();
}

std::string summary_of(const Replayed& replayed, const std::string& file, const Zone& zone) {
  size_t refused = 0;
  for (const auto& [code, count] : replayed.refusals) refused += count;
  std::string out = fmt::format("{} events", replayed.events);
  if (replayed.events > 0)
    out += fmt::format(" from {} to {}", zone.format(replayed.first).substr(0, 16),
                       zone.format(replayed.end).substr(0, 16));
  out += fmt::format(", {} units known from the start, {} refused\n", replayed.units, refused);
  for (const Refused& one : replayed.first_refusals)
    out += fmt::format("  {} {}: {}\n",
                       one.line > 0 ? fmt::format("{}:{}:", file, one.line) : "directory:", one.code,
                       one.reason);
  for (const auto& [code, count] : replayed.refusals)
    if (count > kRefusalsShown) out += fmt::format("  … {} more of {}\n", count - kRefusalsShown, code);
  out += fmt::format("{} alerts", replayed.alerts);
  std::string levels;
  for (const std::string& name : rule::level_names())
    if (const auto found = replayed.levels.find(name); found != replayed.levels.end())
      levels += fmt::format("{}{} {}", levels.empty() ? ": " : ", ", rule::chinese(*rule::parse_level(name)),
                            found->second);
  return out + levels + "\n";
}

}  // namespace duban::app
