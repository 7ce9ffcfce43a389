#include "delivery/file.hpp"

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <utility>
#include <vector>

#include "delivery/append_file.hpp"

namespace duban::delivery {
namespace {

/// Lines synced together at most, unless settings say otherwise.
constexpr size_t kTogether = 256;

class File final : public Channel {
 public:
  File(const ChannelSettings& settings, asio::io_context& loop)
      : name_(settings.name),
        concurrency_(settings.concurrency > 0 ? settings.concurrency : kTogether),
        loop_(loop),
        file_(settings.path) {}

  const std::string& name() const override { return name_; }
  size_t concurrency() const override { return concurrency_; }

  void send(Message message, std::function<void(Outcome)> done) override {
    // JSON may hold line ends between its tokens; a line may not.
    std::replace(message.body.begin(), message.body.end(), '\n', ' ');
    lines_ += message.body;
    lines_ += '\n';
    waiting_.push_back(std::move(done));
    if (waiting_.size() > 1) return;
    asio::post(loop_, [alive = std::weak_ptr<char>(alive_), this] {
      if (!alive.expired()) flush();
    });
  }
  void close(Duration, std::function<void()> closed) override {
    flush();
    closed();
  }

 private:
  void flush() {
    if (waiting_.empty()) return;
    const std::string error = file_.append(std::exchange(lines_, {}));
    for (const auto& done : std::exchange(waiting_, {})) {
      done(error.empty() ? Outcome::delivered("") : Outcome::stop(error));
    }
  }

  std::string name_;
  size_t concurrency_;
  asio::io_context& loop_;
  AppendFile file_;
  std::string lines_;
  std::vector<std::function<void(Outcome)>> waiting_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<Channel> make_file(const ChannelSettings& settings, const ChannelContext& context) {
  return std::make_unique<File>(settings, context.loop);
}

}  // namespace duban::delivery
