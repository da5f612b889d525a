// What an engine asks for in the middle of an instruction.
#include <algorithm>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/cpu/aarch64_processor.h"

namespace doorbell::cpu {
namespace {

constexpr std::uint64_t first_special_intid = 1020;
constexpr std::uint64_t last_special_intid = 1023;

}  // namespace

EngineHost::Access Aarch64Processor::read_device(std::uint64_t address, unsigned size) noexcept {
  PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, address, size);
  if (!transport(*payload)) return {.ok = false};
  const auto value = load_little_endian<std::uint64_t>(payload->data());
  repetition_.saw({Repetition::Access::Kind::load, address, value}, now());
  return {.value = value};
}

bool Aarch64Processor::write_device(std::uint64_t address, unsigned size,
                                    std::uint64_t value) noexcept {
  repetition_.saw({Repetition::Access::Kind::store, address, value}, now());
  PayloadReference payload = simulation().payloads().take(tlm::TLM_WRITE_COMMAND, address, size);
  std::uint8_t bytes[8];
  store_little_endian(std::span<std::uint8_t>(bytes), value);
  std::copy_n(bytes, size, payload->data().begin());
  return transport(*payload);
}

/// One whose simulation is over is answered at once.
bool Aarch64Processor::transport(PooledPayload& payload) {
  if (ending_) return true;
  counter_polling_.did_something_else();
  statistics_.device_accesses.add();
  pay_for_instructions();
  debt_ += parameters_.access_issue;
  request({.kind = Request::Kind::transport, .payload = &payload});
  if (ending_) return true;
  if (payload.is_response_ok()) return true;
  statistics_.bus_errors.add();
  return false;
}

std::optional<std::uint64_t> Aarch64Processor::read_system_register(
    std::uint32_t encoding) noexcept {
  if (ending_) return 0;
  instructions_.system_registers.add();
  pay_for_instructions();
  if (GenericTimer::knows(encoding)) return read_timer(encoding);
  counter_polling_.did_something_else();
  request({.kind = Request::Kind::read_register, .encoding = encoding});
  if (ending_) return 0;
  if (!request_.known) {
    statistics_.undefined_accesses.add();
    return std::nullopt;
  }
  const std::uint64_t value = request_.value;
  repetition_.saw({Repetition::Access::Kind::read_register, encoding, value}, now());
  if (encoding == ICC_IAR1_EL1 || encoding == ICC_IAR0_EL1) acknowledged(value);
  return value;
}

/// Under loose timing a loop that only waits for a time needn't be executed turn by turn: firmware
/// waits for seconds in such loops.
std::uint64_t Aarch64Processor::read_timer(std::uint32_t encoding) {
  if (!GenericTimer::is_counter(encoding)) {
    counter_polling_.did_something_else();
  } else if (scheduler().timing() == Timing::loose) {
    debt_ += counter_polling_.read(paid_, parameters_.quantum) *
             parameters_.cycles_per_instruction / hundredths;
  }
  pay();
  return *timer_.read(encoding);
}

void Aarch64Processor::acknowledged(std::uint64_t intid) {
  if (intid >= first_special_intid && intid <= last_special_intid) {
    statistics_.spurious.add();
    end_handler();
  } else {
    handled_ = static_cast<std::uint32_t>(intid);
  }
}

bool Aarch64Processor::write_system_register(std::uint32_t encoding, std::uint64_t value) noexcept {
  if (ending_) return true;
  instructions_.system_registers.add();
  pay_for_instructions();
  counter_polling_.did_something_else();
  if (GenericTimer::knows(encoding)) {
    pay();
    return timer_.write(encoding, value);
  }
  repetition_.saw({Repetition::Access::Kind::write_register, encoding, value}, now());
  request({.kind = Request::Kind::write_register, .encoding = encoding, .value = value});
  if (ending_) return true;
  if (!request_.known) statistics_.undefined_accesses.add();
  if (encoding == ICC_EOIR1_EL1 || encoding == ICC_EOIR0_EL1) end_handler();
  return request_.known;
}

void Aarch64Processor::broadcast(const TlbOperation& operation) noexcept {
  if (ending_) return;  // the others' engines may be gone
  for (Aarch64Processor* processor : group_.processors_) {
    if (processor != this) processor->engine_->invalidate_tlb(operation);
  }
}

void Aarch64Processor::broadcast_code(const PhysicalRange& range) noexcept {
  if (ending_) return;
  for (Aarch64Processor* processor : group_.processors_)
    processor->engine_->invalidate_code(range);
}

}  // namespace doorbell::cpu
