#include "delivery/smtp_client.hpp"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <charconv>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "core/limits.hpp"

namespace duban::delivery {
namespace {

using EasyPtr = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// No mail would have got further: name, connection, TLS, greeting, authentication.
bool never_got_through(CURL* easy, CURLcode result) {
  switch (result) {
    case CURLE_SEND_ERROR:  // MAIL, RCPT or DATA refused
    case CURLE_RECV_ERROR:  // broken off
    case CURLE_GOT_NOTHING:
    case CURLE_WRITE_ERROR:  // talked too much
    case CURLE_ABORTED_BY_CALLBACK:
      return false;
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t connected = 0;  // microseconds; 0: it never was
      curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
      return connected == 0;
    }
    default:
      return true;
  }
}

}  // namespace

/// Shared with the thread, which ends with it. `mutex` guards what stands below it.
struct SmtpClient::Impl : std::enable_shared_from_this<SmtpClient::Impl> {
  Impl(asio::io_context& l, SmtpOptions o) : loop(l), options(std::move(o)) {}

  void run();
  SmtpAnswer perform(CURL* easy, const SmtpMail& mail);
  CURLcode attempt(CURL* easy, const std::string& text);
  void prepare(CURL* easy);
  void hang_up();

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t descriptor);
  static size_t read_mail(char* into, size_t size, size_t count, void* self);
  static size_t read_answer(const char* bytes, size_t size, size_t count, void* self);

  asio::io_context& loop;
  const SmtpOptions options;
  std::thread thread;

  // The loop's.
  std::function<void(SmtpAnswer)> done;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  uint64_t number = 0;  // of the mail under way: an answer to an earlier one is of no interest

  // The thread's.
  std::array<char, CURL_ERROR_SIZE> error{};
  std::string_view rest;  // of the mail
  bool began = false;     // the server has asked for it
  bool opened = false;    // a connection for it
  std::string last_line;
  std::string refusal;  // the first line that was one
  size_t answered = 0;  // bytes

  std::mutex mutex;
  std::condition_variable wake;
  std::optional<std::pair<uint64_t, SmtpMail>> next;
  bool stopping = false;
  std::set<int> sockets;
};

// A hung server must not be waited for: its sockets are shut down under libcurl, which then gives up at once.
void SmtpClient::Impl::hang_up() {
  for (const int descriptor : sockets) shutdown(descriptor, SHUT_RDWR);
}

curl_socket_t SmtpClient::Impl::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& impl = *static_cast<Impl*>(self);
  const int descriptor =
      socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
  const std::lock_guard lock(impl.mutex);
  if (descriptor >= 0 && impl.stopping) {
    ::close(descriptor);
    return CURL_SOCKET_BAD;
  }
  impl.opened = true;
  if (descriptor >= 0) impl.sockets.insert(descriptor);
  return descriptor < 0 ? CURL_SOCKET_BAD : descriptor;
}

int SmtpClient::Impl::close_socket(void* self, curl_socket_t descriptor) {
  auto& impl = *static_cast<Impl*>(self);
  const std::lock_guard lock(impl.mutex);
  impl.sockets.erase(descriptor);
  return ::close(descriptor);
}

size_t SmtpClient::Impl::read_mail(char* into, size_t size, size_t count, void* self) {
  std::string_view& rest = static_cast<Impl*>(self)->rest;
  static_cast<Impl*>(self)->began = true;
  const size_t bytes = std::min(size * count, rest.size());
  std::memcpy(into, rest.data(), bytes);
  rest.remove_prefix(bytes);
  return bytes;
}

// A server that talks without end is broken off.
size_t SmtpClient::Impl::read_answer(const char* bytes, size_t size, size_t count, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.answered += size * count;
  impl.last_line.assign(bytes, std::min(size * count, limits::kAnswerKept));
  if (impl.refusal.empty() && (bytes[0] == '4' || bytes[0] == '5')) impl.refusal = impl.last_line;
  return impl.answered <= limits::kAnswerBytes ? size * count : 0;
}

void SmtpClient::Impl::prepare(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // none, whatever the environment says
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  if (options.tls == MailTls::starttls) {
    curl_easy_setopt(easy, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
  }
  if (!options.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, options.ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!options.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, options.password.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Impl::read_mail);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Impl::read_answer);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Impl::open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Impl::close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error.data());
}

SmtpAnswer SmtpClient::Impl::perform(CURL* easy, const SmtpMail& mail) {
  const std::unique_ptr<curl_slist, FreeList> to(curl_slist_append(nullptr, mail.to.c_str()));
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, mail.from.c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to.get());
  CURLcode result = attempt(easy, mail.text);
  // A kept connection that the server closed meanwhile: the mail never began, so it is sent on a new one.
  const bool closed =
      result != CURLE_OK && !opened && !began && (answered == 0 || refusal.starts_with("421"));
  if (closed) result = attempt(easy, mail.text);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, nullptr);
  SmtpAnswer answer;
  if (result == CURLE_OK) {
    answer.text = last_line;
    return answer;
  }
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  if (!refusal.empty()) std::from_chars(refusal.data(), refusal.data() + refusal.size(), code);
  answer.code = static_cast<int>(code);
  answer.text = refusal;
  answer.error = error[0] != '\0' ? error.data() : curl_easy_strerror(result);
  answer.unreachable = !began && never_got_through(easy, result);
  return answer;
}

CURLcode SmtpClient::Impl::attempt(CURL* easy, const std::string& text) {
  error[0] = '\0';
  last_line.clear();
  refusal.clear();
  answered = 0;
  began = opened = false;
  rest = text;
  return curl_easy_perform(easy);
}

void SmtpClient::Impl::run() {
  const EasyPtr easy(curl_easy_init(), &curl_easy_cleanup);
  prepare(easy.get());
  for (;;) {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return stopping || next; });
    if (stopping) break;
    const std::pair<uint64_t, SmtpMail> mail = *std::exchange(next, std::nullopt);
    lock.unlock();
    SmtpAnswer answer = perform(easy.get(), mail.second);
    lock.lock();
    if (stopping) break;
    asio::post(loop,
               [weak = weak_from_this(), number_sent = mail.first, answer = std::move(answer)]() mutable {
                 const auto alive = weak.lock();
                 if (!alive || alive->number != number_sent || !alive->done) return;
                 alive->work.reset();
                 std::exchange(alive->done, nullptr)(std::move(answer));
               });
  }
}

SmtpClient::SmtpClient(asio::io_context& loop, SmtpOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_ALL); });
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

SmtpClient::~SmtpClient() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->hang_up();
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

bool SmtpClient::busy() const { return impl_->done != nullptr; }

void SmtpClient::send(SmtpMail mail, std::function<void(SmtpAnswer)> done) {
  impl_->done = std::move(done);
  impl_->work.emplace(impl_->loop.get_executor());
  const std::lock_guard lock(impl_->mutex);
  impl_->next = std::pair(++impl_->number, std::move(mail));
  impl_->wake.notify_one();
}

void SmtpClient::give_up(const std::string& error) {
  const std::shared_ptr<Impl> impl = impl_;
  if (!impl->done) return;
  {
    const std::lock_guard lock(impl->mutex);
    impl->next.reset();
    impl->hang_up();
  }
  ++impl->number;
  impl->work.reset();
  SmtpAnswer answer;
  answer.error = error;
  std::exchange(impl->done, nullptr)(std::move(answer));
}

}  // namespace duban::delivery
