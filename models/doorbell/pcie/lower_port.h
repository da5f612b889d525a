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

  /// `below` answers which addresses are claimed, and debuggers; it lives as long as the port.
  LowerPort(const char* name, Receiver receiver, BusDecode& below)
      : tlm_base_target_socket(name), incoming_(std::move(receiver), below) {
    bind(static_cast<DownstreamInterface&>(incoming_));
  }
  const char* kind() const override { return "doorbell_pcie_lower_port"; }

  /// Credits for sending, by class of the protocol.
  Credits& credits(unsigned credit_class) { return incoming_.credits(credit_class); }
  std::array<Credits*, PcieTlp::credit_classes> all_credits() { return incoming_.all_credits(); }
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
    Incoming(Receiver receiver, BusDecode& below)
        : MessageEndpoint(std::move(receiver)), below_(below) {}
    Time now() const { return scheduler_.now(); }
    void deliver(const PcieTlp::Forward& tlp, Time at) override { arrive(tlp, at); }
    void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
      credits_arrive(credit_class, count, at);
    }
    bool claims(std::uint64_t address) const override { return below_.claims(address); }
    bool uses_ari() const override { return below_.uses_ari(); }
    bool debug_read(std::uint64_t address, std::span<std::uint8_t> data) override {
      return below_.debug_read(address, data);
    }
    bool debug_read_configuration(std::uint16_t destination, unsigned offset,
                                  std::span<std::uint8_t> data) override {
      return below_.debug_read_configuration(destination, offset, data);
    }

   private:
    BusDecode& below_;
  };
  Incoming incoming_;
};

}  // namespace doorbell::pcie
