#include "app/command_simulate.hpp"

#include <filesystem>

#include "app/alert_table.hpp"
#include "app/exit_codes.hpp"
#include "app/settings.hpp"
#include "app/simulate.hpp"
#include "app/simulate_against.hpp"

namespace duban::app {
namespace {

/// Settings with the rules that the command line names in place of its own.
Loaded load_with_rules(const std::string& config, const std::vector<std::string>& rules, Diagnostics& out) {
  Loaded loaded;
  loaded.settings = load_settings(config, out);
  if (!rules.empty()) loaded.settings.sources.rules = rules;
  if (!out.has_errors()) loaded.configuration = rule::load(loaded.settings.sources, out);
  return loaded;
}

class Simulation {
 public:
  Simulation(const SimulateArguments& arguments, Console& console)
      : arguments_(arguments), console_(console) {}

  int run() {
    Diagnostics findings;
    loaded_ = load_with_rules(arguments_.config, arguments_.rules, findings);
    std::shared_ptr<const rule::Configuration> other;
    if (loaded_.configuration && !arguments_.against.empty())
      other = load_with_rules(arguments_.config, {arguments_.against}, findings).configuration;
    if (findings.has_errors()) {
      console_.error << findings.text();
      return kConfiguration;
    }
    if (!read_instant("--from", arguments_.from, options_.from) ||
        !read_instant("--to", arguments_.to, options_.to) || !read_filters())
      return kUsage;
    if (const int code = prepare_ledger(); code != kOk) return code;
    return other ? compare(std::move(other)) : print();
  }

 private:
  const Zone& zone() const { return loaded_.configuration->zone; }

  bool read_instant(const char* option, const std::string& text, Instant& out) {
    if (text.empty()) return true;
    const auto instant = zone().parse(text);
    if (instant)
      out = *instant;
    else
      console_.error << option << ": '" << text << "' is no instant; write it like 2023-01-19 or "
                     << "2023-01-19T10:00\n";
    return instant.has_value();
  }

  /// A name that no rule has would filter everything away, and look like silence.
  bool read_filters() {
    options_.rule = arguments_.rule;
    options_.subject = arguments_.subject;
    std::vector<std::string> rules;
    for (const auto& rule : loaded_.configuration->rules.rules) rules.push_back(rule->id);
    if (!options_.rule.empty() && loaded_.configuration->rules.find(options_.rule) == nullptr) {
      console_.error << "--rule: unknown rule '" << options_.rule << "'; " << suggest(options_.rule, rules)
                     << '\n';
      return false;
    }
    const std::string kind = options_.subject.substr(0, options_.subject.find('/'));
    if (!options_.subject.empty() &&
        (kind == options_.subject || loaded_.configuration->catalog->kind(kind) == nullptr)) {
      console_.error << "--subject: '" << options_.subject
                     << "' is no subject; write it as kind/id, like hazard/H1 ("
                     << suggest(kind, loaded_.configuration->catalog->kind_names()) << ")\n";
      return false;
    }
    return true;
  }

  int prepare_ledger() {
    if (arguments_.keep.empty()) return kOk;
    std::error_code failed;
    std::filesystem::create_directories(arguments_.keep, failed);
    options_.ledger = arguments_.keep + "/shard-0-of-1.db";
    if (!failed && !std::filesystem::exists(options_.ledger)) return kOk;
    console_.error << "--keep: " << options_.ledger
                   << (failed ? " cannot be made: " + failed.message() : " is there already")
                   << "; name a folder that is new or empty\n";
    return failed ? kStorage : kUsage;
  }

  /// Nothing if the events cannot be read.
  std::optional<Replayed> play(std::shared_ptr<const rule::Configuration> configuration,
                               const std::function<void(std::vector<Said>)>& tell) {
    std::string error;
    const auto file = RecordFile::open(arguments_.events, zone(), error);
    if (!file) {
      console_.error << error << '\n';
      return {};
    }
    if (!file->was_in_order())
      console_.error << arguments_.events
                     << " is not in order of instant; its events are replayed in that order\n";
    std::vector<event::Record> directory;
    Diagnostics findings;
    if (!loaded_.settings.directory_file.empty())
      directory = directory_records(loaded_.settings.directory_file, findings);
    if (findings.has_errors()) console_.error << findings.text();
    return replay(std::move(configuration), std::move(directory), *file, options_, console_, tell);
  }

  int print() {
    AlertTable table(console_.out, zone());
    const auto replayed = play(loaded_.configuration, [&](const std::vector<Said>& alerts) {
      if (!arguments_.json) return table.print(alerts);
      for (const Said& alert : alerts) console_.out << alert.json << '\n';
    });
    if (!replayed) return kSource;
    console_.error << summary_of(*replayed, arguments_.events, zone());
    return kOk;
  }

  int compare(std::shared_ptr<const rule::Configuration> other) {
    AlertDifference difference(zone());
    const auto present = play(loaded_.configuration, [&](const std::vector<Said>& alerts) {
      for (const Said& alert : alerts) difference.add_present(alert);
    });
    if (!present) return kSource;
    const auto changed = play(std::move(other), [&](const std::vector<Said>& alerts) {
      for (const Said& alert : alerts) difference.add_other(alert);
    });
    if (!changed) return kSource;
    if (arguments_.json) console_.out << difference.json() << '\n';
    std::ostream nowhere(nullptr);
    const bool differs = difference.print(arguments_.json ? nowhere : console_.out);
    console_.error << "present rules: " << summary_of(*present, arguments_.events, zone())
                   << arguments_.against << ": " << summary_of(*changed, arguments_.events, zone());
    if (!differs) console_.error << "both say the same\n";
    return differs ? kFindings : kOk;
  }

  const SimulateArguments& arguments_;
  Console& console_;
  Loaded loaded_;
  ReplayOptions options_;
};

}  // namespace

int simulate_command(const SimulateArguments& arguments, Console& console) {
  return Simulation(arguments, console).run();
}

}  // namespace duban::app
