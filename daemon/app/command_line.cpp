#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>

#include "app/command_check.hpp"
#include "app/command_demo.hpp"
#include "app/command_demo_write.hpp"
#include "app/command_explain.hpp"
#include "app/command_forecast.hpp"
#include "app/command_import.hpp"
#include "app/command_line_ask.hpp"
#include "app/command_run.hpp"
#include "app/command_simulate.hpp"
#include "app/command_test.hpp"
#include "app/exit_codes.hpp"
#include "ledger/ledger.hpp"

namespace duban::app {
namespace {

constexpr char kVersion[] = "duban 0.1.0";
constexpr char kExitCodes[] =
    "Exit codes: 0 done; 1 findings, failed tests or differences; 2 wrong usage; 3 configuration cannot be\n"
    "loaded; 4 storage; 5 events cannot be read; 6 the daemon cannot be asked; 70 internal error.\n";

/// Without its own words in the help: the option's say it.
CLI::Validator plainly(CLI::Validator validator) { return validator.description(""); }

/// Builds the parser; `action` becomes what the chosen command does.
class Commands {
 public:
  explicit Commands(Console& console) : console_(console) {
    app_.name("duban");
    app_.add_option("--config", config_, "Settings (default: config/duban.yaml)")->type_name("FILE");
    app_.set_version_flag("--version", kVersion);
    app_.footer(std::string("duban COMMAND --help shows a command's options and examples.\n") + kExitCodes);
    app_.require_subcommand(1);
    add_run();
    add_check();
    add_test();
    add_simulate();
    add_forecast();
    add_explain();
    add_demo();
    add_import();
    ask_.emplace(
        app_, console_,
        [this](CLI::App& parent, const char* name, const char* what, const char* examples,
               std::string& config) { return command(parent, name, what, examples, config); },
        [this](std::function<int()> action) { action_ = std::move(action); });
  }

  int run(int argc, const char* const* argv) {
    if (const std::string wrong = unknown_command(argc, argv); !wrong.empty()) return refuse(wrong);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
      app_.exit(asked, console_.out, console_.error);
      return kOk;
    } catch (const CLI::ParseError& wrong) {
      console_.error << "duban: " << wrong.what()
                     << "\nduban --help lists the commands, duban COMMAND --help "
                     << "the options of one\n";
      return kUsage;
    }
    for (std::string* config : configs_) *config = config_;
    demo_write_.config = config_;
    return action_();
  }

 private:
  int refuse(const std::string& wrong) {
    console_.error << "duban: " << wrong << "\nduban --help lists the commands, duban COMMAND --help "
                   << "the options of one\n";
    return kUsage;
  }

  /// The parser would only say that a command is missing.
  std::string unknown_command(int argc, const char* const* argv) {
    int first = 1;
    while (first < argc && argv[first][0] == '-')
      first += std::string_view(argv[first]) == "--config" ? 2 : 1;
    if (first >= argc) return {};
    std::vector<std::string> known;
    for (const CLI::App* command : app_.get_subcommands({})) known.push_back(command->get_name());
    const std::string given = argv[first];
    if (std::find(known.begin(), known.end(), given) != known.end()) return {};
    return "unknown command '" + given + "'; " + suggest(given, known);
  }

  /// The settings may be named before or after the command.
  CLI::App* command(const char* name, const char* what, const char* examples, std::string& config) {
    return command(app_, name, what, examples, config);
  }

  CLI::App* command(CLI::App& parent, const char* name, const char* what, const char* examples,
                    std::string& config) {
    CLI::App* command = parent.add_subcommand(name, what);
    command->add_option("--config", config_, "Settings (default: config/duban.yaml)")->type_name("FILE");
    configs_.push_back(&config);
    command->footer(std::string("Examples:\n") + examples);
    return command;
  }

  static void add_format(CLI::App& command, bool& json, const char* plain, const char* machine) {
    command
        .add_option_function<std::string>(
            "--format", [&json, machine](const std::string& format) { json = format == machine; },
            std::string("How the answer is written (default ") + plain + ")")
        ->type_name(std::string(plain) + "|" + machine)
        ->check(plainly(CLI::IsMember({plain, machine})));
  }

  void add_check() {
    CLI::App* c =
        command("check", "Checks settings, catalog, calendars, rules, routes, directory and rule tests",
                "  duban check\n"
                "  duban check rules/flood-season.yaml tests/rules\n"
                "  duban check --strict --format json\n",
                check_.config);
    c->add_option(
         "file", check_.files,
         "Files to check; each is recognised by its keys and stands in for the configured file of its "
         "name. None: the whole configuration")
        ->type_name("FILE");
    c->add_option("--today", check_.today,
                  "The day from which the calendar's coming year is looked at (default: now)")
        ->type_name("DATE");
    c->add_flag("--strict", check_.strict, "Warnings fail, too");
    add_format(*c, check_.json, "text", "json");
    c->callback([this] { action_ = [this] { return check_command(check_, console_); }; });
  }

