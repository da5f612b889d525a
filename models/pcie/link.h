#pragma once

#include <systemc>
#include <tlm>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/bus_decode.h"
#include "doorbell/pcie/link_direction.h"

namespace doorbell::pcie {

/// A PCI Express link between an upper port (root complex, switch) and a lower one. A TLP arrives
/// when its last byte has, `latency` later (PCIe 6.0 3, 4). Its parameters hold the credits that
/// both receivers advertise: the link grants them at the start and carries what the receivers
/// return.
class Link : public Module {
 public:
  explicit Link(const sc_core::sc_module_name& name, const LinkParameters& parameters = {});

  /// Bound by the MessageInitiator<PcieTlp> of the upper port.
  tlm::tlm_base_target_socket<64, TlpInterface, TlpInterface> upstream;
  /// Bound to the MessageTarget<PcieTlp> of the lower port.
  tlm::tlm_base_initiator_socket<64, TlpInterface, TlpInterface> downstream;

  const LinkParameters& parameters() const { return parameters_; }

 private:
  /// What a neighbour sees: it sends into one direction and frees credits of the other.
  class Side : public TlpInterface, public BusDecode {
   public:
    Side(Link& link, LinkDirection& out, LinkDirection& in) : link_(link), out_(out), in_(in) {}
    void deliver(Tlp tlp, Time at) override { out_.accept(tlp, at); }
    void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
      in_.free_credits(credit_class, count, at);
    }
    bool claims(std::uint64_t address) const override;

   private:
    Link& link_;
    LinkDirection& out_;
    LinkDirection& in_;
  };

  void end_of_elaboration() override;
  void start_of_simulation() override;

  LinkParameters parameters_;
  StageId stage_;
  LinkDirection down_;  // from the upper port
  LinkDirection up_;    // towards it
  Side upper_{*this, down_, up_};
  Side lower_{*this, up_, down_};
};

}  // namespace doorbell::pcie
