#pragma once

#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/smmu/arch/features.h"

namespace doorbell::smmu {

class Translator;

/// Address translation operations (IHI 0070 chapter 9): software writes a stream and an address
/// into SMMU_GATOS_*, sets RUN, and finds the result in SMMU_GATOS_PAR once RUN is clear. One at a
/// time, by the same way as a transaction, and beside those for a slot of the TCU. Nothing that it
/// meets is an event.
class Gatos {
 public:
  Gatos(Scheduler& scheduler, const StatisticsGroup& group, RegisterBank& registers,
        const Features& features, Translator& translator, TaskGroup& tasks);

  /// RUN has been set.
  void run();
  /// Waits for what is under way: for SMMUEN = 0.
  Task<void> idle();
  bool busy() const { return running_.count() != 0; }

 private:
  Task<void> translate();

  RegisterBank::Handle ctrl_, sid_, addr_, par_;
  Features features_;
  Translator& translator_;
  TaskGroup& tasks_;
  Outstanding running_;
  Counter operations_;
};

}  // namespace doorbell::smmu