  void add_test() {
    CLI::App* c = command("test", "Runs rule tests on the real engine with a virtual clock",
                          "  duban test\n"
                          "  duban test tests/rules/hazard-rectification.test.yaml --verbose\n",
                          test_.config);
    c->add_option("file", test_.files, "Test files, or folders with *.test.yaml (default: tests/rules)")
        ->type_name("FILE")
        ->check(plainly(CLI::ExistingPath));
    c->add_flag("-v,--verbose", test_.verbose, "Shows the alerts of tests that passed, too");
    add_format(*c, test_.json, "text", "json");
    c->callback([this] {
      if (test_.files.empty()) test_.files = {"tests/rules"};
      if (!std::filesystem::exists(test_.files.front()))
        throw CLI::ValidationError("test", "no file was given and there is no folder tests/rules here");
      action_ = [this] { return test_command(test_, console_); };
    });
  }

  void add_simulate() {
    CLI::App* c =
        command("simulate", "Replays recorded events on a virtual clock, sends nothing, prints every alert",
                "  duban simulate --events tests/scenes/scenario-1.jsonl\n"
                "  duban simulate --events year.jsonl --to 2024-01-01 --subject hazard/H1\n"
                "  duban simulate --events year.jsonl --against my-rules\n",
                simulate_.config);
    c->add_option("--events", simulate_.events,
                  "JSON lines of CloudEvents with the record's instant as 'at'; - is standard input")
        ->type_name("FILE")
        ->required();
    c->add_option("--from", simulate_.from,
                  "Tells alerts from here on; earlier events are applied all the same")
        ->type_name("TIME");
    c->add_option("--to", simulate_.to, "Where the clock stops (default: at the last event)")
        ->type_name("TIME");
    c->add_option("--rules", simulate_.rules,
                  "Rule files or folders in place of the settings'; may be repeated")
        ->type_name("DIR")
        ->check(plainly(CLI::ExistingPath));
    c->add_option("--against", simulate_.against,
                  "Rules to compare with: prints what they would say differently, by person and day")
        ->type_name("DIR")
        ->check(plainly(CLI::ExistingPath));
    c->add_option("--rule", simulate_.rule, "Only alerts of this rule")->type_name("ID");
    c->add_option("--subject", simulate_.subject, "Only alerts about this subject")->type_name("KIND/ID");
    c->add_option("--keep", simulate_.keep, "Leaves the ledger in this folder, for duban explain --store")
        ->type_name("DIR");
    add_format(*c, simulate_.json, "table", "jsonl");
    c->callback([this] {
      if (simulate_.events == "-" && !simulate_.against.empty())
        throw CLI::ValidationError("--against", "two runs cannot both read standard input; give a file");
      if (!simulate_.keep.empty() && !simulate_.against.empty())
        throw CLI::ValidationError("--keep", "two runs cannot leave one ledger; leave out --against");
      action_ = [this] { return simulate_command(simulate_, console_); };
    });
  }

  void add_run() {
    CLI::App* c = command("run", "The daemon: reads events, keeps deadlines, dispatches alerts",
                          "  duban run\n"
                          "  duban run --source jsonl:events.jsonl\n"
                          "  duban run --seek safety.hazards/3=earliest\n",
                          run_.config);
    c->add_option(
         "--source", run_.source,
         "Recorded events in place of Kafka (jsonl:FILE, jsonl:- for standard input); ends after them")
        ->type_name("SOURCE");
    c->add_option("--log-level", run_.log_level, "In place of the settings' level")
        ->type_name("debug|info|warning|error")
        ->check(plainly(CLI::IsMember({"debug", "info", "warning", "error"})));
    c->add_option("--seek", run_.seeks,
                  "Where to read a stopped input on: earliest, latest or an offset; may be repeated")
        ->type_name("TOPIC/PARTITION=WHERE");
    c->add_flag("--accept-cluster", run_.accept_cluster,
                "Read on although the broker's cluster is not the one the ledger knows");
    c->footer(c->get_footer() +
              "Signals: TERM and INT drain and end it, HUP reloads the configuration, USR1 confirms a clock\n"
              "that was set forward.\n");
    c->callback([this] { action_ = [this] { return run_command(run_); }; });
  }

