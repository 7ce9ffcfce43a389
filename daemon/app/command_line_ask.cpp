#include "app/command_line_ask.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>

namespace duban::app {
namespace {

/// Whom an acknowledgement of the command line is from, unless it says so.
std::string login() {
  const char* name = std::getenv("USER");  // NOLINT(concurrency-mt-unsafe): read before any thread starts
  return name != nullptr && *name != '\0' ? name : "operator";
}

void add_format(CLI::App& command, bool& json, const char* plain) {
  command
      .add_option_function<std::string>(
          "--format", [&json](const std::string& format) { json = format != "text" && format != "table"; },
          std::string("How the answer is written (default ") + plain + ")")
      ->type_name(std::string(plain) + "|json")
      ->check(CLI::IsMember({std::string(plain), std::string("json")}).description(""));
}

}  // namespace

AskCommands::AskCommands(CLI::App& app, Console& console, Make make, Choose choose)
    : app_(app), console_(console), make_(std::move(make)), choose_(std::move(choose)) {
  add_status();
  add_lists();
  add_ack();
  add_silences();
  add_audit();
}

CLI::App* AskCommands::asking(CLI::App& parent, const char* name, const char* what, const char* examples,
                              AskArguments& arguments) {
  CLI::App* command = make_(parent, name, what, examples, arguments.config);
  command->add_option("--url", arguments.url,
                      "Where the daemon listens (default: http.listen of the settings)");
  return command;
}

CLI::App* AskCommands::listing(const char* name, const char* what, const char* examples,
                               ListArguments& arguments) {
  CLI::App* command = asking(app_, name, what, examples, arguments.ask);
  command->add_option("--limit", arguments.limit, "How many at most (default 50)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  add_format(*command, arguments.ask.json, "table");
  return command;
}

void AskCommands::add_status() {
  CLI::App* c =
      asking(app_, "status", "How the running daemon is doing: ready or why not, how far, what waits",
             "  duban status\n"
             "  duban status --format json\n",
             status_);
  add_format(*c, status_.json, "text");
  c->callback([this] { choose_([this] { return status_command(status_, console_); }); });
}

void AskCommands::add_lists() {
  CLI::App* c =
      listing("alerts", "What was said, newest first; with an id, that alert and every attempt to deliver it",
              "  duban alerts --limit 20\n"
              "  duban alerts --filter \"alert.severity == 'critical' && !alert.acknowledged\"\n"
              "  duban alerts 5f-0123456789abcdef0123456789abcdef\n",
              alerts_);
  c->add_option("alert", alert_, "Id of an alert")->type_name("ALERT-ID");
  c->add_option("--filter", alerts_.filter, "A condition over alert (docs/api.md)")->type_name("CEL");
  c->callback([this] { choose_([this] { return alerts_command(alerts_, alert_, console_); }); });

  c = listing(
      "items", "What is open, with its deadline",
      "  duban items --filter \"within(item.area, '3410') && item.due < timestamp('2026-12-01T00:00:00Z')\"\n"
      "  duban items --subject hazard/H1 --state all\n",
      items_);
  c->add_option("--filter", items_.filter, "A condition over item (docs/api.md)")->type_name("CEL");
  c->add_option("--state", items_.state, "Which (default open)")
      ->type_name("open|ended|all")
      ->check(CLI::IsMember({"open", "ended", "all"}).description(""));
  c->add_option("--subject", items_.subject, "Only items of this subject")->type_name("KIND/ID");
  c->callback([this] { choose_([this] { return items_command(items_, console_); }); });

  c = listing("dead-letters", "What was refused, newest first, and why", "  duban dead-letters --limit 10\n",
              dead_letters_);
  c->callback([this] { choose_([this] { return dead_letters_command(dead_letters_, console_); }); });
}

void AskCommands::add_ack() {
  CLI::App* c =
      asking(app_, "ack", "Acknowledges an alert: stages with `unless: acknowledged` then do not follow",
             "  duban ack 5f-0123456789abcdef0123456789abcdef --by T-1/principal\n", ack_.ask);
  ack_.by = login();
  c->add_option("alert", ack_.alert, "Id of the alert")->type_name("ALERT-ID")->required();
  c->add_option("--by", ack_.by,
                "Who has seen it: a recipient as the alert names it (default: the login name)")
      ->type_name("WHO");
  add_format(*c, ack_.ask.json, "text");
  c->callback([this] { choose_([this] { return ack_command(ack_, console_); }); });
}

void AskCommands::add_silences() {
  CLI::App* c = app_.add_subcommand(
      "silence", "What people are not told for a while: held back, and said when it ends if it still counts");
  c->require_subcommand(1);
  add_silence_add(*c);
  CLI::App* all = asking(
      *c, "list", "The silences that are not over, the last to begin first, and how much each holds back",
      "  duban silence list\n"
      "  duban silence list --all --format json\n",
      silence_.ask);
  all->add_flag("--all", silence_.all, "Also those that are over");
  all->add_option("--limit", silence_.limit, "How many at most (default 100)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  add_format(*all, silence_.ask.json, "table");
  all->callback([this] { choose_([this] { return silence_list_command(silence_, console_); }); });
  CLI::App* end = asking(
      *c, "end", "Ends a silence before its time: what it held back and is still current goes out, merged",
      "  duban silence end s-0123456789abcdef\n", silence_.ask);
  end->add_option("silence", silence_.id, "Id of the silence")->type_name("ID")->required();
  end->add_option("--by", silence_.by, "Who ends it (default: the login name)")->type_name("WHO");
  add_format(*end, silence_.ask.json, "text");
  end->callback([this] { choose_([this] { return silence_end_command(silence_, console_); }); });
}

void AskCommands::add_silence_add(CLI::App& parent) {
  CLI::App* c = asking(
      parent, "add",
      "Holds back messages to people, also critical ones, about the alerts that all matchers fit",
      "  duban silence add unit=E-1 level=remind --for 10d --reason 停产检修\n"
      "  duban silence add area=341004 rule=rainstorm --until 2026-11-22T18:00 --reason 演练\n"
      "  duban silence add --when \"alert.severity != 'critical' && alert.recipient == 'T-1/principal'\" \\\n"
      "      --from 2026-12-01 --for 24h --reason 换届 --by 黄海燕\n",
      silence_.ask);
  silence_.by = login();
  c->add_option(
       "matcher", silence_.matchers,
       "What is silenced: rule, stage, subject (also KIND/ID), kind, unit, area (with all in it), level, "
       "severity, industry")
      ->type_name("NAME=VALUE");
  c->add_option("--when", silence_.when, "A condition over alert besides (docs/delivery.md)")
      ->type_name("CEL");
  c->add_flag("--every", silence_.every, "All alerts there are");
  c->add_option("--reason", silence_.reason, "Why nobody is to be told; kept, and shown by explain")
      ->type_name("TEXT")
      ->required();
  c->add_option("--by", silence_.by, "Who answers for it (default: the login name)")->type_name("WHO");
  c->add_option("--for", silence_.lasts, "How long: 90m, 24h, 10d; or --until")->type_name("DURATION");
  c->add_option("--until", silence_.until, "When it ends")->type_name("TIME");
  c->add_option("--from", silence_.from, "When it begins (default: now)")->type_name("TIME");
  add_format(*c, silence_.ask.json, "text");
  c->callback([this] { choose_([this] { return silence_add_command(silence_, console_); }); });
}

void AskCommands::add_audit() {
  CLI::App* c =
      app_.add_subcommand("audit", "The audit log: whether it is whole, and all of it as JSON lines");
  c->require_subcommand(1);
  CLI::App* verify =
      make_(*c, "verify", "Follows the chain and names the first row that was changed, removed or moved",
            "  duban audit verify\n"
            "  duban audit verify --mark 0:1234:9f86d081…\n",
            audit_.config);
  verify
      ->add_option("--mark", audit_.marks,
                   "A mark that verify printed before, kept elsewhere; may be repeated")
      ->type_name("SHARD:SEQUENCE:HASH");
  add_format(*verify, audit_.json, "text");
  verify->callback([this] { choose_([this] { return audit_verify_command(audit_, console_); }); });
  CLI::App* dump = make_(*c, "export", "Prints every row as a line of JSON",
                         "  duban audit export > audit.jsonl\n", audit_.config);
  dump->callback([this] { choose_([this] { return audit_export_command(audit_, console_); }); });
  for (CLI::App* command : {verify, dump})
    command->add_option("--store", audit_.store, "Folder of the ledgers (default: the settings')")
        ->type_name("DIR");
}

}  // namespace duban::app
