// SPDX-License-Identifier: GPL-2.0-or-later
#include "engines/unicorn/engine.h"

#include <algorithm>
#include <cstdlib>

#include "engines/unicorn/store_path.h"
#include "engines/unicorn/system_registers.h"

namespace doorbell::unicorn {
namespace {

constexpr std::uint64_t page = 0x1000;
/// The library can't map the last page of all.
constexpr std::uint64_t last_page = ~std::uint64_t{0} - page + 1;
constexpr std::uint64_t irq_mask = 1u << 7;
constexpr std::uint64_t fiq_mask = 1u << 6;

template <class Function>
void* callback(Function* function) {
  return reinterpret_cast<void*>(function);
}

}  // namespace

UnicornEngine::UnicornEngine(cpu::EngineHost& host, const cpu::EngineSettings& settings, int model)
    : host_(host), settings_(settings), model_(model) {
  open();
}

UnicornEngine::~UnicornEngine() {
  store_path::forget(uc_);
  uc_close(uc_);
}

void UnicornEngine::open() {
  if (uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc_) != UC_ERR_OK) std::abort();
  uc_ctl_set_cpu_model(uc_, model_);
  // No address ends a run: without any, `until` isn't even translated.
  uc_ctl_exits_enable(uc_);
  write_system_register(uc_, SCR_EL3, SCR_EL3_RW | SCR_EL3_HCE | SCR_EL3_NS);
  write_system_register(uc_, HCR_EL2, HCR_EL2_RW);
  internals_.emplace(uc_);
  internals().on_interrupt(on_interrupt_taken, this);
  internals().set_lines(irq_, fiq_);
  const std::uint64_t masked_at_el1 = 0x3c5;
  uc_reg_write(uc_, UC_ARM64_REG_PSTATE, &masked_at_el1);
  internals().rebuild();
  add_hooks();
}

void UnicornEngine::add_hooks() {
  uc_hook hook = 0;
  constexpr std::uint64_t everywhere = 1;
  uc_hook_add(uc_, &hook, UC_HOOK_BLOCK, callback(on_block), this, everywhere, 0);
  uc_hook_add(uc_, &hook, UC_HOOK_INTR, callback(on_exception), this, everywhere, 0);
  uc_hook_add(uc_, &hook, UC_HOOK_MEM_FETCH_PROT | UC_HOOK_MEM_WRITE_PROT, callback(on_protected),
              this, everywhere, 0);
  uc_hook_add(uc_, &hook, UC_HOOK_INSN, callback(on_system_read), this, everywhere, 0,
              UC_ARM64_INS_MRS);
  uc_hook_add(uc_, &hook, UC_HOOK_INSN, callback(on_system_write), this, everywhere, 0,
              UC_ARM64_INS_MSR);
  uc_hook_add(uc_, &hook, UC_HOOK_INSN, callback(on_maintenance), this, everywhere, 0,
              UC_ARM64_INS_SYS);
  add_debugging_hooks();
}

void UnicornEngine::map_memory(const cpu::PhysicalRange& range, std::uint8_t* bytes,
                               bool writable) {
  memories_.push_back({range, bytes, writable, 0});
}

void UnicornEngine::map(Memory& memory) {
  const auto [base, size] = memory.range;
  if (uc_mem_map_ptr(uc_, base, size, UC_PROT_ALL, memory.bytes) != UC_ERR_OK) std::abort();
  if (!memory.writable) uc_mem_protect(uc_, base, size, UC_PROT_READ | UC_PROT_EXEC);
  memory.offset = internals().memory_offset(base);
  store_path::add(uc_, {memory.range, memory.bytes, memory.offset, memory.writable});
}

/// All that isn't memory, from the start on: mapping later is unsafe, and an address that is mapped
/// to nothing fails before the guest's own translation is asked.
void UnicornEngine::cover_devices() {
  std::sort(memories_.begin(), memories_.end(),
            [](const Memory& a, const Memory& b) { return a.range.base < b.range.base; });
  std::uint64_t next = 0;
  for (Memory& memory : memories_) {
    map(memory);
    map_device(next, memory.range.base);
    next = memory.range.base + memory.range.size;
  }
  map_device(next, last_page);
  store_path::begin(uc_);
  covered_ = true;
}

void UnicornEngine::map_device(std::uint64_t base, std::uint64_t end) {
  if (base >= end) return;
  devices_.push_back(std::make_unique<Device>(Device{this, base}));
  void* const device = devices_.back().get();
  if (uc_mmio_map(uc_, base, end - base, on_read, device, on_write, device) != UC_ERR_OK)
    std::abort();
  internals().allow_wide_accesses(base);
}

void UnicornEngine::reset() {
  store_path::forget(uc_);
  uc_close(uc_);
  devices_.clear();
  covered_ = false;
  block_length_ = 0;
  last_entry_ = ~std::uint64_t{0};
  system_access_ = {};
  open();
}

cpu::InstructionEngine::Stop UnicornEngine::run(std::uint64_t instructions) {
  if (!covered_) cover_devices();
  horizon_ = done_ + instructions;
  leaving_ = false;
  return go();
}

