// SPDX-License-Identifier: GPL-2.0-or-later
// What the engine is measured against (tests/bench/engine_bench.cpp): libunicorn by its documented
// functions, unchanged, with a hook that counts instructions at each block and no more. It is an
// engine for loops without devices only.
#include <unicorn/unicorn.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"
#include "engines/unicorn/system_registers.h"

namespace doorbell::unicorn {
namespace {

constexpr std::uint32_t SPSR_EL1 = system_register(3, 0, 4, 0, 0);

class BareEngine final : public cpu::InstructionEngine {
 public:
  explicit BareEngine(int model) {
    if (uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc_) != UC_ERR_OK) std::abort();
    uc_ctl_set_cpu_model(uc_, model);
    uc_ctl_exits_enable(uc_);
    write_system_register(uc_, SCR_EL3, SCR_EL3_RW | SCR_EL3_HCE | SCR_EL3_NS);
    write_system_register(uc_, HCR_EL2, HCR_EL2_RW);
    uc_hook hook = 0;
    uc_hook_add(uc_, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(on_block), this, 1, 0);
    uc_hook_add(uc_, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(on_exception), this, 1, 0);
  }
  ~BareEngine() override { uc_close(uc_); }
  BareEngine(const BareEngine&) = delete;
  BareEngine& operator=(const BareEngine&) = delete;

  void map_memory(const cpu::PhysicalRange& range, std::uint8_t* bytes, bool) override {
    uc_mem_map_ptr(uc_, range.base, range.size, UC_PROT_ALL, bytes);
  }
  Stop run(std::uint64_t instructions) override {
    horizon_ = count_ + instructions;
    stop_ = Stop::Kind::horizon;
    std::uint64_t pc = 0;
    do {
      entered_ = false;
      uc_reg_read(uc_, UC_ARM64_REG_PC, &pc);
      uc_emu_start(uc_, pc, 0, 0, 0);
    } while (entered_);
    return {stop_, {}};
  }
  void leave_soon() override {}
  void set_interrupt(cpu::InterruptInput, bool) override {}
  std::uint64_t executed() const override { return count_; }
  const cpu::EngineCounts& counts() const override { return counts_; }
  std::optional<std::uint64_t> get(const cpu::Register& name) const override {
    std::uint64_t value = 0;
    uc_reg_read(uc_, number_of(name), &value);
    return value;
  }
  bool set(const cpu::Register& name, std::uint64_t value) override {
    uc_reg_write(uc_, number_of(name), &value);
    return true;
  }
  void reset() override {}
  void invalidate_code(const cpu::PhysicalRange&) override {}
  void invalidate_tlb(const cpu::TlbOperation&) override {}
  void forget_exclusive() override {}
  std::optional<std::uint64_t> translate(std::uint64_t address) const override { return address; }
  void set_breakpoints(const std::vector<std::uint64_t>&) override {}
  void set_watchpoints(const std::vector<cpu::Watchpoint>&) override {}
  void set_stepping(cpu::Stepping) override {}
  Stop resume() override { return {}; }

 private:
  static int number_of(const cpu::Register& name) {
    if (name.kind == cpu::Register::Kind::pc) return UC_ARM64_REG_PC;
    if (name.kind == cpu::Register::Kind::system) return UC_ARM64_REG_VBAR_EL1;
    return UC_ARM64_REG_X0 + static_cast<int>(name.number);
  }
  static void on_block(uc_engine* uc, std::uint64_t, std::uint32_t bytes, void* self) {
    auto& engine = *static_cast<BareEngine*>(self);
    engine.count_ += bytes / 4;
    if (engine.count_ >= engine.horizon_) uc_emu_stop(uc);
  }
  /// SVC enters its vector by documented functions; writing PC ends the run. HVC is the end.
  static void on_exception(uc_engine* uc, std::uint32_t number, void* self) {
    auto& engine = *static_cast<BareEngine*>(self);
    constexpr std::uint32_t svc = 2;
    if (number != svc) {
      engine.stop_ = Stop::Kind::hypercall;
      uc_emu_stop(uc);
      return;
    }
    constexpr std::uint64_t masked_at_el1 = 0x3c5, synchronous = 0x200;
    std::uint64_t pc = 0, state = 0, vectors = 0;
    uc_reg_read(uc, UC_ARM64_REG_PC, &pc);
    uc_reg_read(uc, UC_ARM64_REG_PSTATE, &state);
    uc_reg_read(uc, UC_ARM64_REG_VBAR_EL1, &vectors);
    uc_reg_write(uc, UC_ARM64_REG_ELR_EL1, &pc);
    write_system_register(uc, SPSR_EL1, state);
    uc_reg_write(uc, UC_ARM64_REG_PSTATE, &masked_at_el1);
    vectors += synchronous;
    uc_reg_write(uc, UC_ARM64_REG_PC, &vectors);
    engine.entered_ = true;
  }

  uc_engine* uc_ = nullptr;
  std::uint64_t count_ = 0;
  std::uint64_t horizon_ = 0;
  Stop::Kind stop_ = Stop::Kind::horizon;
  bool entered_ = false;
  cpu::EngineCounts counts_;
};

}  // namespace
}  // namespace doorbell::unicorn

extern "C" __attribute__((visibility("default"))) const char* doorbell_engine_description() {
  return "libunicorn alone (GPL-2.0-or-later)";
}

extern "C" __attribute__((visibility("default"))) doorbell::cpu::InstructionEngine* doorbell_engine(
    unsigned, doorbell::cpu::EngineHost&, const doorbell::cpu::EngineSettings&, std::string&) {
  return new doorbell::unicorn::BareEngine(UC_CPU_ARM64_A57);
}
