// SPDX-License-Identifier: GPL-2.0-or-later
#include "engines/unicorn/library_internals.h"

#include <dlfcn.h>

namespace doorbell::unicorn {
namespace {

/// The functions of the library that no header names.
struct Functions {
  void (*do_interrupt)(void* cpu);
  bool (*exec_interrupt)(void* cpu, int request);
  bool (*restore_state)(void* cpu, std::uintptr_t host_pc, bool will_exit);
  void (*loop_exit)(void* cpu);
  void (*rebuild_hflags)(void* env);
  void (*invalidate_range)(uc_engine* engine, std::uint64_t start, std::uint64_t end);
  void (*tlb_flush)(void* cpu);
  std::uint64_t (*physical_page)(void* cpu, std::uint64_t address, void* attributes);
  void* (*memory_mapping)(uc_engine* engine, std::uint64_t address);
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

/// From the library itself, not from whoever replaces them (store_path.cpp).
Functions functions() {
  Functions found{};
  void* const library = dlopen("libunicorn.so.2", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return found;
  const bool all =
      dlsym(library, "tlb_set_dirty_aarch64") != nullptr &&
      dlsym(library, "tlb_reset_dirty_aarch64") != nullptr &&
      dlsym(library, "tlb_set_page_with_attrs_aarch64") != nullptr &&
      find(library, "arm_cpu_do_interrupt_aarch64", found.do_interrupt) &&
      find(library, "arm_cpu_exec_interrupt_aarch64", found.exec_interrupt) &&
      find(library, "cpu_restore_state_aarch64", found.restore_state) &&
      find(library, "cpu_loop_exit_aarch64", found.loop_exit) &&
      find(library, "arm_rebuild_hflags_aarch64", found.rebuild_hflags) &&
      find(library, "tb_invalidate_phys_range_aarch64", found.invalidate_range) &&
      find(library, "tlb_flush_aarch64", found.tlb_flush) &&
      find(library, "arm_cpu_get_phys_page_attrs_debug_aarch64", found.physical_page) &&
      find(library, "memory_mapping", found.memory_mapping);
  return all ? found : Functions{};
}

const Functions& library() {
  static const Functions found = functions();
  return found;
}

constexpr std::uint64_t page_mask = 0xfff;
/// A value that the library's own state doesn't have by chance.
constexpr std::uint64_t pattern = 0x0d00'0be1'1d00'0be1;

constexpr std::uint64_t code_base = 0x10000;
constexpr std::uint64_t device_base = 0x20000;
constexpr std::uint64_t unaligned = code_base + 0x9a4;

}  // namespace

/// Runs a few instructions whose traces in the library's memory are known.
struct InternalsCheck {
  uc_engine* engine = nullptr;
  std::uint32_t exception = 0;
  std::uint64_t width = 0;
  std::uint64_t pc_in_access = 0;
  std::uint32_t words[1024] = {};

  ~InternalsCheck() {
    if (engine != nullptr) uc_close(engine);
  }

  static std::uint64_t read(uc_engine* uc, std::uint64_t, unsigned size, void* self) {
    auto& check = *static_cast<InternalsCheck*>(self);
    check.width = size;
    Internals internals(uc);
    internals.synchronize();
    check.pc_in_access = internals.pc();
    return pattern;
  }
  static void write(uc_engine*, std::uint64_t, unsigned, std::uint64_t, void*) {}
  static void interrupt(uc_engine* uc, std::uint32_t number, void* self) {
    static_cast<InternalsCheck*>(self)->exception = number;
    uc_emu_stop(uc);
  }

  bool open() {
    return uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &engine) == UC_ERR_OK &&
           uc_ctl_set_cpu_model(engine, UC_CPU_ARM64_A57) == UC_ERR_OK &&
           uc_ctl_exits_enable(engine) == UC_ERR_OK &&
           uc_mem_map_ptr(engine, code_base, sizeof words, UC_PROT_ALL, words) == UC_ERR_OK &&
           uc_mmio_map(engine, device_base, 0x1000, read, this, write, this) == UC_ERR_OK;
  }

  void run(std::initializer_list<std::uint32_t> program) {
    std::size_t i = 0;
    for (const std::uint32_t word : program)
      words[i++] = word;
    uc_emu_start(engine, code_base, 0, 0, 0);
  }

