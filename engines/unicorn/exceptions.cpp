// SPDX-License-Identifier: GPL-2.0-or-later
// What leaves the straight way of instructions: exceptions, system registers of the host,
// hypercalls.
#include <cstring>

#include "doorbell/core/arch/hexadecimal.h"
#include "engines/unicorn/access_address.h"
#include "engines/unicorn/engine.h"
#include "engines/unicorn/system_registers.h"

namespace doorbell::unicorn {
namespace {

// Exception classes of ESR_ELx (DDI 0487, D17.2.37). IL is set: instructions have 32 bits.
constexpr std::uint32_t ec_unknown = 0x00;
constexpr std::uint32_t ec_instruction_abort = 0x20;
constexpr std::uint32_t ec_pc_alignment = 0x22;
constexpr std::uint32_t ec_data_abort = 0x24;
constexpr std::uint32_t ec_same_level = 1;
constexpr std::uint32_t il = 1u << 25;
constexpr std::uint32_t fnv = 1u << 10;
constexpr std::uint32_t wnr = 1u << 6;
constexpr std::uint32_t synchronous_external = 0x10;

constexpr std::uint32_t hlt_f000 = 0xd45e'0000;
constexpr unsigned zero_register = 31;

std::uint32_t syndrome(std::uint32_t exception_class, std::uint32_t iss) {
  return exception_class << 26 | il | iss;
}

unsigned general_register(int library_name) {
  if (library_name >= UC_ARM64_REG_X0 && library_name <= UC_ARM64_REG_X28)
    return static_cast<unsigned>(library_name - UC_ARM64_REG_X0);
  if (library_name == UC_ARM64_REG_X29) return 29;
  if (library_name == UC_ARM64_REG_X30) return 30;
  return zero_register;
}

/// ICC_* (IHI 0069, 12.2): the library has no GIC.
bool is_gic_register(std::uint32_t name) {
  if (op0_of(name) != 3 || op1_of(name) != 0) return false;
  if (crn_of(name) == 12) return crm_of(name) >= 8 && crm_of(name) <= 12;
  return crn_of(name) == 4 && crm_of(name) == 6 && op2_of(name) == 0;
}

/// CNTV_* and CNTP_* of EL0 (DDI 0487, D11.2), without the counters.
bool is_timer_register(std::uint32_t name) {
  return op0_of(name) == 3 && op1_of(name) == 3 && crn_of(name) == 14 &&
         (crm_of(name) == 2 || crm_of(name) == 3) && op2_of(name) <= 2;
}

bool is_counter(std::uint32_t name) {
  return name == CNTPCT_EL0 || name == CNTVCT_EL0;
}

constexpr std::uint32_t not_handled = 0;
constexpr std::uint32_t handled = 1;

}  // namespace

/// An exception at `pc`: of the block in hand, what is before it has been executed.
void UnicornEngine::settle_at(std::uint64_t pc) {
  if (!internals().is_aarch64()) return settle();
  const std::uint64_t before = (pc - block_pc_) / 4;
  done_ -= before < block_length_ ? block_length_ - before : 0;
  block_length_ = 0;
}

void UnicornEngine::on_exception(uc_engine*, std::uint32_t number, void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  Internals& internals = engine.internals();
  engine.settle_at(internals.pc());
  if (number == Internals::hypervisor_call) return engine.stop(Stop::Kind::hypercall);
  Internals::Exception exception = internals.exception(number);
  if (number == Internals::undefined) {
    if (engine.complete_system_access()) return;
    if (engine.is_semihosting_call()) return engine.stop(Stop::Kind::semihosting);
  }
  if (number == Internals::secure_monitor_call) {
    // Without EL3 the instruction is UNDEFINED; the library has EL3.
    internals.set_pc(internals.pc() - 4);
    exception.number = Internals::undefined;
    exception.syndrome = syndrome(ec_unknown, 0);
  }
  if (number == Internals::prefetch_abort && internals.is_aarch64() && internals.pc() % 4 != 0) {
    exception.syndrome = syndrome(ec_pc_alignment, 0);
    exception.address = internals.pc();
  }
  exception.target = 1;
  engine.count(exception.number);
  if (engine.is_stuck(exception)) return;
  engine.enter(exception);
}

void UnicornEngine::remember(const Internals::Exception& exception) {
  last_exceptions_[remembered_++ % last_exceptions_.size()] = {
      done_, internals().pc(), exception.syndrome, exception.address};
}

void UnicornEngine::enter(const Internals::Exception& exception) {
  remember(exception);
  internals().enter(exception);
  last_entry_ = done_;
}

/// The library would execute instructions that aren't aligned.
void UnicornEngine::enter_misaligned() {
  misaligned_ = false;
  ++counts_.aborts;
  enter({.number = Internals::prefetch_abort,
         .syndrome = syndrome(ec_pc_alignment, 0),
         .address = internals().pc()});
}

void UnicornEngine::count(std::uint32_t number) {
  switch (number) {
    case Internals::undefined:
      ++counts_.undefined;
      break;
    case Internals::supervisor_call:
      ++counts_.svc;
      break;
    case Internals::prefetch_abort:
    case Internals::data_abort:
      ++counts_.aborts;
      break;
    default:
      ++counts_.others;
  }
}

/// An exception at the very vector that it would enter, no instruction after the last one.
bool UnicornEngine::is_stuck(const Internals::Exception& exception) {
  constexpr std::uint64_t vector_of_own_level = 0x200;
  const std::uint64_t pc = internals().pc();
  if (last_entry_ != done_ || pc != internals().vector_base() + vector_of_own_level) return false;
  stop_.why = "an exception at its own vector 0x" + hexadecimal(pc, 16) + ", ESR_EL1 0x" +
              hexadecimal(exception.syndrome, 16) + ", FAR_EL1 0x" +
              hexadecimal(exception.address, 16);
  remember(exception);
  const std::uint64_t places = last_exceptions_.size();
  for (std::uint64_t i = remembered_ < places ? 0 : remembered_ - places; i < remembered_; ++i)
    stop_.exceptions.push_back(last_exceptions_[i % places]);
  stop(Stop::Kind::stuck);
  return true;
}

void UnicornEngine::on_interrupt_taken(void* self, bool fiq) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  engine.settle();
  ++engine.counts_.interrupts;
  engine.host_.interrupt_taken(fiq ? cpu::InterruptInput::fiq : cpu::InterruptInput::irq);
}

