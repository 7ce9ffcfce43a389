// libcurl's multi handle on an Asio loop. Private to http_client.cpp and whatever else speaks through curl.
#pragma once

#include <curl/curl.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

namespace duban::delivery {

class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
 public:
  /// `finished` is called on the loop for every transfer that ended, its handle already removed.
  static std::shared_ptr<CurlLoop> make(asio::io_context& loop, long connections,
                                        std::function<void(CURL*, CURLcode)> finished);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  void add(CURL* transfer);
  void remove(CURL* transfer);
  /// No callback after this.
  void shut() { shut_ = true; }

 private:
  /// curl owns the descriptor; this only waits on it.
  struct Socket {
    Socket(asio::io_context& loop, int descriptor) : stream(loop, descriptor) {}
    asio::posix::stream_descriptor stream;
    int wanted = 0;
    bool reading = false;
    bool writing = false;
    bool gone = false;  // a cancelled handler still runs once
  };
  using SocketPtr = std::shared_ptr<Socket>;

  CurlLoop(asio::io_context& loop, std::function<void(CURL*, CURLcode)> finished);
  static int on_socket(CURL*, curl_socket_t descriptor, int what, void* self, void*);
  static int on_timer(CURLM*, long milliseconds, void* self);
  void watch(curl_socket_t descriptor, int what);
  void arm(curl_socket_t descriptor, const SocketPtr& socket);
  void wait(curl_socket_t descriptor, const SocketPtr& socket, int direction);
  void act(curl_socket_t descriptor, int events);

  asio::io_context& loop_;
  asio::steady_timer timer_;
  CURLM* multi_;
  std::function<void(CURL*, CURLcode)> finished_;
  bool shut_ = false;
  std::unordered_map<curl_socket_t, SocketPtr> sockets_;
};

}  // namespace duban::delivery
