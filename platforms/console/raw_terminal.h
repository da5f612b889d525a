#pragma once

#include <sys/types.h>

namespace doorbell::console {

/// While it lives, the terminal at a descriptor gives every key as it is pressed, Ctrl-C included,
/// and echoes none. Does nothing where there is no terminal. One at a time.
///
/// The terminal is set back on every way out: by the destructor; when the process is stopped
/// (SIGTSTP), and made raw again when it goes on (SIGCONT); and by a guard, a process that waits
/// for the end of this one, after exit, signals and SIGKILL. Made before the simulation, so that
/// the guard shares nothing of it.
class RawTerminal {
 public:
  explicit RawTerminal(int descriptor);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  /// Whether there is a terminal.
  bool is_raw() const { return guard_ != 0; }

 private:
  void start_guard();

  int descriptor_;
  pid_t guard_ = 0;
  int to_guard_ = -1;
};

}  // namespace doorbell::console