/// The library knows no error responses: the exception is made here. No destructor is left behind.
void UnicornEngine::abort_access(std::uint64_t physical_address, bool is_write, bool is_fetch) {
  Internals& state = internals();
  const std::uint32_t level = state.exception_level() == 1 ? ec_same_level : 0;
  Internals::Exception exception;
  if (is_fetch) {
    exception.number = Internals::prefetch_abort;
    exception.address = (state.pc() & ~std::uint64_t{0xfff}) | (physical_address & 0xfff);
    exception.syndrome = syndrome(ec_instruction_abort + level, synchronous_external);
    state.raise(exception);
  }
  std::uint32_t instruction = 0;
  const std::uint64_t at = state.physical_address(state.pc());
  for (const Memory& memory : memories_) {
    if (at - memory.range.base < memory.range.size)
      std::memcpy(&instruction, memory.bytes + (at - memory.range.base), sizeof instruction);
  }
  std::uint64_t address = 0;
  const bool known = access_address(instruction, state, address);
  // Of a pair, the half that was accessed.
  exception.address = address + ((physical_address - address) & 0xfff);
  exception.number = Internals::data_abort;
  exception.syndrome = syndrome(ec_data_abort + level,
                                synchronous_external | (is_write ? wnr : 0) | (known ? 0 : fnv));
  state.raise(exception);
}

std::optional<std::uint32_t> UnicornEngine::instruction_at(std::uint64_t virtual_address) const {
  const std::uint64_t physical = internals().physical_address(virtual_address);
  for (const Memory& memory : memories_) {
    const std::uint64_t offset = physical - memory.range.base;
    if (offset >= memory.range.size) continue;
    std::uint32_t word = 0;
    std::memcpy(&word, memory.bytes + offset, sizeof word);
    return word;
  }
  return std::nullopt;
}

bool UnicornEngine::is_semihosting_call() {
  if (!settings_.semihosting || instruction_at(internals().pc()) != hlt_f000) return false;
  internals().set_pc(internals().pc() + 4);
  ++done_;
  return true;
}

