#include "doorbell/smmu/programming_interface.h"

#include "doorbell/smmu/arch/registers.h"

namespace doorbell::smmu {

ProgrammingInterface::ProgrammingInterface(Scheduler& scheduler, const Clock& clock,
                                           const SmmuParameters& parameters)
    : clock_(clock),
      access_cycles_(parameters.tcu.register_access),
      features_(parameters.features()),
      bank_(register_table()),
      cr0_(bank_.handle("SMMU_CR0")),
      cr0ack_(bank_.handle("SMMU_CR0ACK")),
      cr2_(bank_.handle("SMMU_CR2")),
      gbpa_(bank_.handle("SMMU_GBPA")),
      irq_ctrl_(bank_.handle("SMMU_IRQ_CTRL")),
      irq_ctrlack_(bank_.handle("SMMU_IRQ_CTRLACK")),
      strtab_base_(bank_.handle("SMMU_STRTAB_BASE")),
      strtab_base_cfg_(bank_.handle("SMMU_STRTAB_BASE_CFG")),
      update_requested_(scheduler) {
  const Identification id = identify(features_);
  bank_.set("SMMU_IDR0", id.IDR0);
  bank_.set("SMMU_IDR1", id.IDR1);
  bank_.set("SMMU_IDR3", id.IDR3);
  bank_.set("SMMU_IDR5", id.IDR5);
}

void ProgrammingInterface::connect(const Reach& reach) {
  reach_ = reach;
  guard_registers();
  bank_.on_write("SMMU_CR0", [this](const RegisterWrite&) { update_requested_.notify_all(); });
  bank_.on_write("SMMU_IRQ_CTRL", [this](const RegisterWrite&) { update_requested_.notify_all(); });
  bank_.on_write("SMMU_CMDQ_PROD", [this](const RegisterWrite&) { reach_.commands->notify(); });
  bank_.on_write("SMMU_GERRORN", [this](const RegisterWrite& write) {
    reach_.interrupts->acknowledge(static_cast<std::uint32_t>(write.value));
    reach_.commands->notify();
  });
  bank_.on_write("SMMU_GBPA", [this](const RegisterWrite& write) {
    // Only together with Update, and not while one is under way (6.3.14).
    if (GBPA::Update.test(write.old) || !GBPA::Update.test(write.value)) {
      gbpa_.set(write.old);
    } else {
      update_requested_.notify_all();
    }
  });
}

void ProgrammingInterface::guard_registers() {
  guard("SMMU_CR2", CR0::SMMUEN);
  guard("SMMU_STRTAB_BASE", CR0::SMMUEN);
  guard("SMMU_STRTAB_BASE_CFG", CR0::SMMUEN,
        features_.two_level_streams ? ~std::uint64_t{0} : STRTAB_BASE_CFG::LOG2SIZE.mask());
  guard("SMMU_CMDQ_BASE", CR0::CMDQEN);
  guard("SMMU_CMDQ_CONS", CR0::CMDQEN);
  guard("SMMU_EVENTQ_BASE", CR0::EVENTQEN);
  guard("SMMU_EVENTQ_PROD", CR0::EVENTQEN);
  guard_attributes();
  for (const char* const number : {"0", "1", "2"}) {
    guard_interrupt(std::string("SMMU_GERROR_IRQ_CFG") + number, IRQ_CTRL::GERROR_IRQEN);
    guard_interrupt(std::string("SMMU_EVENTQ_IRQ_CFG") + number, IRQ_CTRL::EVENTQ_IRQEN);
  }
}

/// Writes to `name` are ignored while a function that uses the register is enabled, or is being
/// disabled; fields outside of `offered` are RES0.
void ProgrammingInterface::guard(const char* name, BitField enable, std::uint64_t offered) {
  bank_.on_write(name, [this, name, enable, offered](const RegisterWrite& write) {
    bank_.set(name, in_use(enable) ? write.old : write.value & offered);
  });
}

/// Those of tables go with SMMUEN, those of queues with any queue that is enabled (6.3.11).
void ProgrammingInterface::guard_attributes() {
  bank_.on_write("SMMU_CR1", [this](const RegisterWrite& write) {
    const bool queues = in_use(CR0::CMDQEN) || in_use(CR0::EVENTQEN);
    const std::uint64_t kept =
        (in_use(CR0::SMMUEN) ? CR1::TABLE.mask() : 0) | (queues ? CR1::QUEUE.mask() : 0);
    bank_.set("SMMU_CR1", (write.old & kept) | (write.value & ~kept));
  });
}

/// A message can't be changed while its interrupt is enabled, or being disabled; without MSIs there
/// is none (6.3.21 to 6.3.23, 6.3.30 to 6.3.32).
void ProgrammingInterface::guard_interrupt(const std::string& name, BitField enable) {
  bank_.on_write(name, [this, name, enable](const RegisterWrite& write) {
    if (!features_.msi) return bank_.set(name, 0);
    if (enable.test(irq_ctrl_.get() | irq_ctrlack_.get())) bank_.set(name, write.old);
  });
}

bool ProgrammingInterface::aborts_when_disabled() const {
  return GBPA::ABORT.test(gbpa_.get());
}

bool ProgrammingInterface::records_bad_streams() const {
  return CR2::RECINVSID.test(cr2_.get());
}

StreamTable ProgrammingInterface::stream_table() const {
  return StreamTable::from_registers(strtab_base_.get(),
                                     static_cast<std::uint32_t>(strtab_base_cfg_.get()), features_);
}

Task<void> ProgrammingInterface::run() {
  while (true) {
    if (cr0_.get() != cr0ack_.get()) {
      co_await update_cr0();
    } else if (GBPA::Update.test(gbpa_.get())) {
      co_await reach_.actions->leave_regime();
      gbpa_.set(GBPA::Update.set(gbpa_.get(), 0));
    } else if (irq_ctrl_.get() != irq_ctrlack_.get()) {
      const std::uint64_t value = irq_ctrl_.get();
      co_await clock_.cycles(access_cycles_);
      irq_ctrlack_.set(value);
    } else {
      co_await update_requested_.wait();
    }
  }
}

Task<void> ProgrammingInterface::update_cr0() {
  const std::uint64_t value = cr0_.get();
  const std::uint64_t changed = value ^ cr0ack_.get();
  co_await clock_.cycles(access_cycles_);
  if (CR0::SMMUEN.test(changed)) {
    enabled_ = CR0::SMMUEN.test(value);
    co_await reach_.actions->leave_regime();
  }
  if (CR0::CMDQEN.test(changed) && !CR0::CMDQEN.test(value)) co_await reach_.commands->idle();
  if (CR0::EVENTQEN.test(changed) && !CR0::EVENTQEN.test(value)) co_await reach_.events->idle();
  cr0ack_.set(value);
  reach_.commands->notify();
}

}  // namespace doorbell::smmu
