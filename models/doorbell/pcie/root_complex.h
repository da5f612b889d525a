#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "doorbell/core/arch/slots.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/order_domains.h"
#include "doorbell/pcie/transmit_queue.h"

namespace doorbell::pcie {

/// A root complex: processors reach configuration space (ECAM, PCIe 6.0 7.2.2) and BARs through it,
/// and what devices ask for goes out of `memory_reads` and `memory_writes` as standard TLM-2.0
/// transactions with a Requester, which says who asks.
///
/// Order (PCIe 6.0 2.4.1) is kept by observation: a device's read, and a completion towards a
/// processor, goes on only when the posted writes ahead of it in its order domain have been
/// answered. Posted writes go out in their order with their domain in the Requester; TBU and fabric
/// keep it. A posted write leaves the link's receive buffer, and its credits return, when one of
/// `posted_entries` is free.
class RootComplex : public Module {
 public:
  static constexpr std::uint64_t ecam_bytes_per_bus = 1 << 20;  ///< PCIe 6.0 7.2.2

  explicit RootComplex(const sc_core::sc_module_name& name,
                       const RootComplexParameters& parameters = {});

  // From processors, and from devices to their peers; addresses are those of the system's map,
  // equal to bus addresses outside the ECAM. What waits for a device's completion waits for the
  // posted writes ahead of it, to peers as well: so these have a socket that nothing but writes
  // comes by.
  TargetSocket configuration;     ///< The ECAM; processors' alone.
  TargetSocket processor_reads;   ///< Of BARs.
  TargetSocket processor_writes;  ///< To BARs: posted.
  // Towards SMMU and memory.
  InitiatorSocket memory_reads;
  InitiatorSocket memory_writes;
  /// Towards the link of the i-th of `RootComplexParameters::ports`.
  MessageInitiator<PcieTlp>& port(unsigned i) { return ports_[i]->socket; }
  unsigned port_count() const { return static_cast<unsigned>(ports_.size()); }

  const RootComplexParameters& parameters() const { return parameters_; }

 private:
  struct Port {
    Port(RootComplex& owner, unsigned index, const RootPortParameters& place);
    bool leads_to(unsigned bus, unsigned device);
    unsigned index;
    RootPortParameters place;
    MessageInitiator<PcieTlp> socket;
    TransmitQueue transmit;
  };
  /// A processor's non-posted request on its way.
  struct Pending {
    Condition* done = nullptr;
    std::span<std::uint8_t> data;
    std::uint64_t address = 0;
    bool complete = false;
    pcie_tlp::Status status = pcie_tlp::Status::successful;
  };

  // From devices.
  void receive(unsigned port, Tlp& tlp);
  Task<void> carry_write(unsigned port, Tlp tlp);
  Task<void> carry_read(unsigned port, Tlp tlp);
  Task<void> refuse(unsigned port, Tlp tlp);
  Task<void> complete_read(Port& port, Tlp request, PayloadReference payload);
  Task<void> carry_completion(unsigned port, Tlp tlp);
  PayloadReference write_payload(Tlp& tlp);
  void label(Requester& requester, const Tlp& tlp, std::uint32_t domain) const;
  void free_buffer(Port& port, const Tlp& tlp);

  // From processors.
  Task<void> serve(Payload& payload);
  Task<void> access_configuration(Payload& payload);
  Task<void> access_memory(Payload& payload);
  bool access_host_bridge(Payload& payload, unsigned offset);
  Port* port_of_function(std::uint16_t destination);
  Port* port_of_address(std::uint64_t address);
  unsigned debug(Payload& payload);
  /// Sends a non-posted request and waits for its completion; the data of a read go to `data`.
  Task<pcie_tlp::Status> request(Port& port, Tlp tlp, std::span<std::uint8_t> data);

  RootComplexParameters parameters_;
  StageId stage_;
  ConfigurationSpace host_bridge_;
  OrderDomains domains_;
  Slots posted_slots_;
  Slots read_slots_;
  TagPool tags_{TagWidth::bits10};
  std::vector<Pending*> pending_;  // by tag
  Counter posted_writes_;
  Counter reads_;
  Counter processor_reads_;
  Counter processor_writes_;
  Counter unsupported_;
  Counter misdirected_;
  Counter memory_errors_;
  std::vector<std::unique_ptr<Port>> ports_;
  Port* last_claimed_ = nullptr;  // most accesses go where the one before went
  TaskGroup tasks_;
};

}  // namespace doorbell::pcie
