#include "delivery/smtp.hpp"

#include <fmt/format.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <utility>

#include "delivery/answer_text.hpp"
#include "delivery/http_channel.hpp"
#include "delivery/mail.hpp"
#include "delivery/pieces.hpp"

namespace duban::delivery {
namespace {

SmtpOptions smtp_options(const ChannelSettings& settings, std::string password) {
  SmtpOptions options;
  options.url = settings.url;
  const bool starttls = settings.tls == "starttls" && !settings.url.starts_with("smtps://");
  options.tls = starttls ? MailTls::starttls : MailTls::none;
  options.user = settings.user;
  options.password = std::move(password);
  options.ca_file = settings.ca_file;
  options.connect_timeout = settings.connect_timeout;
  options.timeout = settings.timeout;
  return options;
}

class Smtp final : public Channel {
 public:
  Smtp(const ChannelSettings& settings, const ChannelContext& context, std::string from,
       const std::string& password)
      : name_(settings.name),
        from_(std::move(from)),
        from_name_(settings.from_name),
        zone_(context.zone),
        closing_(context.loop) {
    const size_t connections = settings.concurrency > 0 ? settings.concurrency : 1;
    for (size_t i = 0; i < connections; ++i) {
      clients_.push_back(std::make_unique<SmtpClient>(context.loop, smtp_options(settings, password)));
    }
  }

  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return clients_.size(); }

  void send(Message message, std::function<void(Outcome)> done) override {
    ++under_way_;
    std::vector<Piece> pieces;
    for (const Addressee& person : message.to) pieces.push_back(mail_to(message, person));
    if (pieces.empty())
      pieces.push_back(
          {"nobody", [](const auto& taken) { taken(Outcome::rejected("the message is for nobody")); }});
    pieces_.send(message, Pieces::Kind::people, std::move(pieces),
                 [this, alive = std::weak_ptr<char>(alive_), done = std::move(done)](Outcome outcome) {
                   --under_way_;
                   done(std::move(outcome));
                   if (!alive.expired() && under_way_ == 0 && closed_) closing_.cancel();
                 });
  }

  void close(Duration limit, std::function<void()> closed) override {
    closed_ = std::move(closed);
    closing_.expires_after(under_way_ == 0 ? Duration{0} : limit);
    closing_.async_wait([this, limit, alive = std::weak_ptr<char>(alive_)](asio::error_code) {
      if (alive.expired()) return;
      given_up_ = fmt::format("given up after {} ms: the daemon closes the channel", limit.count());
      const auto waiting = std::exchange(waiting_, {});
      for (const Waiting& one : waiting) one.done(failed(given_up_));
      for (const auto& client : clients_) client->give_up(given_up_);
      std::exchange(closed_, nullptr)();
    });
  }

 private:
  struct Waiting {
    SmtpMail mail;
    std::function<void(SmtpAnswer)> done;
  };

  static SmtpAnswer failed(const std::string& error) {
    SmtpAnswer answer;
    answer.error = error;
    return answer;
  }

  Piece mail_to(const Message& message, const Addressee& person) {
    const std::string to = mail_address(person.email);
    if (to.empty()) {
      return {person.recipient, [](const auto& taken) { taken(Outcome::rejected("no mail address")); }};
    }
    Mail mail;
    mail.from = from_;
    mail.from_name = from_name_;
    mail.to = to;
    mail.to_name = person.name;
    mail.key = message.key;
    mail.at = message.at;
    mail.reading = reading_of(message);
    return {person.recipient + " " + to, [this, to, text = mail_text(mail, zone_)](auto taken) {
              SmtpMail out{from_, to, text};
              transmit(std::move(out),
                       [taken = std::move(taken)](const SmtpAnswer& answer) { taken(smtp_outcome(answer)); });
            }};
  }

  void transmit(SmtpMail mail, std::function<void(SmtpAnswer)> done) {
    if (!given_up_.empty()) return done(failed(given_up_));
    for (const auto& client : clients_) {
      if (!client->busy()) return start(*client, std::move(mail), std::move(done));
    }
    waiting_.push_back({std::move(mail), std::move(done)});
  }

  void start(SmtpClient& client, SmtpMail mail, std::function<void(SmtpAnswer)> done) {
    client.send(std::move(mail), [this, &client, alive = std::weak_ptr<char>(alive_),
                                  done = std::move(done)](SmtpAnswer answer) {
      done(std::move(answer));
      if (alive.expired() || client.busy() || waiting_.empty() || !given_up_.empty()) return;
      Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      start(client, std::move(next.mail), std::move(next.done));
    });
  }

  std::string name_;
  std::string from_;
  std::string from_name_;
  Zone zone_;
  size_t under_way_ = 0;
  std::string given_up_;
  asio::steady_timer closing_;
  std::function<void()> closed_;
  Pieces pieces_;
  std::deque<Waiting> waiting_;
  std::vector<std::unique_ptr<SmtpClient>> clients_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

std::string what_is_wrong(const ChannelSettings& settings) {
  if (!settings.url.starts_with("smtp://") && !settings.url.starts_with("smtps://")) {
    return "url: expected smtp://… or smtps://…";
  }
  if (mail_address(settings.from).empty()) return "from: expected a mail address";
  if (settings.connect_timeout <= Duration{0} || settings.timeout <= Duration{0}) {
    return "timeout and connect_timeout: expected more than zero";
  }
  return settings.user.empty() != settings.secret_file.empty()
             ? "user and secret_file: expected both or neither"
             : std::string();
}

}  // namespace

Outcome smtp_outcome(const SmtpAnswer& answer) {
  if (answer.error.empty()) return Outcome::delivered(answer_text(answer.text));
  std::string said = answer_text(answer.text.empty() ? answer.error : answer.error + "; " + answer.text);
  if (answer.unreachable || answer.code == 421 || answer.code == 454 || answer.code == 530) {
    return Outcome::stop(std::move(said));
  }
  return answer.code >= 500 ? Outcome::rejected(std::move(said)) : Outcome::retry(std::move(said));
}

MadeChannel make_smtp(const ChannelSettings& settings, const ChannelContext& context) {
  std::string error = what_is_wrong(settings);
  std::string password;
  if (error.empty()) error = read_secret_into(settings.secret_file, password);
  if (!error.empty()) return {nullptr, std::move(error)};
  return {std::make_unique<Smtp>(settings, context, mail_address(settings.from), password), {}};
}

}  // namespace duban::delivery
