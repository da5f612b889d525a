#include "platforms/host/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <utility>

#include "doorbell/core/arch/error.h"

namespace doorbell {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int not_found_status = 127;  // as a shell says it, and 126 of what it can't run
constexpr int tenth_of_a_second = 100;

[[noreturn]] void no_process() {
  const std::string reason = std::strerror(errno);
  throw InputError("process", 0, "a run", "room for one more process", reason);
}

/// In the new process: only calls that are safe between fork and exec of a threaded program.
[[noreturn]] void become(char* const* arguments, const char* folder, int output, int errors,
                         pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(not_found_status);  // it died before it could be watched
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE})
    ::signal(signal, SIG_DFL);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (chdir(folder) == 0) execvp(arguments[0], arguments);
  _exit(errno == ENOENT ? not_found_status : not_found_status - 1);
}

/// What a program prints.
class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) no_process();
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() { close_end(1); }

  /// Takes what is there; closes the pipe at its end.
  void take(std::string& text, std::size_t kept) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t bytes = read(reading(), buffer.data(), buffer.size());
    if (bytes > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(bytes));
      if (text.size() > 2 * kept) text.erase(0, text.size() - kept);
    } else if (bytes == 0 || (errno != EINTR && errno != EAGAIN)) {
      close_end(0);
    }
  }

 private:
  void close_end(std::size_t i) {
    if (ends_[i] >= 0) close(ends_[i]);
    ends_[i] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

class Child {
 public:
  Child(const std::vector<std::string>& arguments, const ChildOptions& options)
      : kept_(options.kept) {
    std::vector<char*> words;
    for (const std::string& argument : arguments)
      words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    const int errors = options.errors_apart ? errors_.writing() : output_.writing();
    const pid_t parent = getpid();
    process_ = fork();
    if (process_ == 0)
      become(words.data(), options.folder.c_str(), output_.writing(), errors, parent);
    if (process_ < 0) no_process();
    output_.close_writing();
    errors_.close_writing();
  }

  ~Child() {
    if (process_ > 0) {
      kill();
      wait(0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() const { ::kill(process_, SIGKILL); }

  /// Takes what it prints for up to a tenth of a second. False when it prints no more.
  bool read() {
    std::array<pollfd, 2> ready{{{output_.reading(), POLLIN, 0}, {errors_.reading(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), tenth_of_a_second) <= 0) return true;
    if (ready[0].revents != 0) output_.take(end_.output, kept_);
    if (ready[1].revents != 0) errors_.take(end_.errors, kept_);
    return output_.reading() >= 0 || errors_.reading() >= 0;
  }

  /// True when it has ended.
  bool wait(int options) {
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(process_, &status, options)) < 0 && errno == EINTR) {
    }
    if (ended == 0) return false;
    process_ = 0;
    if (WIFEXITED(status)) end_.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
    return true;
  }

  ChildEnd& end() { return end_; }

 private:
  Pipe output_;
  Pipe errors_;
  const std::size_t kept_;
  pid_t process_ = 0;
  ChildEnd end_;
};

}  // namespace

std::optional<ChildEnd> run_child(const std::vector<std::string>& arguments,
                                  const ChildOptions& options) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(options.timeout);
  Child child(arguments, options);
  bool prints = true;
  while (prints || !child.wait(WNOHANG)) {
    if (options.stop && options.stop()) return std::nullopt;
    if (options.timeout != 0 && Clock::now() >= deadline && !child.end().timed_out) {
      child.end().timed_out = true;
      child.kill();
    }
    if (prints) {
      prints = child.read();
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  ChildEnd& end = child.end();
  // Whoever has ended before it was killed was in time.
  end.timed_out = end.timed_out && end.signal == SIGKILL;
  return std::move(end);
}

}  // namespace doorbell
