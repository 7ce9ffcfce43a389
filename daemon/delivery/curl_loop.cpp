#include "delivery/curl_loop.hpp"

#include <curl/curl.h>

#include <chrono>
#include <mutex>
#include <utility>

namespace duban::delivery {

std::shared_ptr<CurlLoop> CurlLoop::make(asio::io_context& loop, long connections,
                                         std::function<void(void* transfer, int result)> finished) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_ALL); });
  std::shared_ptr<CurlLoop> made(new CurlLoop(loop, std::move(finished)));
  curl_multi_setopt(made->multi_, CURLMOPT_MAXCONNECTS, connections);
  return made;
}

CurlLoop::CurlLoop(asio::io_context& loop, std::function<void(void* transfer, int result)> finished)
    : loop_(loop), timer_(loop), multi_(curl_multi_init()), finished_(std::move(finished)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlLoop::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlLoop::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlLoop::~CurlLoop() {
  curl_multi_cleanup(multi_);  // closes what is kept open; on_socket lets go of the rest
  for (auto& [descriptor, socket] : sockets_) {
    socket->gone = true;
    socket->stream.release();
  }
}

void CurlLoop::add(void* transfer) { curl_multi_add_handle(multi_, transfer); }

void CurlLoop::remove(void* transfer) { curl_multi_remove_handle(multi_, transfer); }

int CurlLoop::on_timer(void*, long milliseconds, void* self) {
  auto& loop = *static_cast<CurlLoop*>(self);
  loop.timer_.cancel();
  if (milliseconds < 0) return 0;
  loop.timer_.expires_after(std::chrono::milliseconds(milliseconds));
  loop.timer_.async_wait([weak = loop.weak_from_this()](asio::error_code error) {
    const auto alive = weak.lock();
    if (alive && !error) alive->act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

int CurlLoop::on_socket(void*, int descriptor, int what, void* self, void*) {
  static_cast<CurlLoop*>(self)->watch(descriptor, what);
  return 0;
}

// The descriptor is released, never closed: it is curl's.
void CurlLoop::watch(int descriptor, int what) {
  if (what == CURL_POLL_REMOVE) {
    const auto found = sockets_.find(descriptor);
    if (found == sockets_.end()) return;
    found->second->gone = true;
    found->second->stream.release();
    sockets_.erase(found);
    return;
  }
  SocketPtr& socket = sockets_[descriptor];
  if (!socket) socket = std::make_shared<Socket>(loop_, descriptor);
  socket->wanted = what;
  arm(descriptor, socket);
}

void CurlLoop::arm(int descriptor, const SocketPtr& socket) {
  if ((socket->wanted & CURL_POLL_IN) != 0 && !socket->reading) wait(descriptor, socket, CURL_CSELECT_IN);
  if ((socket->wanted & CURL_POLL_OUT) != 0 && !socket->writing) wait(descriptor, socket, CURL_CSELECT_OUT);
}

// async_wait reports once: it is asked again after each action for as long as curl wants the direction, and
// never twice at a time for the same one.
void CurlLoop::wait(int descriptor, const SocketPtr& socket, int direction) {
  const bool reads = direction == CURL_CSELECT_IN;
  bool Socket::* const waiting = reads ? &Socket::reading : &Socket::writing;
  (*socket).*waiting = true;
  const auto kind =
      reads ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write;
  socket->stream.async_wait(kind, [weak = weak_from_this(), descriptor, socket, direction, waiting,
                                   wanted = reads ? CURL_POLL_IN : CURL_POLL_OUT](asio::error_code error) {
    (*socket).*waiting = false;
    const auto alive = weak.lock();
    if (!alive || error || socket->gone || (socket->wanted & wanted) == 0) return;
    alive->act(descriptor, direction);
    if (!socket->gone) alive->arm(descriptor, socket);
  });
}

void CurlLoop::act(int descriptor, int events) {
  const std::shared_ptr<CurlLoop> alive = shared_from_this();  // `finished_` may let go of it
  int running = 0;
  curl_multi_socket_action(multi_, descriptor, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const transfer = message->easy_handle;
    const CURLcode result = message->data.result;
    curl_multi_remove_handle(multi_, transfer);
    if (!shut_) finished_(transfer, result);
  }
}

}  // namespace duban::delivery
