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
  add_audit();
}

CLI::App* AskCommands::asking(const char* name, const char* what, const char* examples,
                              AskArguments& arguments) {
  CLI::App* command = make_(app_, name, what, examples, arguments.config);
  command->add_option("--url", arguments.url,
                      "Where the daemon listens (default: http.listen of the settings)");
  return command;
}

CLI::App* AskCommands::listing(const char* name, const char* what, const char* examples,
                               ListArguments& arguments) {
  CLI::App* command = asking(name, what, examples, arguments.ask);
  command->add_option("--limit", arguments.limit, "How many at most (default 50)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000).description(""));
  add_format(*command, arguments.ask.json, "table");
  return command;
}

void AskCommands::add_status() {
  CLI::App* c = asking("status", "How the running daemon is doing: ready or why not, how far, what waits",
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
  CLI::App* c = asking("ack", "Acknowledges an alert: stages with `unless: acknowledged` then do not follow",
                       "  duban ack 5f-0123456789abcdef0123456789abcdef --by T-1/principal\n", ack_.ask);
  ack_.by = login();
  c->add_option("alert", ack_.alert, "Id of the alert")->type_name("ALERT-ID")->required();
  c->add_option("--by", ack_.by,
                "Who has seen it: a recipient as the alert names it (default: the login name)")
      ->type_name("WHO");
  add_format(*c, ack_.ask.json, "text");
  c->callback([this] { choose_([this] { return ack_command(ack_, console_); }); });
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
