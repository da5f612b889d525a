#pragma once

#include <cstdint>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/time.h"

namespace doorbell::memory {

/// The cache in front of a memory, at the point where all observers agree.
struct LastLevelCacheParameters {
  std::uint64_t size = 16ULL << 20;  ///< Bytes; 0 is none.
  std::uint32_t ways = 16;
  std::uint32_t line = 64;  ///< Bytes.
  Time hit = 30 * nanosecond;
  void describe(ParameterGroup& group);
};

/// A memory: what it holds, how long it takes, and how much passes.
struct RamParameters {
  std::uint64_t size = 1ULL << 30;  ///< Bytes.
  Time read_latency = 80 * nanosecond;
  Time write_latency = 30 * nanosecond;  ///< Until a write is observed by all.
  Time atomic = 10 * nanosecond;         ///< Of an atomic access, beyond a read.
  std::uint64_t clock = 1'000'000'000;   ///< Of the data channels.
  std::uint32_t width = 64;              ///< Bytes a cycle, in each direction.
  std::uint32_t reads = 64;              ///< Buffer entries.
  std::uint32_t writes = 64;
  LastLevelCacheParameters last_level_cache;
  void describe(ParameterGroup& group);
};

/// An interconnect of any number of ports and targets.
struct FabricParameters {
  std::uint64_t clock = 2'000'000'000;
  std::uint32_t width = 32;            ///< Bytes a cycle on each channel.
  std::uint32_t request_latency = 8;   ///< Cycles.
  std::uint32_t response_latency = 8;  ///< Cycles.
  std::uint32_t port_reads = 64;       ///< Buffer entries of each port.
  std::uint32_t port_writes = 64;
  std::uint32_t target_reads = 64;  ///< Requests under way at each target.
  std::uint32_t target_writes = 64;
  void describe(ParameterGroup& group);
};

}  // namespace doorbell::memory
