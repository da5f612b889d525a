#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "doorbell/core/arch/journey.h"
#include "doorbell/core/arch/ring.h"
#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/pcie/arch/link_rate.h"
#include "doorbell/pcie/arch/parameters.h"
#include "doorbell/pcie/transaction.h"

namespace doorbell::pcie {

/// One direction of a link: a line on which TLPs follow each other in the order in which they came,
/// DLLPs of the other direction's traffic between them, and the credits of its own receiver.
class LinkDirection {
 public:
  LinkDirection(Scheduler& scheduler, const StatisticsGroup& group,
                const LinkParameters& parameters, const CreditLimits& receiver, StageId stage);

  /// What the two neighbours take: the receiver TLPs, the sender credits.
  struct Neighbours {
    std::function<void(const Tlp&, Time)> deliver;
    std::function<void(unsigned, std::uint64_t, Time)> return_credits;
  };
  /// `reverse` carries this direction's Acks and UpdateFCs.
  void connect(Neighbours neighbours, LinkDirection& reverse);
  /// Advertises the receiver's credits to the sender (PCIe 6.0 3.4).
  void advertise();

  /// The sender gives a TLP, for which it took credits, to the line.
  void accept(const Tlp& tlp, Time at);
  /// The receiver has freed `count` credits of a class of the protocol.
  void free_credits(unsigned credit_class, std::uint64_t count, Time at);

  /// Something is on the line, waits for it, or is due.
  bool busy(Time now) const;
  /// While it isn't: what is counted towards the next Ack or UpdateFC is none.
  void forget();

 private:
  struct Queued {
    Tlp tlp;
    Time ready = 0;
    unsigned bytes = 0;
  };
  struct Pump : Waiter {
    explicit Pump(LinkDirection& d)
        : Waiter([](Waiter& w) { static_cast<Pump&>(w).direction.pump(); }), direction(d) {}
    LinkDirection& direction;
  };
  /// Credits of one TLP class that wait for an UpdateFC.
  struct Freed : Waiter {
    explicit Freed(LinkDirection& d, TlpClass k)
        : Waiter([](Waiter& w) {
            auto& self = static_cast<Freed&>(w);
            self.direction.update(self.kind, self.direction.scheduler_.now());
          }),
          direction(d),
          kind(k) {}
    LinkDirection& direction;
    TlpClass kind;
    std::array<std::uint64_t, 2> credits{};  // headers, data
    std::uint64_t bytes = 0;                 // of TLPs, since the last UpdateFC that they paid for
  };

  void pump();
  void transmit(const Tlp& tlp, Time ready, unsigned bytes);
  /// TLPs of the other direction have arrived: Acks fall due here.
  void acknowledge(unsigned bytes, Time at);
  /// Lays DLLPs that fell due until `now` on the line.
  void settle(Time now);
  void lay_dllp(Time at);
  /// Sends a DLLP at the next opportunity; when it has left.
  Time send_dllp(Time at);
  void update(TlpClass kind, Time at);
  void return_credits(Freed& freed, Time at);
  void hold_credits(const Tlp& tlp, Time at);

  Scheduler& scheduler_;
  LinkShape shape_;
  CreditLimits limits_;
  StageId stage_;
  Time latency_;
  Time update_interval_;
  Time dllp_time_;
  unsigned limit_bytes_;
  bool shares_line_;

  Neighbours neighbours_;
  LinkDirection* reverse_ = nullptr;

  Lane lane_;
  Holder on_line_;  ///< What was laid on the line last.
  Ring<Queued> queue_;
  Pump pump_{*this};
  Ring<Time> due_acks_;
  std::uint64_t unacknowledged_bytes_ = 0;
  std::array<Freed, tlp_classes> freed_;

  ServerStatistics line_;
  QueueStatistics waiting_;
  Counter tlps_;
  Counter tlp_bytes_;
  Counter payload_bytes_;
  Counter dllps_;
  /// By class of the protocol.
  std::array<Gauge, std::size_t{2} * tlp_classes> held_;
};

}  // namespace doorbell::pcie
