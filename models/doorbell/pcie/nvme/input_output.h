#pragma once

#include <vector>

#include "doorbell/core/arch/slots.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/nvme/input_output.h"
#include "doorbell/pcie/arch/nvme/state.h"
#include "doorbell/pcie/nvme/backing_file.h"
#include "doorbell/pcie/nvme/host_memory.h"

namespace doorbell::pcie::nvme {

/// Carries commands of the NVM command set out (NVMe 1.4 6): PRPs, data, and the media, of which a
/// command takes one channel for a time that doesn't depend on its length.
class IoCommands {
 public:
  IoCommands(Simulation& simulation, const StatisticsGroup& group, const NvmeParameters& parameters,
             State& state, BackingFile& drive, HostMemory& memory);

  Task<Result> execute(Command command, HostMemory::Epoch epoch);

 private:
  Task<Status> read(IoRequest request, Command command, HostMemory::Epoch epoch);
  Task<Status> write(IoRequest request, Command command, HostMemory::Epoch epoch);
  Task<Status> write_zeroes(IoRequest request, HostMemory::Epoch epoch);
  Task<Status> manage_dataset(IoRequest request, Command command, HostMemory::Epoch epoch);
  Task<Status> take_data(Command command, HostMemory::Epoch epoch, std::span<std::uint8_t> into);
  /// False when a reset came first.
  Task<bool> access_media(Time time, HostMemory::Epoch epoch);

  Scheduler& scheduler_;
  const NvmeParameters& parameters_;
  State& state_;
  BackingFile& drive_;
  HostMemory& memory_;
  Slots media_;
};

}  // namespace doorbell::pcie::nvme
