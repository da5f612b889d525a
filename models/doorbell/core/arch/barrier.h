#pragma once

#include <array>
#include <cstdint>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"

namespace doorbell {

/// Waits for everything that was under way when the question was put, and for nothing that began
/// later: what a SYNC needs.
class Barrier {
 public:
  explicit Barrier(Scheduler& scheduler) : drained_(scheduler) {}

  /// Something begins. The result goes to `leave`.
  unsigned enter() {
    ++under_way_[epoch_];
    return epoch_;
  }
  /// One more of an epoch in which somebody still is.
  void join(unsigned epoch) { ++under_way_[epoch]; }
  void leave(unsigned epoch) {
    if (--under_way_[epoch] == 0 && drained_.has_waiters()) drained_.notify_all();
  }
  /// Waits until all that had entered before have left.
  Task<void> wait() {
    // One at a time: the next epoch to use must be empty.
    while (under_way_[epoch_ ^ 1] != 0)
      co_await drained_.wait();
    const unsigned epoch = epoch_;
    epoch_ ^= 1;
    while (under_way_[epoch] != 0)
      co_await drained_.wait();
  }
  std::uint64_t under_way() const { return under_way_[0] + under_way_[1]; }

 private:
  std::array<std::uint64_t, 2> under_way_{};
  unsigned epoch_ = 0;
  Condition drained_;
};

}  // namespace doorbell
