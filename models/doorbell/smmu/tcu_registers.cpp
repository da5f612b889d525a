// The programming interface of the TCU (IHI 0070 chapter 6): what register accesses cause.
#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/tcu.h"

namespace doorbell::smmu {

Task<void> Tcu::access_register(Payload& payload) {
  co_await clock_.cycles(parameters_.tcu.register_access);
  const std::uint64_t offset = payload.get_address();
  const unsigned size = payload.get_data_length();
  if (offset >= register_space_bytes) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    co_return;
  }
  if ((size != 4 && size != 8) || offset % size != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    co_return;
  }
  const std::span<std::uint8_t> bytes(payload.get_data_ptr(), size);
  std::uint64_t data = 0;
  if (payload.is_write()) {
    for (unsigned i = 0; i < size; ++i)
      data |= std::uint64_t{bytes[i]} << (8 * i);
    bank_.write(offset, size, data);
  } else if (payload.is_read()) {
    bank_.read(offset, size, data);
    for (unsigned i = 0; i < size; ++i)
      bytes[i] = static_cast<std::uint8_t>(data >> (8 * i));
  }
  // Reserved registers are RAZ/WI, writes to read-only ones are ignored (6.2).
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Writes to `name` are ignored while a function that uses the register is enabled, or is being
/// disabled.
void Tcu::guard(const char* name, BitField enable) {
  bank_.on_write(name, [this, name, enable](const RegisterWrite& write) {
    if (enable.test(cr0_.get() | cr0ack_.get())) bank_.set(name, write.old);
  });
}

void Tcu::install_register_hooks() {
  guard("SMMU_CR2", CR0::SMMUEN);
  guard("SMMU_STRTAB_BASE", CR0::SMMUEN);
  guard("SMMU_STRTAB_BASE_CFG", CR0::SMMUEN);
  guard("SMMU_CMDQ_BASE", CR0::CMDQEN);
  guard("SMMU_CMDQ_CONS", CR0::CMDQEN);
  guard("SMMU_EVENTQ_BASE", CR0::EVENTQEN);
  guard("SMMU_EVENTQ_PROD", CR0::EVENTQEN);
  bank_.on_write("SMMU_CR0", [this](const RegisterWrite&) { update_requested_.notify_all(); });
  bank_.on_write("SMMU_IRQ_CTRL", [this](const RegisterWrite&) { update_requested_.notify_all(); });
  bank_.on_write("SMMU_CMDQ_PROD", [this](const RegisterWrite&) { commands_->notify(); });
  bank_.on_write("SMMU_GERRORN", [this](const RegisterWrite& write) {
    interrupts_->acknowledge(static_cast<std::uint32_t>(write.value));
    commands_->notify();
  });
  if (!features_.msi) {
    // RES0 without MSIs (6.3.21, 6.3.30).
    for (const char* name : {"SMMU_GERROR_IRQ_CFG0", "SMMU_EVENTQ_IRQ_CFG0"})
      bank_.on_write(name, [this, name](const RegisterWrite&) { bank_.set(name, 0); });
  }
  bank_.on_write("SMMU_GBPA", [this](const RegisterWrite& write) {
    // Only together with Update, and not while one is under way (6.3.14).
    if (GBPA::Update.test(write.old) || !GBPA::Update.test(write.value)) {
      gbpa_.set(write.old);
    } else {
      update_requested_.notify_all();
    }
  });
}

/// Carries out the Updates of SMMU_CR0, SMMU_GBPA and SMMU_IRQ_CTRL (6.3.1.1): each is acknowledged
/// once it has taken effect everywhere.
Task<void> Tcu::update() {
  while (true) {
    if (cr0_.get() != cr0ack_.get()) {
      co_await update_cr0();
    } else if (GBPA::Update.test(gbpa_.get())) {
      co_await invalidate({.scope = Invalidation::Scope::ste, .last_stream = ~std::uint32_t{0}});
      co_await synchronise_tbus();
      gbpa_.set(GBPA::Update.set(gbpa_.get(), 0));
    } else if (irq_ctrl_.get() != irq_ctrlack_.get()) {
      const std::uint64_t value = irq_ctrl_.get();
      co_await clock_.cycles(parameters_.tcu.register_access);
      irq_ctrlack_.set(value);
    } else {
      co_await update_requested_.wait();
    }
  }
}

Task<void> Tcu::update_cr0() {
  const std::uint64_t value = cr0_.get();
  const std::uint64_t changed = value ^ cr0ack_.get();
  co_await clock_.cycles(parameters_.tcu.register_access);
  if (CR0::SMMUEN.test(changed)) {
    smmu_enabled_ = CR0::SMMUEN.test(value);
    // TBUs keep no answer that was given under the other regime.
    co_await invalidate({.scope = Invalidation::Scope::ste, .last_stream = ~std::uint32_t{0}});
    co_await synchronise_tbus();
  }
  if (CR0::CMDQEN.test(changed) && !CR0::CMDQEN.test(value)) co_await commands_->idle();
  if (CR0::EVENTQEN.test(changed) && !CR0::EVENTQEN.test(value)) {
    co_await events_->visible(events_->committed());
  }
  cr0ack_.set(value);
  commands_->notify();
}

}  // namespace doorbell::smmu
