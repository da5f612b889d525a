#include "platforms/console/raw_terminal.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace doorbell::console {
namespace {

// What signal handlers need; they can be told nothing else.
volatile std::sig_atomic_t terminal = -1;
termios as_found;
termios raw;

void set(int descriptor, const termios& attributes) {
  while (tcsetattr(descriptor, TCSADRAIN, &attributes) != 0 && errno == EINTR) {
  }
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

void stop(int /*signal*/) {
  const int error = errno;
  set(terminal, as_found);
  kill(getpid(), SIGSTOP);
  errno = error;
}

void go_on(int /*signal*/) {
  const int error = errno;
  set(terminal, raw);
  errno = error;
}

/// Waits until the other end is closed: with a byte before, all is well.
[[noreturn]] void guard(int pipe, int descriptor) {
  // The signals that end the one who is guarded must not end the guard; nor the stop that a process
  // in the background gets for setting a terminal.
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP, SIGTTOU, SIGPIPE})
    std::signal(signal, SIG_IGN);
  char byte = 0;
  ssize_t count = 0;
  while ((count = read(pipe, &byte, 1)) < 0 && errno == EINTR) {
  }
  if (count == 0) set(descriptor, as_found);
  _exit(0);
}

/// All but two and those of the standard, so that a guard holds nothing of another's open.
void close_others(int one, int another) {
  const int low = one < another ? one : another;
  const int high = one < another ? another : one;
  const auto close_between = [](int first, int last) {
    if (first <= last) {
      close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0);
    }
  };
  close_between(3, low - 1);
  close_between(low + 1 > 3 ? low + 1 : 3, high - 1);
  close_between(high + 1 > 3 ? high + 1 : 3, ~0U >> 1);
}

}  // namespace

RawTerminal::RawTerminal(int descriptor) : descriptor_(descriptor) {
  if (tcgetattr(descriptor, &as_found) != 0) return;
  raw = as_found;
  cfmakeraw(&raw);
  start_guard();
  if (guard_ == 0) return;
  terminal = descriptor;
  handle(SIGTSTP, stop);
  handle(SIGCONT, go_on);
  set(descriptor, raw);
}

void RawTerminal::start_guard() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    close_others(ends[0], descriptor_);
    guard(ends[0], descriptor_);
  }
  close(ends[0]);
  if (child < 0) {
    close(ends[1]);
    return;
  }
  guard_ = child;
  to_guard_ = ends[1];
}

RawTerminal::~RawTerminal() {
  if (guard_ == 0) return;
  std::signal(SIGTSTP, SIG_DFL);
  std::signal(SIGCONT, SIG_DFL);
  set(descriptor_, as_found);
  terminal = -1;
  const char all_is_well = 1;
  [[maybe_unused]] const ssize_t written = write(to_guard_, &all_is_well, 1);
  close(to_guard_);
  while (waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace doorbell::console
