#pragma once

#include <memory>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/memory_port.h"
#include "doorbell/core/message_socket.h"
#include "doorbell/core/protocols/wire.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/smmu/arch/invalidation_log.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/arch/tlb.h"
#include "doorbell/smmu/command_processor.h"
#include "doorbell/smmu/configuration_unit.h"
#include "doorbell/smmu/debug_translation.h"
#include "doorbell/smmu/dti.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/interrupts.h"
#include "doorbell/smmu/table_walker.h"

namespace doorbell::smmu {

/// Translation control unit: the registers of an SMMUv3, its queues, its configuration and walk
/// caches, and the answers to its TBUs.
class Tcu : public Module, public DebugTranslation, private CommandActions {
 public:
  /// `tbus`: how many TBUs it serves. [1, 64]
  Tcu(const sc_core::sc_module_name& name, const SmmuParameters& parameters, unsigned tbus = 1);
  ~Tcu() override;

  /// The 128 KiB of registers, addressed from 0 (IHI 0070 6.1).
  TargetSocket registers;
  /// STEs, CDs and translation tables.
  InitiatorSocket tables;
  /// Command queue, Event queue and MSIs: apart, so that nothing of it delays a walk.
  InitiatorSocket queues;
  WireOut eventq;      ///< Edge: the Event queue is no longer empty.
  WireOut gerror;      ///< Edge: a global error.
  WireOut cmdq_sync;   ///< Edge: a CMD_SYNC with SIG_IRQ is complete.
  WireOut wake_event;  ///< Edge: WFE wake-up event.
  /// To the n-th TBU.
  MessageTarget<Dti>& dti(unsigned n = 0) { return *dti_[n]; }

  /// The register map as a table, for documentation and tools.
  const RegisterMap& register_map() const { return bank_.map(); }

  std::optional<std::uint64_t> translate_debug(const Stream& stream, std::uint64_t address,
                                               const Access& access) override;
  bool receives(const sc_core::sc_interface& dti) const override;

 private:
  /// The result of a translation before it becomes a message.
  struct Outcome {
    enum class Kind : std::uint8_t { translated, terminated };
    Kind kind = Kind::terminated;
    TlbEntry entry;
    Event event;              ///< of a terminated one; type none: nothing is recorded
    bool suppressed = false;  ///< the configuration keeps the event back
  };

  void start_of_simulation() override;

  // Registers (tcu_registers.cpp)
  Task<void> access_register(Payload& payload);
  void install_register_hooks();
  void guard(const char* name, BitField enable);
  Task<void> update();
  Task<void> update_cr0();

  // Translation (tcu_translation.cpp)
  void receive(unsigned tbu, dti::ToTcu& message);
  Task<void> serve(unsigned tbu, dti::TranslationRequest request);
  Task<Outcome> translate(Stream stream, std::uint64_t address, Access access,
                          InvalidationLog::Epoch since, Slot& slot, Journey* journey);
  Outcome bypass(const Stream& stream, std::uint64_t address, const Access& access,
                 bool record) const;
  void terminate(const Outcome& outcome, const dti::TranslationRequest& request);
  StreamTable stream_table() const;
  bool enabled() const { return smmu_enabled_; }

  // Commands
  Task<void> invalidate(const Invalidation& invalidation) override;
  void prefetch(const Stream& stream) override;
  Task<void> fetch_configuration(Stream stream);
  Task<void> synchronise() override;
  Task<void> synchronise_tbus();

  SmmuParameters parameters_;
  Features features_;
  Clock clock_;
  StageId stage_;
  std::vector<std::unique_ptr<MessageTarget<Dti>>> dti_;
  RegisterBank bank_;
  RegisterBank::Handle cr0_, cr0ack_, cr2_, gbpa_, irq_ctrl_, irq_ctrlack_;
  RegisterBank::Handle strtab_base_, strtab_base_cfg_;
  PhysicalMemoryPort table_port_;
  PhysicalMemoryPort queue_port_;
  InvalidationLog log_;
  Slots translations_;
  Counter translated_;
  Counter terminated_recorded_, terminated_suppressed_, terminated_lost_;
  Counter doorbells_recorded_, doorbells_suppressed_, doorbells_lost_;
  bool smmu_enabled_ = false;  // ahead of CR0ACK while an update is under way
  Condition update_requested_;
  Outstanding acknowledgements_;
  // These use the above; the task group, which runs them, is destroyed first.
  std::unique_ptr<Interrupts> interrupts_;
  std::unique_ptr<EventQueue> events_;
  std::unique_ptr<ConfigurationUnit> configurations_;
  std::unique_ptr<TableWalker> walker_;
  std::unique_ptr<CommandProcessor> commands_;
  TaskGroup tasks_;
};

}  // namespace doorbell::smmu
