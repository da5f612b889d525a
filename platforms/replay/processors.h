#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "doorbell/core/arch/wait_primitives.h"
#include "platforms/replay/sides.h"
#include "platforms/replay/software.h"

namespace doorbell::replay {

/// The native processors as the engine uses them: each waits for an event (WFE), carries out the
/// operation that it is given, and takes its interrupts in between.
class Processors : public ProcessorSide {
 public:
  Processors(virt::Platform& platform, Software& software);

  Task<bool> perform(unsigned cpu, const trace::Operation& operation) override;
  Task<bool> flush(unsigned cpu, trace::Stream stream) override;
  /// Runs `work` on a processor's firmware; its answer.
  Task<bool> run(unsigned cpu, std::function<bool()> work);

  /// The firmware: carries out what it is given, for ever. On the processor.
  void serve(unsigned cpu);

 private:
  struct Box {
    explicit Box(Scheduler& scheduler) : changed(scheduler) {}
    std::function<bool()> work;  ///< empty: nothing is asked for
    bool taken = false;          ///< by a task, until it has its answer
    bool finished = false;
    bool answer = false;
    Condition changed;
  };

  virt::Platform& platform_;
  Software& software_;
  std::vector<std::unique_ptr<Box>> boxes_;
};

}  // namespace doorbell::replay
