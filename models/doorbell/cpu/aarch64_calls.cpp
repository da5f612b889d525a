// Calls of what isn't there: of firmware by HVC, and of a debugger by semihosting.
#include "doorbell/cpu/aarch64_processor.h"
#include "doorbell/cpu/arch/semihosting.h"

namespace doorbell::cpu {

bool Aarch64Processor::is_memory(void* self, std::uint64_t address) {
  for (const Mapped& memory : static_cast<Aarch64Processor*>(self)->memories_) {
    if (address - memory.range.base < memory.range.size) return true;
  }
  return false;
}

void Aarch64Processor::hypercall() {
  if (ending_) return;
  Psci::Call call{.function = *engine_->get(Register::x(0))};
  for (unsigned i = 0; i < 3; ++i)
    call.arguments[i] = *engine_->get(Register::x(i + 1));
  const Psci::Action action = group_.psci().call(call, is_memory, this);
  switch (action.kind) {
    case Psci::Action::Kind::start:
      group_.processors_[action.processor]->turn_on(action.entry, action.context);
      [[fallthrough]];
    case Psci::Action::Kind::answer:
      engine_->set(Register::x(0), static_cast<std::uint64_t>(action.value));
      return;
    case Psci::Action::Kind::stop:
      group_.psci().set_power(number(), Psci::Power::off);
      break;
    case Psci::Action::Kind::system_off:
      group_.end(Aarch64Group::End::system_off, 0, "");
      break;
    case Psci::Action::Kind::system_reset:
      group_.end(Aarch64Group::End::system_reset, 0, "");
      break;
  }
  request({.kind = Request::Kind::wait_for_power});
}

void Aarch64Processor::semihosting_call() {
  if (ending_) return;
  const auto operation = static_cast<std::uint32_t>(*engine_->get(Register::x(0)));
  const Semihosting::Answer answer =
      Semihosting::call(operation, *engine_->get(Register::x(1)),
                        [this](std::uint64_t address) { return byte_at(address); });
  if (!answer.text.empty()) group_.write(answer.text);
  if (answer.exit) {
    group_.end(Aarch64Group::End::semihosting_exit, *answer.exit, "");
    request({.kind = Request::Kind::wait_for_power});
    return;
  }
  engine_->set(Register::x(0), answer.value);
}

std::optional<std::uint8_t> Aarch64Processor::byte_at(std::uint64_t virtual_address) const {
  const std::optional<std::uint64_t> physical = engine_->translate(virtual_address);
  if (!physical) return std::nullopt;
  for (const Mapped& memory : memories_) {
    if (*physical - memory.range.base < memory.range.size)
      return memory.bytes[*physical - memory.range.base];
  }
  return std::nullopt;
}

}  // namespace doorbell::cpu
