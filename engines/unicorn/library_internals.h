// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unicorn/unicorn.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace doorbell::unicorn {

/// What this engine knows of Debian's libunicorn 2.0.1 beyond its documented functions: offsets in
/// its structures (include/uc_priv.h, include/hw/core/cpu.h, target/arm/cpu.h of its sources) and
/// functions that its library exports. Nothing else in this directory knows any of it, and `check`
/// compares all of it with the library at hand before the first engine is made.
class Internals {
 public:
  /// Empty when the library is the one that this was written for; else what differs, for one line.
  static std::string check();

  /// An exported function by its name, of the library itself and not of whoever replaces it.
  static void* function(const char* name);
  /// Whose processor it is.
  static uc_engine* engine_of(void* processor) {
    return *reinterpret_cast<uc_engine**>(static_cast<char*>(processor) + cpu_engine);
  }

  /// The processor inside of an open engine.
  explicit Internals(uc_engine* engine);

  void* processor() const { return cpu_; }

  // Registers of the processor, as the library keeps them.
  std::uint64_t pc() const { return env<std::uint64_t>(env_pc); }
  void set_pc(std::uint64_t value) { env<std::uint64_t>(env_pc) = value; }
  /// X0 to X30, and the current stack pointer as the 31st.
  std::uint64_t& x(unsigned number) { return (&env<std::uint64_t>(env_xregs))[number]; }
  std::uint64_t x(unsigned number) const { return (&env<std::uint64_t>(env_xregs))[number]; }
  std::uint64_t& banked_stack(unsigned el) { return (&env<std::uint64_t>(env_sp_el))[el]; }
  std::uint64_t banked_stack(unsigned el) const { return (&env<std::uint64_t>(env_sp_el))[el]; }
  /// PSTATE.{D,A,I,F}, where SPSR_EL1 has them.
  std::uint64_t daif() const { return env<std::uint64_t>(env_daif); }
  bool is_aarch64() const { return env<std::uint32_t>(env_aarch64) != 0; }
  unsigned exception_level() const {
    return is_aarch64() ? env<std::uint32_t>(env_pstate) >> 2 & 3 : 0;
  }
  bool uses_banked_stack() const { return (env<std::uint32_t>(env_pstate) & 1) != 0; }
  std::uint64_t vector_base() const { return env<std::uint64_t>(env_vbar_el1); }
  void forget_exclusive() { env<std::uint64_t>(env_exclusive_address) = ~std::uint64_t{0}; }

  // Exceptions.
  struct Exception {
    std::uint32_t number = 0;  ///< one of the library's
    std::uint32_t syndrome = 0;
    std::uint64_t address = 0;
    /// The Exception level of the target; the library's own exceptions have one.
    std::uint32_t target = 1;
  };
  static constexpr std::uint32_t undefined = 1;
  static constexpr std::uint32_t supervisor_call = 2;
  static constexpr std::uint32_t prefetch_abort = 3;
  static constexpr std::uint32_t data_abort = 4;
  static constexpr std::uint32_t hypervisor_call = 11;
  static constexpr std::uint32_t secure_monitor_call = 13;
  Exception exception(std::uint32_t number) const;
  /// Enters the vector of EL1 for it, from the PC as it stands.
  void enter(const Exception& exception);
  /// From a call-back in the middle of an instruction that accesses memory: raises the exception
  /// for it. Doesn't return, and leaves no destructor's frame alive.
  [[noreturn]] void raise(const Exception& exception);
  /// From such a call-back: makes the PC that of the instruction; false when the access fetches an
  /// instruction, whose block begins at the PC.
  bool synchronize();

  // Interrupts.
  /// What the library calls between blocks to take an interrupt; `taken` is called when it has.
  using Taken = void(void* argument, bool fiq);
  void on_interrupt(Taken* taken, void* argument);
  void set_lines(bool irq, bool fiq);
  /// From a call-back at the start of a block: leaves to where interrupts are taken.
  void look_at_interrupts();

  // Memory.
  /// Accesses of 8 bytes to the region at `address` arrive whole.
  void allow_wide_accesses(std::uint64_t address);
  /// What the region at `address` is called where translated code is looked for.
  std::uint64_t memory_offset(std::uint64_t address) const;
  void invalidate_code(std::uint64_t offset, std::uint64_t size);
  void flush_translations();
  /// As the current Exception level translates it; all ones when it doesn't.
  std::uint64_t physical_address(std::uint64_t virtual_address) const;
  /// PSTATE or a register that decides on translation has changed.
  void rebuild();

 private:
  friend struct InternalsCheck;
  template <class T>
  T& env(std::size_t offset) {
    return *reinterpret_cast<T*>(env_ + offset);
  }
  template <class T>
  const T& env(std::size_t offset) const {
    return *reinterpret_cast<const T*>(env_ + offset);
  }
  template <class T>
  T& cpu(std::size_t offset) const {
    return *reinterpret_cast<T*>(cpu_ + offset);
  }

  // CPUARMState
  static constexpr std::size_t env_xregs = 0x40;
  static constexpr std::size_t env_pc = 0x140;
  static constexpr std::size_t env_pstate = 0x148;
  static constexpr std::size_t env_aarch64 = 0x14c;
  static constexpr std::size_t env_daif = 0x230;
  static constexpr std::size_t env_sp_el = 0x258;
  static constexpr std::size_t env_vbar_el1 = 0x4c8;
  static constexpr std::size_t env_syndrome = 0xbd0;
  static constexpr std::size_t env_fault_address = 0xbd8;
  static constexpr std::size_t env_target_el = 0xbe0;
  static constexpr std::size_t env_exclusive_address = 0x2f00;
  // uc_struct
  static constexpr std::size_t engine_cpu = 0x180;
  // CPUState, at the start of ARMCPU
  static constexpr std::size_t cpu_interrupt_request = 0x1c;
  static constexpr std::size_t cpu_env = 0x128;
  static constexpr std::size_t cpu_countdown = 0x130;
  static constexpr std::size_t cpu_opaque = 0x8170;
  static constexpr std::size_t cpu_access_return = 0x8178;
  static constexpr std::size_t cpu_exception_index = 0x81a0;
  static constexpr std::size_t cpu_engine = 0x81a8;
  static constexpr std::size_t cpu_class = 0x81b0;
  static constexpr std::size_t arm_env = 0x9750;
  // CPUClass
  static constexpr std::size_t class_do_interrupt = 0x10;
  static constexpr std::size_t class_exec_interrupt = 0x88;
  // MemoryRegion, MemoryRegionOps, RAMBlock
  static constexpr std::size_t region_block = 0x8;
  static constexpr std::size_t region_operations = 0x10;
  static constexpr std::size_t operations_maximum_size = 0x44;
  static constexpr std::size_t block_offset = 0x10;
  // cpu-all.h
  static constexpr std::uint32_t interrupt_hard = 0x2;
  static constexpr std::uint32_t interrupt_fiq = 0x10;

  static bool exec_interrupt(void* cpu, int request);

  uc_engine* engine_;
  char* cpu_;
  char* env_;
  Taken* taken_ = nullptr;
  void* argument_ = nullptr;
};

}  // namespace doorbell::unicorn