  /// The first thing that isn't where it should be.
  const char* structures();
  const char* behaviour();
};

const char* InternalsCheck::structures() {
  const std::uint64_t value = pattern;
  if (uc_reg_write(engine, UC_ARM64_REG_X0, &value) != UC_ERR_OK) return "register";
  char* const cpu =
      *reinterpret_cast<char**>(reinterpret_cast<char*>(engine) + Internals::engine_cpu);
  if (cpu == nullptr || reinterpret_cast<std::uintptr_t>(cpu) % alignof(void*) != 0) return "cpu";
  Internals internals(engine);
  if (internals.cpu<uc_engine*>(Internals::cpu_engine) != engine) return "engine of cpu";
  if (internals.cpu<char*>(Internals::cpu_env) != cpu + Internals::arm_env) return "state of cpu";
  if (internals.x(0) != pattern) return "registers";
  char* const functions = internals.cpu<char*>(Internals::cpu_class);
  const auto entry = [functions](std::size_t offset) {
    return *reinterpret_cast<void**>(functions + offset);
  };
  if (entry(Internals::class_do_interrupt) != reinterpret_cast<void*>(library().do_interrupt))
    return "do_interrupt";
  if (entry(Internals::class_exec_interrupt) != reinterpret_cast<void*>(library().exec_interrupt))
    return "exec_interrupt";
  return nullptr;
}

const char* InternalsCheck::behaviour() {
  Internals internals(engine);
  internals.rebuild();
  internals.allow_wide_accesses(device_base);
  internals.x(1) = device_base;
  internals.x(2) = code_base + 0x800;
  internals.x(3) = unaligned;
  // nop; ldr x0, [x1]; ldxr x4, [x2]; ldxr x4, [x3]
  run({0xd503201f, 0xf9400020, 0xc85f7c44, 0xc85f7c64});
  if (width != 8) return "width of accesses";
  if (pc_in_access != code_base + 4) return "PC in an access";
  if (internals.x(0) != pattern) return "value of an access";
  if (internals.env<std::uint64_t>(Internals::env_exclusive_address) != code_base + 0x800)
    return "exclusive monitor";
  if (exception != Internals::data_abort) return "exception";
  // A data abort at the current Exception level, alignment fault (DDI 0487, D17.2.37).
  const Internals::Exception fault = internals.exception(exception);
  if ((fault.syndrome & 0xfc00'003f) != 0x9400'0021) return "syndrome";
  if (fault.address != unaligned) return "fault address";
  const std::uint64_t vectors = 0x7'0000;
  uc_arm64_cp_reg vbar{.crn = 12, .crm = 0, .op0 = 3, .op1 = 0, .op2 = 0, .val = vectors};
  if (uc_reg_write(engine, UC_ARM64_REG_CP_REG, &vbar) != UC_ERR_OK) return "VBAR_EL1";
  if (internals.vector_base() != vectors) return "VBAR_EL1";
  internals.enter(fault);
  if (internals.pc() != vectors + 0x200) return "vector";
  if (internals.daif() != 0x3c0) return "DAIF";
  if (internals.exception_level() != 1 || !internals.uses_banked_stack()) return "PSTATE";
  if (internals.memory_offset(code_base + 0x40) != internals.memory_offset(code_base) + 0x40)
    return "memory";
  return nullptr;
}

std::string Internals::check() {
  unsigned major = 0;
  unsigned minor = 0;
  const unsigned version = uc_version(&major, &minor);
  const unsigned patch = version >> 8 & 0xff;
  if (major != 2 || minor != 0 || patch != 1) {
    return "expected libunicorn 2.0.1, found " + std::to_string(major) + "." +
           std::to_string(minor) + "." + std::to_string(patch);
  }
  const std::string expected = "expected libunicorn 2.0.1 as Debian 12 builds it, found one whose ";
  if (library().do_interrupt == nullptr) return expected + "internal functions aren't exported";
  InternalsCheck scratch;
  if (!scratch.open()) return expected + "engine can't be opened";
  if (const char* const wrong = scratch.structures()) return expected + wrong + " differs";
  // Exceptions are taken to EL1 in AArch64 as in the engine.
  uc_arm64_cp_reg scr{.crn = 1, .crm = 1, .op0 = 3, .op1 = 6, .op2 = 0, .val = 1u << 10 | 1};
  uc_arm64_cp_reg hcr{.crn = 1, .crm = 1, .op0 = 3, .op1 = 4, .op2 = 0, .val = 1u << 31};
  uc_hook hook = 0;
  if (uc_reg_write(scratch.engine, UC_ARM64_REG_CP_REG, &scr) != UC_ERR_OK ||
      uc_reg_write(scratch.engine, UC_ARM64_REG_CP_REG, &hcr) != UC_ERR_OK ||
      uc_hook_add(scratch.engine, &hook, UC_HOOK_INTR,
                  reinterpret_cast<void*>(&InternalsCheck::interrupt), &scratch, 1,
                  0) != UC_ERR_OK) {
    return expected + "registers differ";
  }
  if (const char* const wrong = scratch.behaviour()) return expected + wrong + " differs";
  return "";
}

void* Internals::function(const char* name) {
  static void* const opened = dlopen("libunicorn.so.2", RTLD_NOW | RTLD_NOLOAD);
  return dlsym(opened, name);
}

Internals::Internals(uc_engine* engine)
    : engine_(engine),
      cpu_(*reinterpret_cast<char**>(reinterpret_cast<char*>(engine) + engine_cpu)),
      env_(cpu_ + arm_env) {}

Internals::Exception Internals::exception(std::uint32_t number) const {
  return {.number = number,
          .syndrome = env<std::uint32_t>(env_syndrome),
          .address = env<std::uint64_t>(env_fault_address),
          .target = env<std::uint32_t>(env_target_el)};
}

void Internals::enter(const Exception& exception) {
  cpu<std::int32_t>(cpu_exception_index) = static_cast<std::int32_t>(exception.number);
  env<std::uint32_t>(env_syndrome) = exception.syndrome;
  env<std::uint64_t>(env_fault_address) = exception.address;
  env<std::uint32_t>(env_target_el) = exception.target;
  library().do_interrupt(cpu_);
}

bool Internals::synchronize() {
  const auto host_pc = cpu<std::uintptr_t>(cpu_access_return);
  return host_pc != 0 && library().restore_state(cpu_, host_pc, false);
}

void Internals::raise(const Exception& exception) {
  cpu<std::int32_t>(cpu_exception_index) = static_cast<std::int32_t>(exception.number);
  env<std::uint32_t>(env_syndrome) = exception.syndrome;
  env<std::uint64_t>(env_fault_address) = exception.address;
  env<std::uint32_t>(env_target_el) = exception.target;
  library().loop_exit(cpu_);
  __builtin_unreachable();
}

void Internals::on_interrupt(Taken* taken, void* argument) {
  taken_ = taken;
  argument_ = argument;
  cpu<void*>(cpu_opaque) = this;
  *reinterpret_cast<bool (**)(void*, int)>(cpu<char*>(cpu_class) + class_exec_interrupt) =
      exec_interrupt;
}

bool Internals::exec_interrupt(void* cpu, int request) {
  if (!library().exec_interrupt(cpu, request)) return false;
  constexpr std::int32_t fiq = 6;
  Internals& self = **reinterpret_cast<Internals**>(static_cast<char*>(cpu) + cpu_opaque);
  self.taken_(self.argument_, self.cpu<std::int32_t>(cpu_exception_index) == fiq);
  return true;
}

void Internals::set_lines(bool irq, bool fiq) {
  auto& request = cpu<std::uint32_t>(cpu_interrupt_request);
  request &= ~(interrupt_hard | interrupt_fiq);
  request |= (irq ? interrupt_hard : 0) | (fiq ? interrupt_fiq : 0);
}

void Internals::look_at_interrupts() {
  cpu<std::int32_t*>(cpu_countdown)[0] = -1;
}

void Internals::allow_wide_accesses(std::uint64_t address) {
  char* const region = static_cast<char*>(library().memory_mapping(engine_, address));
  char* const operations = *reinterpret_cast<char**>(region + region_operations);
  *reinterpret_cast<std::uint32_t*>(operations + operations_maximum_size) = 8;
}

std::uint64_t Internals::memory_offset(std::uint64_t address) const {
  std::uint64_t start = 0;
  char* const region = static_cast<char*>(library().memory_mapping(engine_, address));
  char* const block = *reinterpret_cast<char**>(region + region_block);
  start = *reinterpret_cast<std::uint64_t*>(block + block_offset);
  // Where the region begins is among the documented things.
  uc_mem_region* regions = nullptr;
  std::uint32_t count = 0;
  uc_mem_regions(engine_, &regions, &count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (address >= regions[i].begin && address <= regions[i].end)
      start += address - regions[i].begin;
  }
  uc_free(regions);
  return start;
}

void Internals::invalidate_code(std::uint64_t offset, std::uint64_t size) {
  library().invalidate_range(engine_, offset, offset + size);
}

void Internals::flush_translations() {
  library().tlb_flush(cpu_);
}

std::uint64_t Internals::physical_address(std::uint64_t virtual_address) const {
  std::uint32_t attributes = 0;
  const std::uint64_t page = library().physical_page(cpu_, virtual_address, &attributes);
  return page == ~std::uint64_t{0} ? page : (page & ~page_mask) | (virtual_address & page_mask);
}

void Internals::rebuild() {
  library().rebuild_hflags(env_);
  library().tlb_flush(cpu_);
}

}  // namespace doorbell::unicorn
