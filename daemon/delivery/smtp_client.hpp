// One connection to a mail server: libcurl on a thread of its own.
//
// libcurl waits for the answer to a mail's end, and to QUIT, without giving way to anything else
// (lib/smtp.c, smtp_done, smtp_disconnect), also under its multi interface. So it waits on a thread, and the
// loop never does. The connection is kept from mail to mail.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/time.hpp"

namespace asio {
class io_context;
}

namespace duban::delivery {

enum class MailTls {
  starttls,  // required
  none       // as the address says: smtps:// is TLS from the start, smtp:// is without
};

struct SmtpOptions {
  std::string url;  // smtp://host:port or smtps://host:port
  MailTls tls = MailTls::starttls;
  std::string user;  // empty: no authentication
  std::string password;
  std::string ca_file;  // empty: the system's
  Duration connect_timeout = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(30);  // of a whole mail
};

struct SmtpMail {
  std::string from;  // addresses
  std::string to;
  std::string text;
};

struct SmtpAnswer {
  std::string error;  // why the mail was not taken; empty: it was
  /// No mail got so far as to be sent: name, connection, TLS, greeting, authentication.
  bool unreachable = false;
  int code = 0;      // of an error: the server's
  std::string text;  // what the server said: its refusal, or at the end
};

/// On the loop's thread.
class SmtpClient {
 public:
  SmtpClient(asio::io_context& loop, SmtpOptions options);
  /// What is under way is given up without a call of `done`.
  ~SmtpClient();

  bool busy() const;
  /// While it is not busy. `done` is called once, never within send().
  void send(SmtpMail mail, std::function<void(SmtpAnswer)> done);
  /// Ends what is under way with this as its error, by a call of `done` from here.
  void give_up(const std::string& error);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace duban::delivery
