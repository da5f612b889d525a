#pragma once

#include <memory>
#include <optional>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/register_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/monitored_events.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/ats_service.h"
#include "doorbell/smmu/command_processor.h"
#include "doorbell/smmu/configuration_unit.h"
#include "doorbell/smmu/debug_translation.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/gatos.h"
#include "doorbell/smmu/interrupts.h"
#include "doorbell/smmu/pri_queue.h"
#include "doorbell/smmu/programming_interface.h"
#include "doorbell/smmu/stalls.h"
#include "doorbell/smmu/table_walker.h"
#include "doorbell/smmu/tbu_links.h"
#include "doorbell/smmu/translator.h"

namespace doorbell::smmu {

/// Translation control unit: the registers of an SMMUv3, its queues, its configuration and walk
/// caches, and the answers to its TBUs. It wires its parts, each a class of its own, and does what
/// concerns all of them: invalidations and SYNCs.
class Tcu : public Module, public DebugTranslation, private CommandActions {
 public:
  /// `tbus`: how many TBUs it serves: first those of `parameters.tbus`, then further ones. [1, 64]
  Tcu(const sc_core::sc_module_name& name, const SmmuParameters& parameters, unsigned tbus = 1);
  ~Tcu() override;

  /// The 128 KiB of registers, addressed from 0 (IHI 0070 6.1).
  RegisterSocket registers;
  /// STEs, CDs and translation tables.
  InitiatorSocket tables;
  /// Command queue, Event queue and MSIs: apart, so that nothing of it delays a walk.
  InitiatorSocket queues;
  /// Updates of translation tables, atomic accesses: apart, so that one that is refused keeps no
  /// read waiting. Null unless `features.table_updates` offers some.
  std::unique_ptr<InitiatorSocket> table_updates;
  WireOut eventq;      ///< Edge: the Event queue is no longer empty.
  WireOut gerror;      ///< Edge: a global error.
  WireOut cmdq_sync;   ///< Edge: a CMD_SYNC with SIG_IRQ is complete.
  WireOut wake_event;  ///< Edge: WFE wake-up event.
  /// Edge: page requests for software. Null unless `features.pri`.
  std::unique_ptr<WireOut> priq;
  /// To the root complex. Only with `features.ats`; unbound, there are no ATCs, and what software
  /// says to them is ignored (IHI 0070 4.5).
  MessageTarget<DtiAts>& ats() { return ats_->socket; }
  /// To the n-th TBU.
  MessageTarget<Dti>& dti(unsigned n = 0) { return links_->socket(n); }

  /// The register map as a table, for documentation and tools.
  const RegisterMap& register_map() const { return programming_.bank().map(); }

  std::optional<std::uint64_t> translate_debug(const Stream& stream, std::uint64_t address,
                                               const Access& access) override;
  bool receives(const sc_core::sc_interface& dti) const override;
  /// For a PerformanceMonitor.
  MonitoredEvents& monitored_events() { return monitored_; }

  void save(StateWriter& state) const override;
  void restore(StateReader& state) override;

  std::string busy() const override;
  void settle() override;

 private:
  template <class Self, class State>
  static void describe(Self& self, State& state);

  void before_end_of_elaboration() override;
  void start_of_simulation() override;
  void make_ats_service();
  bool reaches_atcs() const;

  Task<void> invalidate(const Invalidation& invalidation) override;
  void prefetch(const Stream& stream, std::optional<std::uint64_t> address) override;
  void resume(std::uint32_t stream_id, std::uint16_t stag, StallEnd how) override;
  void terminate_stalls(std::uint32_t stream_id) override;
  Task<bool> synchronise() override;
  Task<void> invalidate_atc(const Command& command) override;
  void respond(const Command& command) override;
  Task<void> leave_regime() override;

  SmmuParameters parameters_;
  Clock clock_;
  ProgrammingInterface programming_;
  PhysicalMemoryPort page_table_port_;
  PhysicalMemoryPort stream_table_port_;
  PhysicalMemoryPort queue_port_;
  std::optional<PhysicalMemoryPort> update_port_;
  InvalidationLog log_;
  MonitoredEvents monitored_;
  // These use the above; the task group, which runs them, is destroyed first.
  std::unique_ptr<TbuLinks> links_;
  std::unique_ptr<Interrupts> interrupts_;
  std::unique_ptr<EventQueue> events_;
  std::unique_ptr<ConfigurationUnit> configurations_;
  std::unique_ptr<TableWalker> walker_;
  std::unique_ptr<CommandProcessor> commands_;
  std::unique_ptr<Stalls> stalls_;  ///< Null without the stall model.
  std::unique_ptr<Translator> translator_;
  std::unique_ptr<Gatos> gatos_;  // if it is offered
  std::unique_ptr<AtsService> ats_;
  std::unique_ptr<PriQueue> page_requests_;
  TaskGroup tasks_;
};

}  // namespace doorbell::smmu
