#pragma once

#include <functional>
#include <string_view>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/registers.h"
#include "doorbell/core/arch/task.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/smmu/arch/global_configuration.h"
#include "doorbell/smmu/arch/parameters.h"
#include "doorbell/smmu/arch/queue.h"
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/arch/stream_table.h"
#include "doorbell/smmu/command_processor.h"
#include "doorbell/smmu/event_queue.h"
#include "doorbell/smmu/gatos.h"
#include "doorbell/smmu/interrupts.h"
#include "doorbell/smmu/pri_queue.h"

namespace doorbell::smmu {

/// The registers of a TCU (IHI 0070 chapter 6): what they say, what accesses to them cause, and the
/// Updates of SMMU_CR0, SMMU_GBPA and SMMU_IRQ_CTRL, each acknowledged once it has taken effect
/// everywhere (6.3.1.1).
class ProgrammingInterface {
 public:
  ProgrammingInterface(Scheduler& scheduler, const Clock& clock, const SmmuParameters& parameters);

  /// What writes to registers reach.
  struct Reach {
    CommandProcessor* commands = nullptr;
    EventQueue* events = nullptr;
    Interrupts* interrupts = nullptr;
    CommandActions* actions = nullptr;
    Gatos* gatos = nullptr;             ///< If there is one.
    PriQueue* page_requests = nullptr;  ///< If there is one.
  };
  /// Once, before the first access.
  void connect(const Reach& reach);

  RegisterBank& bank() { return bank_; }
  const RegisterBank& bank() const { return bank_; }

  /// Whether streams are translated: SMMUEN, ahead of CR0ACK while an Update is under way.
  bool enabled() const { return enabled_; }
  /// SMMU_GBPA.ABORT: what becomes of transactions while the SMMU is not enabled (6.3.14).
  bool aborts_when_disabled() const;
  /// And what else it says of them.
  AttributeOverrides bypass_overrides() const;
  /// SMMU_CR2.RECINVSID: C_BAD_STREAMID is recorded (6.3.12).
  bool records_bad_streams() const;
  /// SMMU_CR2.E2H: the StreamWorld of EL2 is EL2-E2H (6.3.12).
  bool extends_el2() const;
  /// SMMU_CR0.ATSCHK: Translated transactions are checked against STEs (6.3.9.2).
  bool checks_translated() const;
  StreamTable stream_table() const;

  /// The task that carries out Updates.
  Task<void> run();

  /// For a checkpoint (core/arch/state.h). Hooks aren't called.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.registers("registers", self.bank_);
    state.value("enabled", self.enabled_);
  }

 private:
  using Consequence = std::function<void(std::uint64_t value)>;
  /// Calls `consequence` after each write with what the register holds then.
  void after_write(const Register& where, Consequence consequence);
  Consequence consequence_of(std::string_view name);
  void truncate(RegisterBank::Handle index, const QueueLayout& queue);
  Enables enables() const;
  Task<void> update_cr0();

  const Clock& clock_;
  std::uint32_t access_cycles_;
  Features features_;
  RegisterBank bank_;
  RegisterBank::Handle cr0_, cr0ack_, cr2_, gbpa_, irq_ctrl_, irq_ctrlack_;
  RegisterBank::Handle strtab_base_, strtab_base_cfg_, cmdq_cons_, eventq_prod_, priq_prod_;
  RegisterBank::Handle gatos_ctrl_;
  Reach reach_;
  bool enabled_ = false;
  Condition update_requested_;
};

}  // namespace doorbell::smmu
