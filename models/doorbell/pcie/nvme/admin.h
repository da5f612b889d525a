#pragma once

#include <optional>
#include <vector>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/nvme/state.h"
#include "doorbell/pcie/nvme/host_memory.h"

namespace doorbell::pcie::nvme {

/// Carries admin commands out (NVMe 1.4 5).
class AdminCommands {
 public:
  /// `progress` is notified whenever a command of some queue has ended.
  AdminCommands(Scheduler& scheduler, State& state, HostMemory& memory, Condition& progress)
      : scheduler_(scheduler), state_(state), memory_(memory), progress_(progress) {}

  /// Nothing for an Asynchronous Event Request that is held.
  Task<std::optional<Result>> execute(Command command, HostMemory::Epoch epoch);

 private:
  Task<Result> delete_submission_queue(Command command, HostMemory::Epoch epoch);
  Task<Result> get_log_page(Command command, HostMemory::Epoch epoch);
  Task<Result> identify(Command command, HostMemory::Epoch epoch);
  Task<Result> deliver(Command command, HostMemory::Epoch epoch, std::uint32_t buffer_bytes,
                       std::vector<std::uint8_t> data);

  Scheduler& scheduler_;
  State& state_;
  HostMemory& memory_;
  Condition& progress_;
};

}  // namespace doorbell::pcie::nvme