  void add_demo() {
    CLI::App* c =
        command("demo",
                "A year of one district from an embedded broker on a virtual clock: nothing to install "
                "or configure",
                "  duban demo\n"
                "  duban demo --speed 10 --days 60 --seed 7\n"
                "  duban demo --write year.jsonl && duban simulate --events year.jsonl\n",
                demo_.config);
    c->add_option("--seed", demo_.seed, "Another year of the same proportions")->type_name("N");
    c->add_option("--speed", demo_.speed, "Virtual days per second (default 1)")
        ->type_name("DAYS")
        ->check(plainly(CLI::Range(0.001, 1000.0)));
    c->add_option("--days", demo_.days, "Ends after so many days (default 365)")
        ->type_name("N")
        ->check(plainly(CLI::Range(1, 366)));
    c->add_flag_callback("--no-progress", [this] { demo_.progress = false; }, "No progress line");
    c->add_option("--write", demo_write_.file,
                  "Writes the year's events as JSON lines and ends; - is standard output")
        ->type_name("FILE");
    c->callback([this] {
      demo_write_.seed = demo_.seed;
      if (!demo_write_.file.empty()) {
        action_ = [this] { return demo_write_command(demo_write_, console_); };
        return;
      }
      demo_.progress = demo_.progress && console_.progress;
      action_ = [this] { return demo_command(demo_); };
    });
  }

  void add_forecast() {
    CLI::App* c = command("forecast", "What will be said next if nothing more happens",
                          "  duban forecast --days 7\n"
                          "  duban forecast --format jsonl\n",
                          forecast_.config);
    c->add_option("--days", forecast_.days, "How far ahead (default 30)")
        ->type_name("N")
        ->check(plainly(CLI::Range(1, 3660)));
    c->add_option("--store", forecast_.store, "Folder of the ledgers (default: the settings')")
        ->type_name("DIR");
    add_format(*c, forecast_.json, "table", "jsonl");
    c->callback([this] { action_ = [this] { return forecast_command(forecast_, console_); }; });
  }

  void add_explain() {
    CLI::App* c =
        command("explain", "Why this was said, or why it was not",
                "  duban explain 5f-0123456789abcdef0123456789abcdef\n"
                "  duban explain --item hazard-rectification hazard/H1\n"
                "  duban simulate --events year.jsonl --keep /tmp/year && duban explain --store /tmp/year "
                "--item hazard-rectification H1\n",
                explain_.config);
    c->add_option("alert", explain_.alert, "Id of an alert")->type_name("ALERT-ID");
    c->add_option("--item", item_, "A rule and its subject, which need not have been spoken of")
        ->type_name("RULE SUBJECT")
        ->expected(2);
    c->add_option("--store", explain_.store, "Folder of the ledgers (default: the settings')")
        ->type_name("DIR");
    add_format(*c, explain_.json, "text", "json");
    c->callback([this] {
      if (explain_.alert.empty() == item_.empty())
        throw CLI::ValidationError("explain", "give either the id of an alert, or --item RULE SUBJECT");
      if (!item_.empty()) explain_.rule = item_[0], explain_.subject = item_[1];
      action_ = [this] { return explain_command(explain_, console_); };
    });
  }

  void add_import() {
    CLI::App* c = app_.add_subcommand("import-calendar",
                                      "Makes a year's calendar file from the State Council's notice");
    c->footer(
        "Examples:\n"
        "  duban import-calendar notice.txt --number 国办发明电〔2025〕7号 --url https://www.gov.cn/… "
        "--out config/calendar/2026.yaml\n");
    c->add_option("notice", import_.notice,
                  "Text of the notice, or JSON of the holiday-cn collection; - is standard input")
        ->type_name("FILE")
        ->required();
    c->add_option("--year", import_.year, "The year, if the text does not say it");
    c->add_option("--number", import_.number, "The notice's number, if the text does not say it");
    c->add_option("--url", import_.url, "Where the notice stands, if the text does not say it");
    c->add_option("--out", import_.out, "File to write (default: standard output)")->type_name("FILE");
    c->callback([this] { action_ = [this] { return import_command(import_, console_); }; });
  }

  Console& console_;
  CLI::App app_{"Rules over events and deadlines: who is to be told what, and when.\n"};
  std::function<int()> action_;
  std::string config_ = "config/duban.yaml";
  std::vector<std::string*> configs_;
  CheckArguments check_;
  TestArguments test_;
  SimulateArguments simulate_;
  RunArguments run_;
  DemoArguments demo_;
  DemoWriteArguments demo_write_;
  ForecastArguments forecast_;
  ExplainArguments explain_;
  std::vector<std::string> item_;  // of explain
  ImportArguments import_;
  std::optional<AskCommands> ask_;
};

}  // namespace

int command_line(int argc, const char* const* argv, Console& console) {
  try {
    return Commands(console).run(argc, argv);
  } catch (const ledger::StorageError& error) {
    console.error << "duban: " << error.what() << '\n';
    return kStorage;
  } catch (const std::exception& error) {
    console.error << "duban: " << error.what() << "; this is a defect, please report it\n";
    return kInternal;
  }
}

}  // namespace duban::app
