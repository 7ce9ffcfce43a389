#include "intake/jsonl_source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "core/log.hpp"
#include "intake/jsonl_lines.hpp"

namespace duban::intake {
namespace {

/// Bytes read in one turn of the loop.
constexpr size_t kChunk = 256 << 10;

std::string base_name(const std::string& file) {
  return file == "-" ? "stdin" : file.substr(file.find_last_of('/') + 1);
}

class JsonlSource final : public Source {
 public:
  JsonlSource(asio::io_context& loop, std::string file, Zone zone)
      : loop_(loop),
        file_(std::move(file)),
        zone_(std::move(zone)),
        input_{base_name(file_), 0},
        descriptor_(loop) {}

  void open(std::function<void(std::vector<event::Input>, std::string)> ready) override;
  std::string cluster() const override { return file_ == "-" ? "stdin" : file_; }
  void start(const std::map<event::Input, Start>& from, Sink& sink) override;
  void pause(const event::Input&) override { paused_ = true; }
  void resume(const event::Input&) override;
  void ends(std::function<void(std::optional<Ends>)> answer) override;
  void hint(const std::vector<std::pair<event::Input, int64_t>>&) override {}
  void stop(Duration limit, std::function<void()> done) override;

 private:
  /// Runs `f` on a later turn of the loop, unless the source is gone by then.
  template <typename F>
  void later(F f) {
    asio::post(loop_, [alive = std::weak_ptr<int>(alive_), f = std::move(f)] {
      if (alive.lock()) f();
    });
  }
  std::string open_file();
  void next();
  void read_chunk();
  void finish();

  asio::io_context& loop_;
  std::string file_;
  Zone zone_;
  event::Input input_;
  asio::posix::stream_descriptor descriptor_;  // owns the file
  bool must_wait_ = false;                     // a pipe or terminal: reading it may block
  std::optional<JsonlLines> lines_;
  std::vector<char> chunk_ = std::vector<char>(kChunk);
  Sink* sink_ = nullptr;
  bool paused_ = false, reading_ = false, finished_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

std::string JsonlSource::open_file() {
  const int file = file_ == "-" ? ::dup(STDIN_FILENO) : ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return fmt::format("{}: cannot be read: {}; name a file of JSON lines, or - for standard input", file_,
                       std::strerror(errno));
  }
  struct stat status{};
  if (::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(file);
    return fmt::format("{}: is a folder; name a file of JSON lines, or - for standard input", file_);
  }
  must_wait_ = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || ::isatty(file);
  descriptor_.assign(file);
  return {};
}

void JsonlSource::open(std::function<void(std::vector<event::Input>, std::string)> ready) {
  std::string error = open_file();
  later([this, ready = std::move(ready), error = std::move(error)] {
    ready(error.empty() ? std::vector{input_} : std::vector<event::Input>{}, error);
  });
}

void JsonlSource::start(const std::map<event::Input, Start>& from, Sink& sink) {
  const auto known = from.find(input_);
  lines_.emplace(input_, zone_, known == from.end() ? 0 : known->second.next_offset);
  sink_ = &sink;
  next();
}

void JsonlSource::resume(const event::Input&) {
  paused_ = false;
  next();
}

void JsonlSource::next() {
  if (!sink_ || paused_ || reading_ || finished_) return;
  reading_ = true;
  if (!must_wait_) return later([this] { read_chunk(); });
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                           if (alive.lock() && !error) read_chunk();
                         });
}

void JsonlSource::read_chunk() {
  reading_ = false;
  if (!sink_) return;
  ssize_t size = ::read(descriptor_.native_handle(), chunk_.data(), chunk_.size());
  if (size < 0 && errno == EINTR) return next();
  std::vector<event::Record> records;
  if (size > 0) {
    lines_->feed({chunk_.data(), static_cast<size_t>(size)}, records);
  } else {
    if (size < 0) {
      sink_->on_stopped(input_, fmt::format("{}: cannot be read on after line {}: {}", file_, lines_->last(),
                                            std::strerror(errno)));
    }
    lines_->finish(records);
    finished_ = true;
  }
  if (!records.empty()) sink_->on_records(std::move(records));
  if (finished_ && sink_) sink_->on_finished();
  next();
}

/// A file has no instant at which it ended: until it has been read whole there is always a line to come.
void JsonlSource::ends(std::function<void(std::optional<Ends>)> answer) {
  later([this, answer = std::move(answer)] {
    const int64_t read = lines_ ? lines_->last() + 1 : 0;
    answer(Ends{{{input_, finished_ ? read : read + 1}}});
  });
}

void JsonlSource::stop(Duration, std::function<void()> done) {
  sink_ = nullptr;
  asio::error_code ignored;
  descriptor_.close(ignored);
  asio::post(loop_, std::move(done));
}

}  // namespace

std::unique_ptr<Source> make_jsonl_source(asio::io_context& loop, std::string file, Zone zone) {
  return std::make_unique<JsonlSource>(loop, std::move(file), std::move(zone));
}

}  // namespace duban::intake
