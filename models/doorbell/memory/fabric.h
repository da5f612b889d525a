#pragma once

#include <memory>
#include <string>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/memory/arbiter.h"
#include "doorbell/memory/arch/address_map.h"
#include "doorbell/memory/arch/parameters.h"
#include "doorbell/memory/data_channel.h"
#include "doorbell/memory/write_order.h"

namespace doorbell::memory {

/// A target of a fabric: its name and the addresses that are its own.
struct FabricTarget {
  struct Region {
    std::uint64_t base;
    std::uint64_t size;
    std::uint64_t target_base = 0;  ///< What the target sees for `base`.
  };
  std::string name;
  std::vector<Region> regions;
  ForeignTarget foreign = ForeignTarget::blocking;
  /// Writes leave by a socket of their own: sockets `name`_reads and `name`_writes. For a target
  /// whose reads may wait for its writes.
  bool separate_writes = false;
};

/// An interconnect: routes the transactions of any number of ports to any number of targets by
/// address.
///
/// Each port and each target has a read and a write channel, `width` bytes a cycle, which don't
/// wait for each other. A request crosses its port's channel, takes `request_latency` and crosses
/// its target's channel as it comes or when the ports' turns bring it (Arbiter); its answer takes
/// `response_latency`, and read data then cross the port's read channel. Posted writes of an order
/// domain are kept in order by WriteOrder; that is the stage "ordering" of an MSI. Without
/// contention a write of n bytes takes request_latency + ceil(n / width) cycles, the target's time,
/// response_latency; a read takes request_latency + 1 cycles, the target's time, response_latency +
/// ceil(n / width).
///
/// What no target owns, or only in part, is answered with TLM_ADDRESS_ERROR_RESPONSE. Debug and
/// direct accesses are routed and their ranges translated.
class Fabric : public Module {
 public:
  /// Throws std::invalid_argument when regions overlap.
  Fabric(const sc_core::sc_module_name& name, const FabricParameters& parameters,
         const std::vector<std::string>& ports, const std::vector<FabricTarget>& targets);
  ~Fabric() override;

  /// The socket of the port called `name`; std::out_of_range when there is none.
  TargetSocket& port(std::string_view name);
  InitiatorSocket& target(std::string_view name);

  const AddressMap& map() const { return map_; }

  std::string busy() const override;
  void settle() override;

 private:
  struct Port;
  struct Target;
  struct Way;

  Task<void> serve(Port& port, Payload& payload);
  Task<void> refuse(Port& port, Payload& payload);
  Task<void> forward(Port& port, const AddressRegion& region, Payload& payload);
  Time arrival_of_request(Port& port, const Payload& payload);
  Time arrival_of_answer(Port& port, const Payload& payload);
  unsigned debug(Payload& payload);
  bool get_dmi(Payload& payload, tlm::tlm_dmi& dmi);
  void invalidate_dmi(unsigned target, AddressRange range);

  FabricParameters parameters_;
  Clock clock_;
  AddressMap map_;
  StageId ordering_stage_;
  StageId fabric_stage_;
  Counter decode_errors_;
  std::vector<std::unique_ptr<Port>> ports_;
  std::vector<std::unique_ptr<Target>> targets_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::memory
