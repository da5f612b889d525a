#pragma once

#include <chrono>
#include <cstdint>
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

}  // namespace doorbell
