#include "platforms/debugger/machine.h"

#include "doorbell/core/simulation.h"
#include "doorbell/cpu/aarch64_processor.h"

namespace doorbell::debugger {

unsigned Machine::processors() const {
  return static_cast<unsigned>(group_.processors().size());
}

std::string Machine::state_of(unsigned processor) const {
  const cpu::Aarch64Processor& looked_at = at(processor);
  if (looked_at.halted()) return "off";
  if (looked_at.asleep()) return "in WFI";
  return looked_at.is_inside_instruction() ? "in an access to a device" : "on";
}

std::optional<std::uint64_t> Machine::register_value(unsigned processor,
                                                     const cpu::Register& name) const {
  return at(processor).register_value(name);
}

bool Machine::set_register(unsigned processor, const cpu::Register& name, std::uint64_t value) {
  return at(processor).set_register(name, value);
}

std::size_t Machine::read_memory(unsigned processor, std::uint64_t address,
                                 std::span<std::uint8_t> data) {
  return at(processor).read_memory(address, data);
}

std::size_t Machine::write_memory(unsigned processor, std::uint64_t address,
                                  std::span<const std::uint8_t> data) {
  return at(processor).write_memory(address, data);
}

std::optional<std::uint64_t> Machine::physical_address(unsigned processor,
                                                       std::uint64_t address) const {
  return at(processor).physical_address(address);
}

std::string Machine::time() const {
  return std::to_string(Simulation::current().scheduler().now()) + " ps";
}

void Machine::resume(const Orders& orders) {
  for (unsigned i = 0; i < processors(); ++i) {
    const ProcessorOrder& order = orders.processors[i];
    if (order.resumed) {
      at(i).set_breakpoints(orders.breakpoints);
      at(i).set_watchpoints(orders.watchpoints);
    }
    at(i).set_stepping(order.steps ? cpu::Stepping::one : cpu::Stepping::none);
  }
}

void Machine::stop_at_start() {
  at(0).set_stepping(cpu::Stepping::next);
}

unsigned Machine::best_to_look_at(unsigned preferred) const {
  if (!at(preferred).is_inside_instruction()) return preferred;
  for (unsigned i = 0; i < processors(); ++i) {
    if (!at(i).is_inside_instruction() && !at(i).halted()) return i;
  }
  return preferred;
}

}  // namespace doorbell::debugger
