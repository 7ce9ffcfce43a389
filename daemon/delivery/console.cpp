#include "delivery/console.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "delivery/alert_view.hpp"
#include "delivery/answer_text.hpp"
#include "ledger/dead_letter_json.hpp"
#include "rule/level.hpp"

namespace duban::delivery {
namespace {

/// 蓝 黄 橙 红, the colours of the national warning signals.
std::string_view ansi(rule::Severity severity) {
  switch (severity) {
    case rule::Severity::notice:
      return "\x1b[34m";
    case rule::Severity::warning:
      return "\x1b[33m";
    case rule::Severity::serious:
      return "\x1b[38;5;208m";
    case rule::Severity::critical:
      return "\x1b[31m";
  }
  return "";
}

std::string block(rule::Severity severity, bool colour) {
  return colour ? fmt::format("{}■{}\x1b[0m", ansi(severity), rule::chinese(severity))
                : fmt::format("■{}", rule::chinese(severity));
}

std::string local_minute(Instant at, const Zone& zone) {
  const LocalTime local = zone.local(at);
  return fmt::format("{} {:02}:{:02}", local.date.str(), local.time.seconds / 3600,
                     local.time.seconds / 60 % 60);
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : "、") + name;
  return out;
}

std::string alert_line(const AlertView& alert, const Zone& zone, bool colour) {
  const std::optional<Instant> at = zone.parse(alert.at);
  const std::optional<rule::Level> level = rule::parse_level(alert.level);
  const rule::Severity severity = rule::parse_severity(alert.severity).value_or(rule::Severity::notice);
  return fmt::format("{} {} {}{} {}{}", at ? local_minute(*at, zone) : printable(alert.at),
                     block(severity, colour), level ? rule::chinese(*level) : printable(alert.level),
                     alert.proposal ? "(拟)" : "", printable(alert.text),
                     alert.to.empty() ? "" : " → " + printable(joined(alert.to)));
}

class Console final : public Channel {
 public:
  Console(std::string name, int descriptor, Zone zone)
      : name_(std::move(name)),
        descriptor_(descriptor),
        zone_(std::move(zone)),
        colour_(isatty(descriptor) == 1) {}

  const std::string& name() const override { return name_; }
  /// It answers at once; this is how far the outbox is read ahead for it.
  size_t concurrency() const override { return 64; }

  void send(Message message, std::function<void(Outcome)> done) override {
    done(write_line(console_line(message.body, zone_, colour_) + "\n"));
  }
  void close(Duration, std::function<void()> closed) override { closed(); }

 private:
  // A write that was cut off is not taken back: the line is written again as a whole.
  Outcome write_line(const std::string& line) {
    for (size_t written = 0; written < line.size();) {
      pollfd ready{descriptor_, POLLOUT, 0};
      if (poll(&ready, 1, 0) == 0) return Outcome::stop("the console takes nothing at the moment");
      const ssize_t n = write(descriptor_, line.data() + written, line.size() - written);
      if (n < 0 && errno != EINTR) {
        return Outcome::stop("the console cannot be written: " + std::generic_category().message(errno));
      }
      if (n > 0) written += static_cast<size_t>(n);
    }
    return Outcome::delivered("");
  }

  std::string name_;
  int descriptor_;
  Zone zone_;
  bool colour_;
};

}  // namespace

std::string console_line(std::string_view body, const Zone& zone, bool colour) {
  if (const std::optional<AlertView> alert = read_alert(body)) return alert_line(*alert, zone, colour);
  if (const std::optional<ledger::DeadLetter> letter = ledger::parse_dead_letter(body)) {
    return fmt::format("{} ■死信 {} {} {}", local_minute(letter->at, zone), letter->code,
                       ledger::dead_letter_key(*letter), printable(letter->reason));
  }
  return printable(body);
}

std::unique_ptr<Channel> make_console(std::string name, int descriptor, Zone zone) {
  return std::make_unique<Console>(std::move(name), descriptor, std::move(zone));
}

}  // namespace duban::delivery