/// An access that the library doesn't know raises UNDEFINED behind the hook that has seen it. Here
/// the state is that of an instruction's start, and the host's answer completes it.
bool UnicornEngine::complete_system_access() {
  SystemAccess access;
  std::swap(access, system_access_);
  if (!access.known) return false;
  inside_ = true;
  bool ok = false;
  if (access.is_read) {
    const std::optional<std::uint64_t> value = host_.read_system_register(access.encoding);
    ok = value.has_value();
    if (ok && access.general != zero_register) internals().x(access.general) = *value;
  } else {
    const std::uint64_t value = access.general == zero_register ? 0 : internals().x(access.general);
    ok = host_.write_system_register(access.encoding, value);
  }
  inside_ = false;
  if (!ok) return false;
  internals().set_pc(internals().pc() + 4);
  ++done_;
  return true;
}

/// At EL0 CNTKCTL_EL1 decides: EL0PCTEN, EL0VCTEN, EL0VTEN, EL0PTEN (DDI 0487, D17.11.13).
bool UnicornEngine::may_use_timer(std::uint32_t name) const {
  if (internals().exception_level() != 0) return true;
  std::uint64_t control = 0;
  read_system_register(uc_, CNTKCTL_EL1, control);
  unsigned bit = name == CNTPCT_EL0 ? 0 : 1;
  if (is_timer_register(name)) bit = crm_of(name) == 3 ? 8 : 9;
  return (control >> bit & 1) != 0;
}

std::uint32_t UnicornEngine::read_host_register(std::uint32_t name, unsigned general) {
  begin_callback();
  const std::optional<std::uint64_t> value = host_.read_system_register(name);
  end_callback();
  if (!value) return not_handled;
  if (general != zero_register) internals().x(general) = *value;
  return handled;
}

std::uint32_t UnicornEngine::write_host_register(std::uint32_t name, std::uint64_t value) {
  begin_callback();
  const bool known = host_.write_system_register(name, value);
  end_callback();
  return known ? handled : not_handled;
}

/// Registers in which this processor differs from the library's.
std::uint32_t UnicornEngine::read_own_register(std::uint32_t name, unsigned general) {
  std::uint64_t value = 0;
  if (name == MPIDR_EL1) {
    value = settings_.mpidr;
  } else {
    if (!read_system_register(uc_, name, value)) return not_handled;
    if (name == ID_AA64PFR0_EL1) {
      // GIC: system registers. EL2, EL3, SVE: not here.
      constexpr std::uint64_t gic = std::uint64_t{1} << 24;
      value = (value & ~(std::uint64_t{0xf} << 32 | 0xf00'ff00)) | gic;
    } else {
      // APA, API, GPA, GPI: pointer authentication needs EL3's leave.
      value &= ~std::uint64_t{0xff00'0ff0};
    }
  }
  if (general != zero_register) internals().x(general) = value;
  return handled;
}

std::uint32_t UnicornEngine::on_system_read(uc_engine*, int general, const uc_arm64_cp_reg* name,
                                            void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  const std::uint32_t which = encoding(*name);
  const unsigned target = general_register(general);
  engine.system_access_ = {};
  if (is_gic_register(which)) {
    engine.system_access_ = {which, target, true, engine.internals().exception_level() != 0};
    return not_handled;
  }
  if (is_counter(which) || is_timer_register(which))
    return engine.may_use_timer(which) ? engine.read_host_register(which, target) : not_handled;
  if (which == CNTFRQ_EL0) return engine.read_host_register(which, target);
  if (engine.internals().exception_level() == 1 &&
      (which == MPIDR_EL1 || which == ID_AA64PFR0_EL1 || which == ID_AA64ISAR1_EL1)) {
    return engine.read_own_register(which, target);
  }
  return not_handled;
}

std::uint32_t UnicornEngine::on_system_write(uc_engine*, int general, const uc_arm64_cp_reg* name,
                                             void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  const std::uint32_t which = encoding(*name);
  engine.system_access_ = {};
  // Debug registers aren't modelled, and the library ends the process over some of them.
  if (op0_of(which) == 2 && engine.internals().exception_level() == 1) return handled;
  if (is_timer_register(which)) {
    return engine.may_use_timer(which) ? engine.write_host_register(which, name->val) : not_handled;
  }
  if (!is_gic_register(which)) return not_handled;
  engine.system_access_ = {which, general_register(general), false,
                           engine.internals().exception_level() != 0};
  return not_handled;
}

}  // namespace doorbell::unicorn
