#include "doorbell/smmu/programming_interface.h"

#include <utility>

#include "doorbell/smmu/arch/identification.h"

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
      cmdq_cons_(bank_.handle("SMMU_CMDQ_CONS")),
      eventq_prod_(bank_.handle("SMMU_EVENTQ_PROD")),
      priq_prod_(bank_.handle("SMMU_PRIQ_PROD")),
      gatos_ctrl_(bank_.handle("SMMU_GATOS_CTRL")),
      update_requested_(scheduler) {
  const Identification id = identify(features_);
  bank_.set("SMMU_IDR0", id.IDR0);
  bank_.set("SMMU_IDR1", id.IDR1);
  bank_.set("SMMU_IDR3", id.IDR3);
  bank_.set("SMMU_IDR5", id.IDR5);
  bank_.set("SMMU_AIDR", id.AIDR);
}

void ProgrammingInterface::connect(const Reach& reach) {
  reach_ = reach;
  for (const Register& where : registers()) {
    if (where.info.access != RegisterAccess::read_only) {
      after_write(where, consequence_of(where.info.name));
    }
  }
}

void ProgrammingInterface::after_write(const Register& where, Consequence consequence) {
  const RegisterBank::Handle here = bank_.handle(where.info.name);
  bank_.on_write(where.info.name, [this, &where, here,
                                   consequence = std::move(consequence)](const RegisterWrite& w) {
    const std::uint64_t value = admitted(where, w.old, w.value, enables(), features_);
    here.set(value);
    if (consequence) consequence(value);
  });
}

ProgrammingInterface::Consequence ProgrammingInterface::consequence_of(std::string_view name) {
  if (name == "SMMU_CR0" || name == "SMMU_IRQ_CTRL" || name == "SMMU_GBPA") {
    return [this](std::uint64_t) { update_requested_.notify_all(); };
  }
  if (name == "SMMU_CMDQ_PROD") {
    return [this](std::uint64_t) { reach_.commands->notify(); };
  }
  if (name == "SMMU_GERRORN") {
    return [this](std::uint64_t value) {
      reach_.interrupts->acknowledge(static_cast<std::uint32_t>(value));
      reach_.commands->notify();
      reach_.events->notify();
    };
  }
  if (name == "SMMU_CMDQ_CONS") {
    return [this](std::uint64_t) { truncate(cmdq_cons_, reach_.commands->layout()); };
  }
  if (name == "SMMU_EVENTQ_CONS") {
    return [this](std::uint64_t) { reach_.events->notify(); };
  }
  if (name == "SMMU_EVENTQ_PROD") {
    return [this](std::uint64_t) { truncate(eventq_prod_, reach_.events->layout()); };
  }
  if (name == "SMMU_PRIQ_PROD") {
    return [this](std::uint64_t) {
      if (reach_.page_requests != nullptr) truncate(priq_prod_, reach_.page_requests->layout());
    };
  }
  if (name == "SMMU_GATOS_CTRL") {
    return [this](std::uint64_t value) {
      if (GATOS_CTRL::RUN.test(value)) reach_.gatos->run();
    };
  }
  return {};
}

Enables ProgrammingInterface::enables() const {
  return {.CR0 = cr0_.get() | cr0ack_.get(),
          .IRQ_CTRL = irq_ctrl_.get() | irq_ctrlack_.get(),
          .translates = CR0::SMMUEN.test(cr0_.get() & cr0ack_.get()),
          .RUN = GATOS_CTRL::RUN.test(gatos_ctrl_.get())};
}

/// The SMMU's own indices have no bits above the wrap bit of their queue (6.3.28, 6.3.95).
void ProgrammingInterface::truncate(RegisterBank::Handle index, const QueueLayout& queue) {
  const std::uint64_t value = index.get();
  index.set((value & ~low_mask(20)) | queue.pointer(static_cast<std::uint32_t>(value)));
}

bool ProgrammingInterface::aborts_when_disabled() const {
  return GBPA::ABORT.test(gbpa_.get());
}

AttributeOverrides ProgrammingInterface::bypass_overrides() const {
  return overrides_of_bypass(gbpa_.get(), features_);
}

bool ProgrammingInterface::records_bad_streams() const {
  return CR2::RECINVSID.test(cr2_.get());
}

bool ProgrammingInterface::extends_el2() const {
  return CR2::E2H.test(cr2_.get());
}

bool ProgrammingInterface::checks_translated() const {
  return CR0::ATSCHK.test(cr0_.get());
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
    if (reach_.gatos != nullptr) co_await reach_.gatos->idle();
    co_await reach_.actions->leave_regime();
  } else if (CR0::ATSCHK.test(changed)) {
    co_await reach_.actions->leave_regime();
  }
  if (CR0::CMDQEN.test(changed) && !CR0::CMDQEN.test(value)) co_await reach_.commands->idle();
  if (CR0::EVENTQEN.test(changed) && !CR0::EVENTQEN.test(value)) co_await reach_.events->idle();
  // PRIQEN is in effect together with SMMUEN (6.3.9.5).
  if (reach_.page_requests != nullptr &&
      (changed & ~value & (CR0::PRIQEN.mask() | CR0::SMMUEN.mask())) != 0)
    co_await reach_.page_requests->idle();
  cr0ack_.set(value);
  reach_.commands->notify();
  reach_.events->notify();
}

}  // namespace doorbell::smmu
