#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

namespace doorbell {

/// A line on a terminal that tells how far something has come: several times a second, in place of
/// the one before. Does nothing when its file is no terminal.
class TerminalLine {
 public:
  /// Of host time.
  using Elapsed = std::chrono::duration<double>;

  explicit TerminalLine(std::FILE* terminal);
  /// Erases the line.
  ~TerminalLine();
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;

  /// Shows `text`, given the time since the line was made, unless it was shown a moment ago.
  void show(const std::function<std::string(Elapsed)>& text);

 private:
  using HostClock = std::chrono::steady_clock;

  std::FILE* terminal_;
  const HostClock::time_point start_ = HostClock::now();
  HostClock::time_point next_ = start_;
};

/// ", 1:23 left" or ", 1:02:03 left".
std::string time_left_text(double seconds);

}  // namespace doorbell
