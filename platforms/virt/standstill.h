#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platforms/virt/platform.h"

namespace doorbell::virt {

/// Whether a platform's software gets anywhere: what can be told by its processors alone. Whether
/// anything else could still change something is for who runs the simulation to find out.
class Standstill {
 public:
  /// What changes as soon as a processor gets on.
  struct State {
    std::vector<Time> since;            ///< By processor.
    std::vector<std::uint64_t> access;  ///< Numbers of the latest.
  };

  /// `platform` outlives it.
  explicit Standstill(Platform& platform) : platform_(platform) {}

  /// For two simulated seconds, or without simulated time, no processor has done more than sleep or
  /// repeat accesses with unchanged answers, and at least one has done that. Software's own
  /// time-outs are of one second.
  bool suspected(Time now) const;
  /// A processor turns in a loop for which simulated time stands still: nothing can change that.
  bool certain() const;

  // To find out, in a copy of the process.
  State state() const;
  /// Processors do nothing more until `release`: what goes on then isn't theirs.
  void hold();
  void release();
  /// Every loop that polls has come round since `before`.
  bool came_round(const State& before) const;
  /// No processor has got on since.
  bool unchanged(const State& before) const { return state().since == before.since; }

  /// "processor 0 polls 0x905009c (smmu), which reads 0x7, since 1.2 s; processor 1 sleeps".
  std::string text() const;

 private:
  Platform& platform_;
};

}  // namespace doorbell::virt
