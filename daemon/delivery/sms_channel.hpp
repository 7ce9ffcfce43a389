// What the gateways for text messages have in common. Private to sms_*.cpp.
#pragma once

#include <string>
#include <vector>

#include "delivery/http_channel.hpp"
#include "delivery/pieces.hpp"
#include "delivery/reply.hpp"
#include "delivery/sms.hpp"

namespace duban::delivery {

class SmsChannel : public HttpChannel {
 protected:
  SmsChannel(const ChannelSettings& settings, const ChannelContext& context, std::string secret)
      : HttpChannel(settings, context, kConcurrency), secret_(std::move(secret)) {}

  /// The request that tells one person. Made anew for each attempt: it is signed with the time.
  virtual HttpRequest request_for(const SmsFields& fields) = 0;
  virtual Outcome judge(const HttpAnswer& answer) const = 0;
  const std::string& secret() const { return secret_; }

 private:
  static constexpr size_t kConcurrency = 8;

  void deliver(Message message, Done done) final;
  SmsFields fields_of(const Message& message) const;

  std::string secret_;
  Pieces pieces_;
};

/// The parameters of a template with their values, each shortened to `settings.parameter_length`.
std::vector<std::pair<std::string, std::string>> parameters_of(const ChannelSettings& settings,
                                                               const SmsFields& fields);
/// The host of an address, with its port if it has one.
std::string host_of(const std::string& url);
/// What is wrong with settings of a cloud's gateway, else empty; reads its secret.
std::string cloud_settings_error(const ChannelSettings& settings, std::string& secret);

}  // namespace duban::delivery
