#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/requester.h"
#include "doorbell/core/simulation.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/non_posted_requests.h"
#include "doorbell/pcie/order_domains.h"
#include "doorbell/pcie/root_complex_statistics.h"
#include "doorbell/pcie/root_port.h"

namespace doorbell::pcie {

/// Where what devices ask for goes out, to one TBU.
struct MemorySockets {
  std::unique_ptr<InitiatorSocket> reads;
  std::unique_ptr<InitiatorSocket> writes;
};

/// The side of a root complex that devices see: their writes and reads go to memory, completions to
/// whoever awaits them.
///
/// Order (PCIe 6.0 2.4.1) is kept by observation: a device's read, and a completion towards a
/// processor, goes on only when the posted writes ahead of it in its order domain have been
/// answered. Posted writes go out in their order with their domain in the Requester; TBU and fabric
/// keep it. A posted write leaves the link's receive buffer, and its credits return, when one of
/// `posted_entries` is free.
class UpstreamTraffic {
 public:
  /// What it stands on.
  struct Parts {
    const std::vector<MemorySockets>& memory;  ///< By TBU.
    NonPostedRequests& requests;
    RootComplexStatistics& counters;
    TaskGroup& tasks;
  };
  UpstreamTraffic(Simulation& simulation, const StatisticsGroup& group,
                  const RootComplexParameters& parameters, const Parts& parts);

  /// A TLP has come by `port`; inside the scheduler.
  void receive(RootPort& port, Tlp& tlp);

 private:
  Task<void> carry_write(RootPort& port, Tlp tlp);
  Task<void> carry_read(RootPort& port, Tlp tlp);
  Task<void> complete_read(RootPort& port, Tlp request, PayloadReference payload);
  Task<void> carry_completion(RootPort& port, Tlp tlp);
  Task<void> refuse(RootPort& port, Tlp tlp);
  PayloadReference write_payload(Tlp& tlp);
  void label(Requester& requester, const Tlp& tlp, std::uint32_t domain) const;

  Scheduler& scheduler_;
  PayloadPool& payloads_;
  JourneyLog& journeys_;
  const RootComplexParameters& parameters_;
  Parts parts_;
  StageId stage_;
  OrderDomains domains_;
  Slots posted_slots_;
  Slots read_slots_;
};

}  // namespace doorbell::pcie
