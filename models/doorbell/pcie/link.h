#pragma once

#include <systemc>
#include <tlm>

#include "doorbell/core/simulation.h"
#include "doorbell/pcie/bus_decode.h"
#include "doorbell/pcie/link_direction.h"
#include "doorbell/pcie/lower_port.h"

namespace doorbell::pcie {

/// A PCI Express link between an upper port (root complex, switch) and a lower one. A TLP arrives
/// when its last byte has, `latency` later (PCIe 6.0 3, 4). Its parameters hold the credits that
/// both receivers advertise: the link grants them at the start and carries what the receivers
/// return.
class Link : public Module {
 public:
  explicit Link(const sc_core::sc_module_name& name, const LinkParameters& parameters = {});

  /// Bound by the MessageInitiator<PcieTlp> of the upper port.
  tlm::tlm_base_target_socket<64, DownstreamInterface, UpstreamInterface> upstream;
  /// Bound to the MessageTarget<PcieTlp> of the lower port.
  tlm::tlm_base_initiator_socket<64, DownstreamInterface, UpstreamInterface> downstream;

  const LinkParameters& parameters() const { return parameters_; }

  std::string busy() const override {
    return down_.busy(now()) || up_.busy(now()) ? "TLPs or DLLPs" : "";
  }
  void settle() override {
    down_.forget();
    up_.forget();
  }

 private:
  /// What a neighbour sees: it sends into one direction and frees credits of the other.
  class Upper : public DownstreamInterface, public BusDecode {
   public:
    explicit Upper(Link& link) : link_(link) {}
    void deliver(const PcieTlp::Forward& tlp, Time at) override { link_.down_.accept(tlp, at); }
    void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
      link_.up_.free_credits(credit_class, count, at);
    }
    bool claims(std::uint64_t address) const override;
    bool uses_ari() const override;
    bool debug_read(std::uint64_t address, std::span<std::uint8_t> data) override;
    bool debug_read_configuration(std::uint16_t destination, unsigned offset,
                                  std::span<std::uint8_t> data) override;

   private:
    BusDecode* below() const;
    Link& link_;
  };
  class Lower : public UpstreamInterface {
   public:
    explicit Lower(Link& link) : link_(link) {}
    void deliver(const PcieTlp::Backward& tlp, Time at) override { link_.up_.accept(tlp, at); }
    void return_credits(unsigned credit_class, std::uint64_t count, Time at) override {
      link_.down_.free_credits(credit_class, count, at);
    }

   private:
    Link& link_;
  };

  void end_of_elaboration() override;
  void start_of_simulation() override;

  LinkParameters parameters_;
  StageId stage_;
  LinkDirection down_;  // from the upper port
  LinkDirection up_;    // towards it
  Upper upper_{*this};
  Lower lower_{*this};
};

}  // namespace doorbell::pcie