cpu::InstructionEngine::Stop UnicornEngine::go() {
  limit_ = limit();
  stopped_ = false;
  stop_ = {};
  for (;;) {
    const uc_err error = uc_emu_start(uc_, internals().pc(), 0, 0, 0);
    if (debugging_.again) {
      internals().set_pc(debugging_.stopped_at);
      debugging_.again = false;
      continue;
    }
    if (stopped_) {
      if (stop_.is_of_debugger()) internals().set_pc(debugging_.stopped_at);
      return stop_;
    }
    if (misaligned_) {
      enter_misaligned();
      continue;
    }
    if (error != UC_ERR_OK) {
      return {Stop::Kind::stuck, std::string("libunicorn: ") + uc_strerror(error)};
    }
    settle();
    return {Stop::Kind::wait_for_interrupt, {}};
  }
}

void UnicornEngine::stop(Stop::Kind kind) {
  stop_.kind = kind;
  stopped_ = true;
  uc_emu_stop(uc_);
}

void UnicornEngine::set_interrupt(cpu::InterruptInput input, bool level) {
  (input == cpu::InterruptInput::irq ? irq_ : fiq_) = level;
  if (level) attend();
  internals().set_lines(irq_, fiq_);
}

std::uint64_t UnicornEngine::executed() const {
  if (!inside_ || block_length_ == 0) return done_ - block_length_;
  const std::uint64_t before = (internals().pc() - block_pc_) / 4;
  return done_ - block_length_ + std::min(before, block_length_);
}

/// The block in hand has run to its end.
void UnicornEngine::settle() {
  block_length_ = 0;
}

/// The block at hand isn't to be executed now.
bool UnicornEngine::stops_before_block(std::uint64_t pc) {
  settle();
  if (done_ >= horizon_) {
    stop(Stop::Kind::horizon);
    return true;
  }
  if (forgetting_) {
    forgetting_ = false;
    internals().forget_exclusive();
  }
  if (leaving_) {
    stop(Stop::Kind::horizon);
    return true;
  }
  if (pc % 4 != 0 && internals().is_aarch64()) {
    misaligned_ = true;
    uc_emu_stop(uc_);
    return true;
  }
  const std::uint64_t masked = internals().daif();
  limit_ = limit();
  if ((irq_ && (masked & irq_mask) == 0) || (fiq_ && (masked & fiq_mask) == 0)) {
    internals().look_at_interrupts();
    return true;
  }
  return false;
}

inline void UnicornEngine::begin_block(std::uint64_t pc, std::uint32_t bytes) {
  const std::uint64_t length = bytes / 4;
  ++counts_.blocks;
  block_pc_ = pc;
  block_length_ = length;
  done_ += length;
}

/// Called for every block: what is rare is a call at its end, and not inlined, so that no registers
/// are saved.
void UnicornEngine::on_block(uc_engine*, std::uint64_t pc, std::uint32_t bytes, void* self) {
  auto& engine = *static_cast<UnicornEngine*>(self);
  if (engine.done_ >= engine.limit_ || pc % 4 != 0) [[unlikely]]
    return engine.look_before_block(pc, bytes);
  engine.begin_block(pc, bytes);
}

void UnicornEngine::look_before_block(std::uint64_t pc, std::uint32_t bytes) {
  if (debugging_.used && debugger_takes_block(pc, bytes)) return;
  if (stops_before_block(pc)) return;
  if (debugging_.used) begin_debugged_block(pc);
  begin_block(pc, bytes);
}

/// Generated code may keep the monitor in a register of the host's until its block ends.
void UnicornEngine::forget_exclusive() {
  if (inside_) {
    forgetting_ = true;
    attend();
  } else {
    internals().forget_exclusive();
  }
}

void UnicornEngine::begin_callback() {
  inside_ = true;
}

std::uint64_t UnicornEngine::on_read(uc_engine*, std::uint64_t offset, unsigned size,
                                     void* device) {
  const auto& [engine, base] = *static_cast<Device*>(device);
  const bool is_fetch = !engine->internals().synchronize();
  if (is_fetch) engine->abort_access(base + offset, false, true);
  engine->begin_callback();
  const cpu::EngineHost::Access answer = engine->host_.read_device(base + offset, size);
  engine->end_callback();
  if (!answer.ok) engine->abort_access(base + offset, false, false);
  return answer.value;
}

void UnicornEngine::on_write(uc_engine*, std::uint64_t offset, unsigned size, std::uint64_t value,
                             void* device) {
  const auto& [engine, base] = *static_cast<Device*>(device);
  engine->internals().synchronize();
  engine->begin_callback();
  const bool ok = engine->host_.write_device(base + offset, size, value);
  engine->end_callback();
  if (!ok) engine->abort_access(base + offset, true, false);
}

/// The library asks by virtual addresses, which mean nothing; the guest's own translation follows.
bool UnicornEngine::on_protected(uc_engine*, uc_mem_type, std::uint64_t, int, std::int64_t, void*) {
  return true;
}

std::optional<std::uint64_t> UnicornEngine::translate(std::uint64_t virtual_address) const {
  const std::uint64_t physical = internals().physical_address(virtual_address);
  if (physical == ~std::uint64_t{0}) return std::nullopt;
  return physical;
}

}  // namespace doorbell::unicorn
