// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unicorn/unicorn.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"
#include "engines/unicorn/library_internals.h"

namespace doorbell::unicorn {

/// An AArch64 processor made of libunicorn. The library calls back from the middle of generated
/// code, which can neither be unwound nor stopped there: a stop is asked for at the start of a
/// block or at an exception only.
class UnicornEngine final : public cpu::InstructionEngine {
 public:
  /// `model` is one of the library's.
  UnicornEngine(cpu::EngineHost& host, const cpu::EngineSettings& settings, int model);
  ~UnicornEngine() override;
  UnicornEngine(const UnicornEngine&) = delete;
  UnicornEngine& operator=(const UnicornEngine&) = delete;

  void map_memory(const cpu::PhysicalRange& range, std::uint8_t* bytes, bool writable) override;
  Stop run(std::uint64_t instructions) override;
  void leave_soon() override {
    leaving_ = true;
    attend();
  }
  void set_interrupt(cpu::InterruptInput input, bool level) override;
  std::uint64_t executed() const override;
  const cpu::EngineCounts& counts() const override { return counts_; }

  std::optional<std::uint64_t> get(const cpu::Register& name) const override;
  bool set(const cpu::Register& name, std::uint64_t value) override;
  void reset() override;

  void invalidate_code(const cpu::PhysicalRange& range) override;
  void invalidate_tlb(const cpu::TlbOperation& operation) override;
  void forget_exclusive() override;
  std::optional<std::uint64_t> translate(std::uint64_t virtual_address) const override;

  void set_breakpoints(const std::vector<std::uint64_t>& addresses) override;
  void set_watchpoints(const std::vector<cpu::Watchpoint>& watchpoints) override;
  void set_stepping(cpu::Stepping stepping) override;
  Stop resume() override;

 private:
  struct Memory {
    cpu::PhysicalRange range;
    std::uint8_t* bytes;
    bool writable;
    std::uint64_t offset;  ///< where translated code is looked for
  };
  /// What isn't memory.
  struct Device {
    UnicornEngine* engine;
    std::uint64_t base;
  };

  Internals& internals() { return *internals_; }
  const Internals& internals() const { return *internals_; }

  // engine.cpp
  void open();
  void add_hooks();
  void cover_devices();
  void map_device(std::uint64_t base, std::uint64_t end);
  void map(Memory& memory);
  Stop go();
  void stop(Stop::Kind kind);
  /// Something is to be looked at before the next block.
  void attend() { limit_ = 0; }
  std::uint64_t limit() const {
    return irq_ || fiq_ || forgetting_ || leaving_ || debugging_.used ? 0 : horizon_;
  }
  bool stops_before_block(std::uint64_t pc);
  void begin_block(std::uint64_t pc, std::uint32_t bytes);
  [[gnu::noinline]] void look_before_block(std::uint64_t pc, std::uint32_t bytes);
  static void on_block(uc_engine* uc, std::uint64_t pc, std::uint32_t bytes, void* self);
  static std::uint64_t on_read(uc_engine* uc, std::uint64_t offset, unsigned size, void* device);
  static void on_write(uc_engine* uc, std::uint64_t offset, unsigned size, std::uint64_t value,
                       void* device);
  static bool on_protected(uc_engine*, uc_mem_type, std::uint64_t, int, std::int64_t, void*);
  /// Of a call-back: the instructions before the one in hand are done.
  void begin_callback();
  void end_callback() { inside_ = false; }

  // exceptions.cpp
  struct SystemAccess {
    std::uint32_t encoding = 0;
    unsigned general = 0;
    bool is_read = false;
    bool known = false;  ///< to the host, and not to the library
  };
  static void on_exception(uc_engine* uc, std::uint32_t number, void* self);
  static std::uint32_t on_system_read(uc_engine* uc, int general, const uc_arm64_cp_reg* name,
                                      void* self);
  static std::uint32_t on_system_write(uc_engine* uc, int general, const uc_arm64_cp_reg* name,
                                       void* self);
  static void on_interrupt_taken(void* self, bool fiq);
  [[noreturn]] void abort_access(std::uint64_t physical_address, bool is_write, bool is_fetch);
  void settle();
  void settle_at(std::uint64_t pc);
  void enter(const Internals::Exception& exception);
  void remember(const Internals::Exception& exception);
  void enter_misaligned();
  void count(std::uint32_t number);
  bool is_stuck(const Internals::Exception& exception);
  bool complete_system_access();
  bool is_semihosting_call();
  std::optional<std::uint32_t> instruction_at(std::uint64_t virtual_address) const;
  std::uint32_t read_own_register(std::uint32_t encoding, unsigned general);
  std::uint32_t read_host_register(std::uint32_t encoding, unsigned general);
  std::uint32_t write_host_register(std::uint32_t encoding, std::uint64_t value);
  bool may_use_timer(std::uint32_t encoding) const;

