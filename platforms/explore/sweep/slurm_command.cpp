#include "platforms/explore/sweep/slurm_command.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "doorbell/core/arch/error.h"

namespace doorbell::sweep {
namespace {

constexpr int not_found = 127;  // As a shell says it.

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
  }
  ~Pipe() {
    for (int i : {0, 1})
      close_end(i);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void close_writing() { close_end(1); }
  void close_reading() { close_end(0); }

 private:
  void close_end(int i) {
    if (ends_[i] >= 0) close(ends_[i]);
    ends_[i] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

[[noreturn]] void become(char* const* arguments, int output, int errors, const char* folder) {
  setpgid(0, 0);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (chdir(folder) == 0) execvp(arguments[0], arguments);
  _exit(errno == ENOENT ? not_found : not_found - 1);
}

/// Reads what is there; closes the pipe at its end.
void take(Pipe& pipe, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t length = read(pipe.reading(), buffer.data(), buffer.size());
  if (length > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(length));
  } else if (length == 0 || errno != EINTR) {
    pipe.close_reading();
  }
}

void collect(Pipe& output, Pipe& errors, CommandOutput& result, const std::function<void()>& idle) {
  constexpr int tenth_of_a_second = 100;
  while (output.reading() >= 0 || errors.reading() >= 0) {
    std::array<pollfd, 2> ready{{{output.reading(), POLLIN, 0}, {errors.reading(), POLLIN, 0}}};
    if (poll(ready.data(), ready.size(), tenth_of_a_second) == 0) idle();
    if (ready[0].revents != 0) take(output, result.output);
    if (ready[1].revents != 0) take(errors, result.errors);
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

CommandOutput run_slurm_command(const std::vector<std::string>& arguments,
                                const std::function<void()>& idle,
                                const std::filesystem::path& folder) {
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  Pipe output;
  Pipe errors;
  const pid_t child = fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become(words.data(), output.writing(), errors.writing(), folder.c_str());
  output.close_writing();
  errors.close_writing();
  CommandOutput result;
  collect(output, errors, result, idle);
  result.status = wait_for(child);
  if (result.status == not_found) {
    throw InputError("no " + arguments.front() + " here: --engine slurm needs Slurm's commands");
  }
  return result;
}

}  // namespace doorbell::sweep
