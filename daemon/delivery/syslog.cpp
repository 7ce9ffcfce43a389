#include "delivery/syslog.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "delivery/reading.hpp"

namespace duban::delivery {
namespace {

constexpr size_t kDatagram = 2'048;
constexpr std::array<std::string_view, 24> kFacilities{
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

int priority_of(const Message& message) {
  const std::string colour = reading_of(message).colour;
  if (colour == "红") return 2;
  if (colour == "橙") return 3;
  return colour == "黄" ? 4 : 5;
}

/// Of a parameter's value.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : plain_line(text)) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string one_line(const Reading& reading) {
  return plain_line(fmt::format("【{}】{}: {}", reading.colour, reading.title, reading.text));
}

/// A datagram socket that is opened again when its other end was.
class Datagrams final : public Channel {
 public:
  using Form = std::function<std::string(const Message&)>;
  Datagrams(std::string name, std::string address, Form form)
      : name_(std::move(name)), address_(std::move(address)), form_(std::move(form)) {}
  ~Datagrams() override { hang_up(); }
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  const std::string& name() const override { return name_; }
  /// It answers at once; this is how far the outbox is read ahead for it.
  size_t concurrency() const override { return 64; }

  void send(Message message, std::function<void(Outcome)> done) override {
    const std::string datagram = form_(message);
    std::string error;
    // The socket of a receiver that was restarted fails once.
    for (int attempt = 0; attempt < 2; ++attempt) {
      error = transmit(datagram);
      if (error.empty()) return done(Outcome::delivered(""));
      hang_up();
    }
    done(Outcome::stop(fmt::format("{}: {}", address_, error)));
  }
  void close(Duration, std::function<void()> closed) override { closed(); }

 private:
  std::string transmit(const std::string& datagram) {
    if (descriptor_ < 0) {
      std::string error = connect_to();
      if (!error.empty()) return error;
    }
    const ssize_t sent = ::send(descriptor_, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent >= 0 ? std::string() : std::generic_category().message(errno);
  }

  std::string connect_to() { return address_.starts_with("udp://") ? connect_udp() : connect_unix(); }

  std::string connect_unix() {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (address_.size() >= sizeof to.sun_path) return "the path is too long for a socket";
    std::memcpy(to.sun_path, address_.data(), address_.size());
    return open(AF_UNIX, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }

  /// The name is an address, or stands in /etc/hosts or a name server near by: looking it up is the one thing
  /// here that can take a while, once.
  std::string connect_udp() {
    const std::string rest = address_.substr(6);
    const size_t colon = rest.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    const std::string host = rest.substr(0, colon);
    const std::string port = colon == std::string::npos ? "514" : rest.substr(colon + 1);
    if (const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
      return gai_strerror(error);
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
    return open(found->ai_family, found->ai_addr, found->ai_addrlen);
  }

  std::string open(int family, const sockaddr* to, socklen_t size) {
    descriptor_ = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor_ >= 0 && connect(descriptor_, to, size) == 0) return {};
    const int error = errno;
    hang_up();
    return std::generic_category().message(error);
  }

  void hang_up() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  std::string name_;
  std::string address_;
  Form form_;
  int descriptor_ = -1;
};

/// A value with line ends needs its length before it.
void add_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  if (value.find('\n') == std::string_view::npos) {
    out += '=';
  } else {
    out += '\n';
    for (size_t i = 0; i < 8; ++i) out += static_cast<char>(value.size() >> (8 * i) & 0xff);
  }
  out += value;
  out += '\n';
}

std::string own_host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "-";
  const std::string plain = plain_line(name.data());
  return plain.empty() || plain.find(' ') != std::string::npos ? "-" : plain;
}

}  // namespace

int facility_number(std::string_view name) {
  const auto found = std::find(kFacilities.begin(), kFacilities.end(), name);
  return found == kFacilities.end() ? -1 : static_cast<int>(found - kFacilities.begin());
}

std::string syslog_line(const Message& message, int facility, std::string_view host) {
  const Reading reading = reading_of(message);
  const std::string head =
      fmt::format("<{}>1 {} {} duban - alert [duban@32473 id=\"{}\" severity=\"{}\"] \xEF\xBB\xBF",
                  facility * 8 + priority_of(message), format_utc(message.at), host,
                  escaped(shortened(message.key, 200)), escaped(message.severity));
  const std::string text = one_line(reading);
  std::string line = head + text;
  for (size_t characters = kDatagram / 3; line.size() > kDatagram; characters -= 16) {
    line = head + shortened(text, characters);
  }
  return line;
}

std::string journal_entry(const Message& message) {
  std::string out;
  add_field(out, "MESSAGE", one_line(reading_of(message)));
  add_field(out, "PRIORITY", std::to_string(priority_of(message)));
  add_field(out, "SYSLOG_IDENTIFIER", "duban");
  add_field(out, "DUBAN_ID", plain_line(message.key));
  add_field(out, "DUBAN_SEVERITY", plain_line(message.severity));
  add_field(out, "DUBAN_RECORD", message.body);
  return out;
}

MadeChannel make_syslog(const ChannelSettings& settings, const ChannelContext&) {
  if (settings.address.empty()) return {nullptr, "address: expected udp://host:port or a socket's path"};
  const int facility = facility_number(settings.facility);
  if (facility < 0) return {nullptr, "facility: expected one of syslog's, like local0"};
  auto form = [facility, host = own_host()](const Message& message) {
    return syslog_line(message, facility, host);
  };
  return {std::make_unique<Datagrams>(settings.name, settings.address, std::move(form)), {}};
}

MadeChannel make_journal(const ChannelSettings& settings, const ChannelContext&) {
  const std::string address = settings.address.empty() ? "/run/systemd/journal/socket" : settings.address;
  return {std::make_unique<Datagrams>(settings.name, address, &journal_entry), {}};
}

}  // namespace duban::delivery
