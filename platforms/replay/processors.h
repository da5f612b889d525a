#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "platforms/virt/platform.h"

namespace doorbell::replay {

/// The native processors: each waits for an event (WFE), carries out what it is given, one after
/// the other, and takes its interrupts in between.
class Processors {
 public:
  explicit Processors(virt::Platform& platform);

  /// Runs `work` on a processor's firmware, after what it was given before; its answer.
  Task<bool> run(unsigned processor, std::function<bool()> work);

  /// The firmware: carries out what it is given, for ever. On the processor.
  void serve(unsigned processor);

 private:
  struct Box {
    explicit Box(Scheduler& scheduler) : changed(scheduler) {}
    std::function<bool()> work;  ///< empty: nothing is asked for
    std::uint64_t tickets = 0;   ///< given to tasks; their turns come in this order
    std::uint64_t turn = 0;
    bool finished = false;
    bool answer = false;
    Condition changed;
  };

  virt::Platform& platform_;
  std::vector<std::unique_ptr<Box>> boxes_;
};

}  // namespace doorbell::replay
