#pragma once

#include <cstdint>
#include <functional>
#include <tlm>
#include <utility>

#include "doorbell/core/message_socket.h"
#include "doorbell/pcie/bus_decode.h"
#include "doorbell/pcie/transaction.h"

namespace doorbell::pcie {

/// What the upper neighbour of a socket calls, and the lower one.
using DownstreamInterface = MessageInterface<PcieTlp, PcieTlp::Forward>;
using UpstreamInterface = MessageInterface<PcieTlp, PcieTlp::Backward>;

/// The lower end of a link: a MessageTarget<PcieTlp> that also answers which addresses are claimed
/// below it.
class LowerPort : public tlm::tlm_base_target_socket<64, DownstreamInterface, UpstreamInterface> {
 public:
  using Receiver = std::function<void(Tlp&)>;
  using Claims = std::function<bool(std::uint64_t)>;

  LowerPort(const char* name, Receiver receiver, Claims claims)
      : tlm_base_target_socket(name), incoming_(std::move(receiver), std::move(claims)) {
    bind(static_cast<DownstreamInterface&>(incoming_));
  }
  const char* kind() const override { return "doorbell_pcie_lower_port"; }

  /// Credits for sending, by class of the protocol.
  Credits& credits(unsigned credit_class) { return incoming_.credits(credit_class); }
  void send(const Tlp& tlp) { (*this)->deliver(tlp, incoming_.now()); }
  /// A TLP has left the receive buffer.
  void return_credit(unsigned credit_class, std::uint64_t count) {
    (*this)->return_credits(credit_class, count, incoming_.now());
  }

 private:
  class Incoming : public detail::MessageEndpoint<PcieTlp::Backward, PcieTlp::Forward,
                                                  PcieTlp::credit_classes>,
                   public DownstreamInterface,
                   public BusDecode {
   public:
    Incoming(Receiver receiver, Claims claims)
        : MessageEndpoint(std::move(receiver)), claims_(std::move(claims)) {}
    Time now() const { return scheduler_.now(); }
    void deliver(PcieTlp::Forward tlp, Time at) override { arrive(std::move(tlp), at); }
    void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
      credits_arrive(credit_class, count, at);
    }
    bool claims(std::uint64_t address) const override { return claims_(address); }

   private:
    Claims claims_;
  };
  Incoming incoming_;
};

}  // namespace doorbell::pcie
