#pragma once

#include <memory>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/gic/arch/distributor_state.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/gic/gic_message.h"
#include "doorbell/gic/interrupt_source.h"
#include "doorbell/gic/spi_messages.h"

namespace doorbell::gic {

/// What a Distributor has beside what is common to the GIC.
struct DistributorOptions {
  bool lpis = true;           ///< GICD_TYPER.LPIS
  bool message_spis = false;  ///< GICD_TYPER.MBIS
  bool frame = false;         ///< there is another frame whose writes make SPIs pending
  std::uint64_t doorbell_cycles = 4;
};

/// The Distributor: GICD registers and SPIs (IHI 0069, 12.9). It tells each redistributor of the
/// most urgent SPI for it.
class Distributor : public Module, public SpiSource {
 public:
  /// `processors`: their affinities, in the order of the redistributors.
  Distributor(const sc_core::sc_module_name& name, const GicCommonParameters& parameters,
              const std::vector<Affinity>& processors, const DistributorOptions& options = {});

  RegisterSocket registers;  ///< GICD, 64 KiB; addresses are taken modulo that
  MessageInitiator<GicMessage>& redistributor(unsigned processor) { return *links_[processor]; }
  /// The wire of SPI `INTID`, 32 to 31 + spis, or of an extended one, from 4096 on. An
  /// edge-triggered one takes a pulse.
  WireIn& spi(std::uint32_t INTID) { return *spis_.at(state_.spis().number_of(INTID)); }

  unsigned enabled_groups() const override { return state_.enabled_groups(); }
  bool acknowledge_spi(std::uint32_t INTID, unsigned processor, JourneyHandle& journey) override;
  JourneyHandle journey_of_spi(std::uint32_t INTID) const override {
    return messages_ ? messages_->journey(INTID) : JourneyHandle{};
  }
  void deactivate_spi(std::uint32_t INTID) override;
  Group group_of_spi(std::uint32_t INTID) const override;
  Task<void> send_sgi(SgiRequest request, Group group, bool secure, unsigned processor) override;
  void set_awake(unsigned processor, bool awake) override;
  void set_enabled_groups(unsigned processor, unsigned groups) override;
  void set_excluded(unsigned processor, unsigned groups) override {
    state_.set_excluded(processor, groups);
  }
  void set_mask(unsigned processor, std::uint8_t PMR) override { state_.set_mask(processor, PMR); }

  PendingInterrupt offered_spi(unsigned processor) const override {
    return offers_[processor]->best;
  }

  DistributorState& state() { return state_; }
  /// SPIs by message; null where there is no way to send one.
  SpiMessages* messages() { return messages_.get(); }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override;

 private:
  bool all_told() const;
  Task<void> forward(unsigned processor);
  Task<void> take_back(std::uint32_t INTID);
  void changed(unsigned processor, bool withdraws);
  void add_wire(std::uint32_t INTID);
  void add_messages(const DistributorOptions& options);

  Clock clock_;
  Time link_latency_;
  Time take_back_;
  std::vector<Affinity> processors_;
  DistributorState state_;
  /// What a redistributor was told last, and has not acknowledged since.
  struct Offer {
    explicit Offer(Scheduler& scheduler) : changes(scheduler) {}
    PendingInterrupt best;
    unsigned groups = 0;          ///< that are enabled
    std::uint64_t version = 0;    ///< of what is deliverable to it
    std::uint64_t told = 0;       ///< the version that it knows
    std::uint64_t withdrawn = 0;  ///< the version until which GICD_CTLR.RWP is set
    Condition changes;
  };
  std::vector<std::unique_ptr<Offer>> offers_;
  unsigned coming_back_ = 0;  ///< SPIs that were taken back and wait for another processor
  Counter acknowledged_;
  Counter withdrawn_;
  Counter sgis_;
  Counter taken_back_;
  std::vector<std::unique_ptr<MessageInitiator<GicMessage>>> links_;
  std::vector<std::unique_ptr<WireIn>> spis_;
  std::unique_ptr<SpiMessages> messages_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