  // maintenance.cpp
  static std::uint32_t on_maintenance(uc_engine* uc, int general, const uc_arm64_cp_reg* name,
                                      void* self);

  // debugging.cpp
  static constexpr std::uint64_t nowhere = ~std::uint64_t{0};
  struct Debugging {
    struct Hook {
      uc_hook hook = 0;
      bool everywhere = false;  ///< in every address space
    };
    bool used = false;                     ///< ever: asked once a block
    std::map<std::uint64_t, Hook> hooked;  ///< instructions that ask when they are executed
    std::set<std::uint64_t> breakpoints;
    std::vector<cpu::Watchpoint> watchpoints;
    std::vector<uc_hook> watches;
    cpu::Stepping stepping = cpu::Stepping::none;
    std::uint64_t to_execute = nowhere;  ///< the instruction that is stepped
    std::uint64_t passed = nowhere;      ///< where the debugger has just stopped
    std::uint64_t stopped_at = nowhere;
    std::optional<std::uint64_t> watched;  ///< an access that is to be reported
    // A block in hand that was left before its end, and is gone on with.
    bool continuing = false;
    bool again = false;  ///< at `stopped_at`: translations are to be looked for anew
    bool lines_hidden = false;
    std::uint64_t block_end = nowhere;  ///< where what follows it was translated with its rest
  };
  static void on_instruction(uc_engine* uc, std::uint64_t pc, std::uint32_t bytes, void* self);
  static void on_memory(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                        std::int64_t value, void* self);
  bool debugger_takes_block(std::uint64_t pc, std::uint32_t bytes);
  void go_on_with_block(std::uint64_t pc, std::uint32_t bytes);
  void begin_debugged_block(std::uint64_t pc);
  void stop_for_debugger(Stop::Kind kind, std::uint64_t pc);
  void look_again(std::uint64_t pc);
  void hide_lines();
  void show_lines();
  void hook_instruction(std::uint64_t pc, bool everywhere);
  void add_debugging_hooks();
  void add_watch(const cpu::Watchpoint& watchpoint);
  void drop_unused_hooks();

  cpu::EngineHost& host_;
  cpu::EngineSettings settings_;
  int model_;
  uc_engine* uc_ = nullptr;
  std::optional<Internals> internals_;
  std::vector<Memory> memories_;
  std::vector<std::unique_ptr<Device>> devices_;
  bool covered_ = false;

  // Counting. The block in hand counts as done from its start on, until something says otherwise.
  std::uint64_t done_ = 0;          ///< instructions, those of the block in hand included
  std::uint64_t block_pc_ = 0;      ///< of the block in hand
  std::uint64_t block_length_ = 0;  ///< instructions; 0 when no block is in hand
  std::uint64_t horizon_ = 0;
  /// `horizon_`, or 0 while there is something to attend to: one comparison a block.
  std::uint64_t limit_ = 0;
  bool inside_ = false;  ///< a call of the host's
  bool leaving_ = false;
  bool forgetting_ = false;  ///< the exclusive monitor, at the next block
  bool misaligned_ = false;  ///< the PC, at which the run was stopped
  bool irq_ = false;
  bool fiq_ = false;
  Stop stop_;
  bool stopped_ = false;
  SystemAccess system_access_;
  std::uint64_t last_entry_ = ~std::uint64_t{0};  ///< `done_` when an exception was last entered
  cpu::EngineCounts counts_;
  Debugging debugging_;
  /// The last ones: the next goes to place `remembered_ % 8`.
  std::array<cpu::TakenException, 8> last_exceptions_{};
  std::uint64_t remembered_ = 0;
};

}  // namespace doorbell::unicorn
