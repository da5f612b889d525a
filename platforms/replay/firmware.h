#pragma once

#include <cstdint>
#include <vector>

#include "platforms/replay/parameters.h"
#include "platforms/virt/platform.h"
#include "sw/scenarios/machine.h"

namespace doorbell::replay {

/// Throws SoftwareError when a driver's answer during set-up isn't STATUS_OK.
void check(status result, const char* what);

/// The machine that the drivers of sw/ bring up, and what all copies of a workload share of it:
/// command queues, LPI tables, memory.
class Firmware {
 public:
  /// Room for `vectors` MSI-X vectors in all. `check_fit` has found that all fits.
  Firmware(virt::Platform& platform, Translation translation, std::size_t vectors);

  /// On every processor. Returns on the first one when all have joined, on the others early.
  void bring_up(unsigned cpu);

  virt::Platform& platform() { return platform_; }
  machine& drivers() { return machine_; }
  /// A function as enumeration found it.
  const pcie_function& found(const pcie::Function& function) const;
  /// `count` vectors for a device, with the INTIDs that belong to them.
  msi_vector* take_vectors(std::uint32_t device_id, unsigned count);
  /// Interrupts that a processor has taken.
  std::uint64_t interrupts(unsigned processor) const { return machine_.taken[processor]; }
  /// Interrupts that no handler wanted.
  std::uint64_t unclaimed() const { return machine_.unclaimed; }
  /// SMMU events that the firmware has taken: faults.
  std::uint64_t smmu_events() const { return machine_.events; }

  /// RAM above the drivers' tables, for the frames of traces: its start, and the address behind it.
  std::uint64_t frames() const;
  std::uint64_t frames_end() const;

 private:
  void bring_up_security(unsigned cpu);

  virt::Platform& platform_;
  machine machine_{};
  std::vector<pcie_function> functions_;
  std::vector<msi_vector> vectors_;
};

}  // namespace doorbell::replay
