#include "platforms/explore/sweep/child_process.h"

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

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kept_bytes = 64 * 1024;
constexpr int exec_failed_status = 127;  // as a shell says it

/// In the new process: only calls that are safe between fork and exec of a threaded program.
[[noreturn]] void become(char* const* arguments, const char* folder, int output, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(exec_failed_status);  // it died before it could be watched
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE})
    ::signal(signal, SIG_DFL);
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (chdir(folder) == 0) execv(arguments[0], arguments);
  _exit(exec_failed_status);
}

class Child {
 public:
  Child(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    std::array<int, 2> pipe{};
    if (pipe2(pipe.data(), O_CLOEXEC) != 0) fail();
    std::vector<char*> pointers;
    for (const std::string& argument : arguments)
      pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    const pid_t parent = getpid();
    process_ = fork();
    if (process_ == 0) become(pointers.data(), folder.c_str(), pipe[1], parent);
    const int error = errno;
    ::close(pipe[1]);
    output_ = pipe[0];
    errno = error;
    if (process_ < 0) fail();
  }

  ~Child() {
    if (process_ > 0) {
      kill();
      wait(0);
    }
    if (output_ >= 0) ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() const { ::kill(process_, SIGKILL); }

  /// Takes what it prints for up to a tenth of a second. False when it prints no more.
  bool read() {
    pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, 100) <= 0) return true;
    std::array<char, 16 * 1024> buffer;
    const ssize_t bytes = ::read(output_, buffer.data(), buffer.size());
    if (bytes < 0) return errno == EINTR || errno == EAGAIN;
    end_.output.append(buffer.data(), static_cast<std::size_t>(bytes));
    if (end_.output.size() > 2 * kept_bytes) end_.output.erase(0, end_.output.size() - kept_bytes);
    return bytes > 0;
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
  [[noreturn]] void fail() {
    const std::string reason = std::strerror(errno);
    throw InputError("process", 0, "a run", "room for one more process", reason);
  }

  pid_t process_ = 0;
  int output_ = -1;
  ChildEnd end_;
};

}  // namespace

std::optional<ChildEnd> run_child(const std::vector<std::string>& arguments,
                                  const std::filesystem::path& folder, std::uint64_t timeout,
                                  const std::function<bool()>& stop) {
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(timeout);
  Child child(arguments, folder);
  bool prints = true;
  while (prints || !child.wait(WNOHANG)) {
    if (stop()) return std::nullopt;
    if (timeout != 0 && Clock::now() >= deadline && !child.end().timed_out) {
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

}  // namespace doorbell::sweep
