#pragma once

#include <cstdint>
#include <vector>

#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/host_bridge.h"
#include "doorbell/pcie/non_posted_requests.h"
#include "doorbell/pcie/root_complex_statistics.h"
#include "doorbell/pcie/root_port.h"
#include "doorbell/pcie/upstream_traffic.h"

namespace doorbell::pcie {

/// A root complex: processors reach configuration space (ECAM, PCIe 6.0 7.2.2) and BARs through it,
/// and what devices ask for goes out of `memory_reads` and `memory_writes` as standard TLM-2.0
/// transactions with a Requester, which says who asks: a pair of sockets for each TBU of an SMMU,
/// from 0 to the highest that a port of `RootComplexParameters::ports` names.
///
/// It wires its parts, each a class of its own: a HostBridge for processors, UpstreamTraffic, which
/// keeps the order, for devices, and the ports between.
class RootComplex : public Module {
 public:
  static constexpr std::uint64_t ecam_bytes_per_bus = HostBridge::ecam_bytes_per_bus;

  explicit RootComplex(const sc_core::sc_module_name& name,
                       const RootComplexParameters& parameters = {});

  // From processors, and from devices to their peers; addresses are those of the system's map,
  // equal to bus addresses outside the ECAM. What waits for a device's completion waits for the
  // posted writes ahead of it, to peers as well: so these have a socket that nothing but writes
  // comes by.
  TargetSocket configuration;     ///< The ECAM; processors' alone.
  TargetSocket processor_reads;   ///< Of BARs.
  TargetSocket processor_writes;  ///< To BARs: posted.
  // Towards the `tbu`-th TBU of an SMMU, or memory: from 0 to `memory_count()` - 1.
  InitiatorSocket& memory_reads(unsigned tbu = 0) { return *memory_[tbu].reads; }
  InitiatorSocket& memory_writes(unsigned tbu = 0) { return *memory_[tbu].writes; }
  unsigned memory_count() const { return static_cast<unsigned>(memory_.size()); }
  /// Towards the link of the i-th of `RootComplexParameters::ports`.
  MessageInitiator<PcieTlp>& port(unsigned i) { return ports_[i].socket(); }
  unsigned port_count() const { return ports_.size(); }

  const RootComplexParameters& parameters() const { return parameters_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override { requests_.settle(); }

 private:
  RootComplexParameters parameters_;
  std::vector<MemorySockets> memory_;  // by TBU
  RootComplexStatistics counters_;
  RootPorts ports_;
  NonPostedRequests requests_;
  HostBridge host_bridge_;
  UpstreamTraffic upstream_;
  TaskGroup tasks_;
};

}  // namespace doorbell::pcie
