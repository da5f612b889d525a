#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/pcie/transaction.h"

namespace doorbell::pcie {

/// What a port is about to send: TLPs that wait for credits, in the order that PCIe 6.0 2.4.1 asks
/// for. Posted writes stay in order among themselves and pass blocked reads and completions; those
/// never pass earlier posted writes.
class TransmitQueue {
 public:
  /// The credits for sending, by class of the protocol; how a TLP leaves; the group that owns the
  /// port's tasks.
  struct Port {
    std::array<Credits*, PcieTlp::credit_classes> credits;
    std::function<void(const Tlp&)> send;
    TaskGroup& tasks;
  };
  TransmitQueue(Scheduler& scheduler, const StatisticsGroup& group, Port port);

  /// Sends at once if nothing ahead and enough credits; false, and nothing happened, otherwise.
  bool try_send(const Tlp& tlp);
  /// Until the TLP has left. Its Journey waits for "posted header credits" or "posted data
  /// credits".
  Task<void> send(const Tlp& tlp);

  std::uint64_t stalls() const { return stalls_.value(); }
  /// TLPs that wait for credits.
  std::uint64_t waiting() const { return queue_.occupancy(); }

 private:
  struct Entry {
    Tlp tlp;
    std::uint64_t number = 0;  // in the order of the calls, over all classes
    Time since = 0;
    bool left = false;
    Condition* condition = nullptr;
  };
  void tell(JourneyHandle journey, TlpClass kind, Time now);
  bool behind_posted(std::uint64_t number) const;
  bool take_credits(TlpClass kind, const FlowCredits& need);
  Task<void> send_in_turn(Tlp tlp);
  Task<void> pump(TlpClass kind);

  Scheduler& scheduler_;
  Port port_;
  std::array<Ring<Entry*>, tlp_classes> waiting_;
  std::array<bool, tlp_classes> pumping_{};
  std::uint64_t next_number_ = 0;
  Condition posted_left_;
  Counter stalls_;
  QueueStatistics queue_;
};

}  // namespace doorbell::pcie
