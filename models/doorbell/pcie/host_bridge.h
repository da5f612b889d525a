#pragma once

#include <cstdint>

#include "doorbell/core/payload_pool.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/non_posted_requests.h"
#include "doorbell/pcie/root_complex_statistics.h"
#include "doorbell/pcie/root_port.h"

namespace doorbell::pcie {

/// The side of a root complex that processors see, and devices that reach their peers: accesses to
/// configuration space through the ECAM (PCIe 6.0 7.2.2) and to BARs become requests of function
/// 00:00.0, which it is itself.
class HostBridge {
 public:
  static constexpr std::uint64_t ecam_bytes_per_bus = 1 << 20;  ///< PCIe 6.0 7.2.2

  /// What it stands on.
  struct Parts {
    RootPorts& ports;
    NonPostedRequests& requests;
    RootComplexStatistics& counters;
  };
  HostBridge(Simulation& simulation, const RootComplexParameters& parameters, const Parts& parts);

  /// Carries an access out, in the ECAM or of a BAR as its address says.
  Task<void> serve(Payload& payload);
  /// Likewise for debuggers: reads without time or side effects, and returns the bytes read.
  unsigned debug(Payload& payload);

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    ConfigurationSpace::describe(self.own_, state);
  }

 private:
  Task<void> access_configuration(Payload& payload);
  Task<void> access_memory(Payload& payload);
  void access_own_configuration(Payload& payload, unsigned offset);
  /// From the beginning of the ECAM.
  std::uint64_t ecam_offset(const Payload& payload) const {
    return payload.get_address() - parameters_.ecam_base;
  }

  Scheduler& scheduler_;
  PayloadPool& payloads_;
  const RootComplexParameters& parameters_;
  Parts parts_;
  ConfigurationSpace own_;
};

}  // namespace doorbell::pcie
