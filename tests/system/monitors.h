#pragma once

#include <cstdint>

#include "platforms/virt/platform.h"

namespace doorbell::testing {

/// Performance monitors of the SMMU beside its statistics, from which they count apart: the
/// transactions of the TCU and of each TBU, and misses of each TBU. They take the last two counters
/// of each group. In firmware, at MMIO.
class Monitors {
 public:
  explicit Monitors(virt::Platform& platform) : platform_(platform) {}

  /// From here on they count. Statistics are to be reset before anything is translated.
  void start();
  /// What they have counted is what the statistics say, unless something is under way.
  void expect_statistics();

 private:
  bool are_there() const;

  virt::Platform& platform_;
};

}  // namespace doorbell::testing
