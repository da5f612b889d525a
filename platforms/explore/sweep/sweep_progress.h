#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "platforms/explore/sweep/engine.h"
#include "platforms/host/terminal_line.h"

namespace doorbell::sweep {

/// How far a sweep has come.
struct SweepPosition {
  std::size_t points = 0;  ///< That the plan asks for, each key once.
  std::size_t done = 0;    ///< Those from earlier included.
  std::size_t failed = 0;  ///< Those from earlier included.
  std::size_t running = 0;
  std::size_t ended_now = 0;  ///< Since this sweep was started.

  std::size_t left() const { return points - done - failed; }
};

/// "[########------------] 40 of 100 done, 2 failed, 2 running, 1:23 left"; `elapsed` since this
/// sweep was started.
std::string progress_text(const SweepPosition& position, std::chrono::duration<double> elapsed);

/// Counts what happens, shows it on a terminal, and writes what only this day and machine know
/// (times, hosts) to DIR/log.
class SweepProgress : public Observer {
 public:
  /// `terminal` is left alone when it isn't one. `stop_asked` is whether the sweep shall end.
  SweepProgress(SweepPosition start, const std::filesystem::path& log, std::FILE* terminal,
                std::function<bool()> stop_asked);
  void started(const std::string& key) override;
  void ended(const std::string& key, const Outcome& outcome) override;
  bool poll() override;
  void note(const std::string& line) override;

  const SweepPosition& position() const { return position_; }
  bool stopped() const { return stopped_; }

 private:
  using HostClock = std::chrono::steady_clock;

  SweepPosition position_;
  std::ofstream log_;
  TerminalLine line_;
  const std::function<bool()> stop_asked_;
  bool stopped_ = false;
  std::map<std::string, HostClock::time_point> started_;
};

}  // namespace doorbell::sweep
