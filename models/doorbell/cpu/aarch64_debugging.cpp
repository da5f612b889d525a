// What a debugger sees and changes.
#include <algorithm>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/cpu/aarch64_processor.h"
#include "doorbell/cpu/arch/address_walk.h"

namespace doorbell::cpu {
namespace {

/// The smallest granule: what is translated at once.
constexpr std::uint64_t page = 4096;

// DDI 0487, D17.2.
constexpr Register SCTLR_EL1 = Register::system(system_register(3, 0, 1, 0, 0));
constexpr Register TCR_EL1 = Register::system(system_register(3, 0, 2, 0, 2));
constexpr Register TTBR0_EL1 = Register::system(system_register(3, 0, 2, 0, 0));
constexpr Register TTBR1_EL1 = Register::system(system_register(3, 0, 2, 0, 1));

std::size_t in_page(std::uint64_t address, std::size_t size) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(size, page - address % page));
}

}  // namespace

/// On the fiber; the task that drives it has the debugger called, outside of all its frames.
void Aarch64Processor::wait_for_debugger(const InstructionEngine::Stop& stop) {
  debug_stop_ = &stop;
  request_ = {.kind = Request::Kind::wait_for_debugger};
  fiber_->suspend();
  request_ = {};
}

bool Aarch64Processor::set_register(const Register& name, std::uint64_t value) {
  return !in_call_ && engine_->set(name, value);
}

bool Aarch64Processor::read_physical(std::uint64_t address, std::span<std::uint8_t> data) {
  const auto size = static_cast<unsigned>(data.size());
  PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, address, size);
  if (memory.transport_debug(*payload) != size) return false;
  std::copy_n(payload->data().begin(), size, data.begin());
  return true;
}

std::optional<std::uint64_t> Aarch64Processor::physical_address(
    std::uint64_t virtual_address) const {
  const TranslationRegisters registers{.sctlr_el1 = engine_->get(SCTLR_EL1).value_or(0),
                                       .tcr_el1 = engine_->get(TCR_EL1).value_or(0),
                                       .ttbr0_el1 = engine_->get(TTBR0_EL1).value_or(0),
                                       .ttbr1_el1 = engine_->get(TTBR1_EL1).value_or(0)};
  // A socket isn't constant, a debug transport is.
  auto& self = const_cast<Aarch64Processor&>(*this);
  return walk_address(virtual_address, registers,
                      [&self](std::uint64_t address) -> std::optional<std::uint64_t> {
                        std::uint8_t bytes[8] = {};
                        if (!self.read_physical(address, bytes)) return std::nullopt;
                        return load_little_endian<std::uint64_t>(bytes);
                      });
}

std::size_t Aarch64Processor::read_memory(std::uint64_t virtual_address,
                                          std::span<std::uint8_t> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const std::size_t size = in_page(virtual_address + done, data.size() - done);
    const auto physical = physical_address(virtual_address + done);
    if (!physical || !read_physical(*physical, data.subspan(done, size))) break;
    done += size;
  }
  return done;
}

std::size_t Aarch64Processor::write_memory(std::uint64_t virtual_address,
                                           std::span<const std::uint8_t> data) {
  std::size_t done = 0;
  while (done < data.size()) {
    const std::size_t size = in_page(virtual_address + done, data.size() - done);
    const auto physical = physical_address(virtual_address + done);
    if (!physical) break;
    PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, *physical,
                                                            static_cast<unsigned>(size));
    std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(done), size, payload->data().begin());
    if (memory.transport_debug(*payload) != size) break;
    broadcast_code({*physical, size});
    done += size;
  }
  return done;
}

}  // namespace doorbell::cpu
