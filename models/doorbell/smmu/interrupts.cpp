#include "doorbell/smmu/interrupts.h"

#include "doorbell/smmu/arch/registers.h"
#include "doorbell/smmu/message.h"

namespace doorbell::smmu {

Interrupts::Interrupts(RegisterBank& registers, InitiatorSocket& socket, std::uint32_t device_id,
                       const Wires& wires, TaskGroup& tasks)
    : irq_ctrl_(registers.handle("SMMU_IRQ_CTRL")),
      gerror_(registers.handle("SMMU_GERROR")),
      eventq_address_(registers.handle("SMMU_EVENTQ_IRQ_CFG0")),
      eventq_data_(registers.handle("SMMU_EVENTQ_IRQ_CFG1")),
      gerror_address_(registers.handle("SMMU_GERROR_IRQ_CFG0")),
      gerror_data_(registers.handle("SMMU_GERROR_IRQ_CFG1")),
      priq_address_(registers.handle("SMMU_PRIQ_IRQ_CFG0")),
      priq_data_(registers.handle("SMMU_PRIQ_IRQ_CFG1")),
      socket_(socket),
      device_id_(device_id),
      wires_(wires),
      tasks_(tasks) {}

void Interrupts::event_queue_filled() {
  if (!IRQ_CTRL::EVENTQ_IRQEN.test(irq_ctrl_.get())) return;
  tell(wires_.eventq, eventq_address_, eventq_data_, GlobalError::MSI_EVENTQ_ABT_ERR);
}

void Interrupts::pri_queue_filled() {
  if (!IRQ_CTRL::PRIQ_IRQEN.test(irq_ctrl_.get())) return;
  tell(*wires_.priq, priq_address_, priq_data_, GlobalError::MSI_PRIQ_ABT_ERR);
}

void Interrupts::activate(GlobalError error) {
  if (!errors_.activate(error)) return;
  gerror_.set(errors_.gerror());
  // An aborted GERROR MSI is not told by another one (7.5.1).
  if (error == GlobalError::MSI_GERROR_ABT_ERR || !IRQ_CTRL::GERROR_IRQEN.test(irq_ctrl_.get())) {
    return;
  }
  tell(wires_.gerror, gerror_address_, gerror_data_, GlobalError::MSI_GERROR_ABT_ERR);
}

void Interrupts::tell(WireOut& wire, const RegisterBank::Handle& address,
                      const RegisterBank::Handle& data, GlobalError on_abort) {
  wire.pulse();
  if (const std::uint64_t to = address.get())
    tasks_.spawn(msi(to, static_cast<std::uint32_t>(data.get()), on_abort));
}

Task<void> Interrupts::sync_completed(std::uint64_t address, std::uint32_t data) {
  wires_.cmdq_sync.pulse();
  if (address != 0) co_await msi(address, data, GlobalError::MSI_CMDQ_ABT_ERR);
}

Task<void> Interrupts::msi(std::uint64_t address, std::uint32_t data, GlobalError on_abort) {
  const bool done = co_await write_message(socket_, device_id_, address, data);
  if (!done) activate(on_abort);
}

}  // namespace doorbell::smmu
