#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "doorbell/core/message_socket.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/gic/arch/redistributor_state.h"
#include "doorbell/gic/interrupt_source.h"
#include "doorbell/gic/lpi_controller.h"

namespace doorbell::gic {

/// A Redistributor: GICR registers, SGIs, PPIs and LPIs of one processor, and the SPI that the
/// distributor offers it (IHI 0069, 12.11).
class Redistributor : public Module, public InterruptSource {
 public:
  /// `tables` is where LPI tables are read and written; `cache` may be shared with other
  /// redistributors. `its_distances`: what messages to each ITS take more.
  Redistributor(const sc_core::sc_module_name& name, const GicCommonParameters& common,
                const RedistributorParameters& parameters, const ItsParameters& its,
                const MessageParameters& messages, const RedistributorConfiguration& configuration,
                const std::vector<Time>& its_distances, TablePort& tables, LpiCache& cache,
                SpiSource& distributor);

  RegisterSocket registers;  ///< GICR, RD and SGI frames, 128 KiB; addresses are taken modulo that
  MessageTarget<GicMessage> from_distributor;
  MessageTarget<GicMessage>& from_its(unsigned its) { return *from_its_[its]; }
  /// The wire of PPI `INTID`, 16 to 31, or of an extended one, from 1056 on.
  WireIn& ppi(std::uint32_t INTID) { return *ppis_.at(state_.interrupts().number_of(INTID) - 16); }
  /// The other LPI caches of the GIC, which GICR_INVLPIR and GICR_INVALLR reach, too.
  void know_caches(std::vector<LpiCache*> others) { lpis_.know_caches(std::move(others)); }

  /// Clears GICR_WAKER.ProcessorSleep, as firmware that ran before the model's software has done
  /// (IHI 0069 12.11.44).
  void wake();
  /// GICD_CTLR.DS has been set.
  void disable_security();

  /// Called after whatever may have changed `highest`.
  void on_change(std::function<void()> listener) { changed_ = std::move(listener); }

  PendingInterrupt highest(unsigned groups) const override;
  bool acknowledge(std::uint32_t INTID, JourneyHandle& journey) override;
  void deactivate(std::uint32_t INTID) override;
  Group group_of(std::uint32_t INTID) const override;
  void set_enabled_groups(unsigned groups) override {
    distributor_.set_enabled_groups(state_.processor(), groups);
  }
  void set_mask(std::uint8_t PMR) override { distributor_.set_mask(state_.processor(), PMR); }
  Task<void> send_sgi(SgiRequest request, Group group, bool secure) override;
  JourneyHandle journey(std::uint32_t INTID) override {
    return INTID < first_lpi ? distributor_.journey_of_spi(INTID) : lpis_.journey(INTID);
  }

  const LpiController& lpis() const { return lpis_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override;

 private:
  void receive(const gic_message::Request& request);
  LpiController::Callbacks callbacks();
  void return_lpi_credit(std::uint32_t its);
  void changed();
  void add_wire(std::uint32_t INTID);
  Task<void> change_sleep(bool awake);
  Task<void> invalidate(std::optional<std::uint32_t> INTID);
  void add_direct_lpis();
  Task<void> accept_lpi(Payload& payload);
  Task<void> take_lpi(gic_message::Request request, Slot entry);
  Task<void> clear_lpi(std::uint32_t INTID);
  void receive_spi(const PendingInterrupt& spi);
  PendingInterrupt find_highest(unsigned enabled) const;
  void start_of_simulation() override;

  Clock clock_;
  RedistributorParameters parameters_;
  Time link_latency_;
  std::vector<Time> its_latencies_;
  std::uint32_t lpi_credits_;
  std::uint64_t doorbell_cycles_;
  StageId stage_;
  SpiSource& distributor_;
  RedistributorState state_;
  std::uint64_t sleep_changes_ = 0;  ///< of GICR_WAKER.ProcessorSleep
  unsigned changing_sleep_ = 0;      ///< of those, that ChildrenAsleep has yet to follow
  unsigned invalidating_ = 0;        ///< writes of GICR_CLRLPIR, GICR_INVLPIR and GICR_INVALLR
  unsigned sending_ = 0;             ///< SGIs that the distributor has yet to take
  PendingInterrupt offered_;         ///< by the distributor
  /// What `find_highest` gave, until something changes.
  mutable PendingInterrupt highest_;
  mutable std::optional<unsigned> highest_of_;  ///< the groups that it is for
  std::function<void()> changed_;
  std::vector<std::unique_ptr<MessageTarget<GicMessage>>> from_its_;
  std::vector<std::uint32_t> credits_owed_;  ///< to each ITS, given back several at a time
  std::vector<std::unique_ptr<WireIn>> ppis_;
  std::optional<Slots> doorbells_;  ///< LPIs by GICR_SETLPIR that it holds ahead of its pipeline
  LpiController lpis_;
  TaskGroup tasks_;
};

}  // namespace doorbell::gic
