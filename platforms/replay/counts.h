#pragma once

#include <cstdint>

namespace doorbell::replay {

/// What a replay has done so far.
struct ReplayCounts {
  std::uint64_t released = 0;  ///< records
  std::uint64_t done = 0;
  std::uint64_t maps = 0;
  std::uint64_t unmaps = 0;
  std::uint64_t submits = 0;
  std::uint64_t handles = 0;
  std::uint64_t smmu_commands = 0;
  std::uint64_t its_commands = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
  std::uint64_t bytes = 0;  ///< read and written
  std::uint64_t msis = 0;
  std::uint64_t msis_taken = 0;   ///< with the ones that joined them
  std::uint64_t msis_joined = 0;  ///< found their interrupt pending, or the vector masked with one
  std::uint64_t msis_lost = 0;    ///< dropped on the way
  std::uint64_t flushes = 0;      ///< register reads to observe writes, which no recording has
  std::uint64_t refused = 0;      ///< device-side operations refused or answered with an error
  std::uint64_t failed = 0;       ///< processor-side operations that failed

  ReplayCounts& operator+=(const ReplayCounts& other);
};

}  // namespace doorbell::replay
