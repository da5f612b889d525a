#pragma once

#include <cstdint>

#include "doorbell/core/arch/parameters.h"

namespace doorbell::replay {

/// When work is released. workload: as it was made for; a recording as closed_loop. closed_loop: as
/// soon as its dependencies allow, with a number of submissions outstanding. recorded: never before
/// its recorded time, divided by a factor.
enum class Pacing : std::uint8_t { workload, closed_loop, recorded };

/// What of the SMMU translates the streams that the workload maps: stage 1, stage 2, or both with
/// one guest's stage 2 below all.
enum class Translation : std::uint8_t { stage_1, stage_2, nested };

/// How a trace is replayed.
struct ReplayParameters {
  Pacing pacing = Pacing::workload;
  std::uint32_t outstanding = 32;    ///< submissions of each copy, under closed_loop
  std::uint32_t time_divisor = 1;    ///< of the recorded times, under recorded
  std::uint32_t window = 8192;       ///< records held at a time, of each copy
  std::uint32_t copies = 1;          ///< of the workload, each on functions of its own
  Time stagger = 100 * microsecond;  ///< the others begin within this after the first
  std::uint64_t stagger_seed = 1;    ///< of when they do
  bool bypass = false;               ///< streams bypass the SMMU, and nothing is mapped
  Translation translation = Translation::stage_1;  ///< of the other streams

  void describe(ParameterGroup& group);
};

}  // namespace doorbell::replay
