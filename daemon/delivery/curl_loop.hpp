// libcurl's multi handle on an Asio loop. Private to http_client.cpp and whatever else speaks through curl.
#pragma once

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

namespace duban::delivery {

/// Transfers are curl's easy handles (CURL*, which is void*); results are CURLcode. Spelt out, so that curl's
/// own header stays in .cpp files.
class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
 public:
  /// `finished` is called on the loop for every transfer that ended, its handle already removed.
  static std::shared_ptr<CurlLoop> make(asio::io_context& loop, long connections,
                                        std::function<void(void* transfer, int result)> finished);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  void add(void* transfer);
  void remove(void* transfer);
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

  CurlLoop(asio::io_context& loop, std::function<void(void* transfer, int result)> finished);
  static int on_socket(void*, int descriptor, int what, void* self, void*);
  static int on_timer(void*, long milliseconds, void* self);
  void watch(int descriptor, int what);
  void arm(int descriptor, const SocketPtr& socket);
  void wait(int descriptor, const SocketPtr& socket, int direction);
  void act(int descriptor, int events);

  asio::io_context& loop_;
  asio::steady_timer timer_;
  void* multi_;
  std::function<void(void* transfer, int result)> finished_;
  bool shut_ = false;
  std::unordered_map<int, SocketPtr> sockets_;
};

}  // namespace duban::delivery
