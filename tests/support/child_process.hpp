// A program started by a test, tied to it: it is killed with the object.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace duban::test {

class ChildProcess {
 public:
  /// `arguments[0]` is looked up in PATH. Its standard input ends when this object does.
  explicit ChildProcess(const std::vector<std::string>& arguments) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      execvp(argv[0], argv.data());
      _exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_ = out[0];
  }
  ~ChildProcess() {
    kill();
    ::close(input_);
    ::close(output_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The next line of its standard output, without the line end; empty at the end.
  std::string line() {
    std::string text;
    char c = 0;
    while (read(output_, &c, 1) == 1 && c != '\n') text += c;
    return text;
  }
  /// To its standard input.
  void say(std::string_view text) {
    while (!text.empty()) {
      const ssize_t written = write(input_, text.data(), text.size());
      if (written <= 0) throw std::runtime_error("the program reads no more");
      text.remove_prefix(static_cast<size_t>(written));
    }
  }
  pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    const pid_t pid = std::exchange(pid_, -1);
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
};

}  // namespace duban::test
