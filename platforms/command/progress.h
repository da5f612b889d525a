#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

#include "doorbell/core/arch/time.h"

namespace doorbell {

/// How far a run has come.
struct RunPosition {
  Time simulated = 0;              ///< Since the start of the measured region, in ps.
  std::uint64_t transactions = 0;  ///< DMA transactions and MSIs that have ended.
  double done = 0;                 ///< Share of the workload that has been read, 0 to 1.
};

/// One line for a person: simulated time, transactions, rate, percent of the workload, time left.
/// `elapsed` is host time.
std::string progress_text(const RunPosition& position, std::chrono::duration<double> elapsed);

/// Shows that line on a terminal, several times a second, in place of the one before; does nothing
/// when `terminal` isn't one.
class Progress {
 public:
  explicit Progress(std::FILE* terminal);
  /// Erases the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(const RunPosition& position);

 private:
  using HostClock = std::chrono::steady_clock;

  std::FILE* terminal_;
  HostClock::time_point start_ = HostClock::now();
  HostClock::time_point next_ = start_;
};

}  // namespace doorbell
