// What channels over HTTP have in common: the client, how many messages at once, and how they close.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "delivery/channel_settings.hpp"
#include "delivery/http_client.hpp"

namespace duban::delivery {

class HttpChannel : public Channel {
 public:
  const std::string& name() const final { return name_; }
  size_t concurrency() const final { return concurrency_; }
  void send(Message message, std::function<void(Outcome)> done) final;
  void close(Duration limit, std::function<void()> closed) final;

 protected:
  using Done = std::function<void(Outcome)>;

  /// `usual`: messages at once, unless settings say otherwise.
  HttpChannel(const ChannelSettings& settings, const ChannelContext& context, size_t usual);

  /// Sends one message by any number of requests; calls `done` once, later or at once.
  virtual void deliver(Message message, Done done) = 0;
  /// `take` is called once, unless the channel is destroyed; at once if the channel has given up.
  void request(HttpRequest request, std::function<void(HttpAnswer)> take);
  const Clock& clock() const { return clock_; }
  const Zone& zone() const { return zone_; }

 private:
  std::string name_;
  size_t concurrency_;
  const Clock& clock_;
  Zone zone_;
  size_t under_way_ = 0;
  std::string given_up_;  // why
  asio::steady_timer closing_;
  std::function<void()> closed_;
  HttpClient client_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

/// What is wrong with the settings of any of them; empty: nothing.
std::string http_settings_error(const ChannelSettings& settings);
/// Of a robot: also that there is a token, which it reads.
std::string robot_settings_error(const ChannelSettings& settings, std::string& token, std::string& secret);
/// Reads a secret into `value`; empty, or why not. An empty path is no error.
std::string read_secret_into(const std::string& path, std::string& value);

/// `text` as a part of a query: all but letters, digits and `-_.~` as %XX (RFC 3986).
std::string percent_encoded(std::string_view text);

}  // namespace duban::delivery
