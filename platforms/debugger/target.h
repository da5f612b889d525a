#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "doorbell/cpu/arch/instruction_engine.h"

namespace doorbell::debugger {

/// What GDB has a processor do when the machine goes on.
struct ProcessorOrder {
  /// False: GDB takes it for stopped. It goes on all the same, as far as simulated time passes,
  /// with the breakpoints that it has.
  bool resumed = true;
  bool steps = false;  ///< one instruction
  bool operator==(const ProcessorOrder&) const = default;
};

/// All that GDB says when the machine goes on.
struct Orders {
  std::vector<std::uint64_t> breakpoints;
  std::vector<cpu::Watchpoint> watchpoints;
  std::vector<ProcessorOrder> processors;
};

/// The machine as a debugger sees it, while it stands still. Processors count from 0; one at least.
class Target {
 public:
  virtual ~Target() = default;
  virtual unsigned processors() const = 0;
  /// What it is about, for a person.
  virtual std::string state_of(unsigned processor) const = 0;
  /// Nothing for a register that isn't there.
  virtual std::optional<std::uint64_t> register_value(unsigned processor,
                                                      const cpu::Register& name) const = 0;
  /// False when it can't be written, or not now.
  virtual bool set_register(unsigned processor, const cpu::Register& name, std::uint64_t value) = 0;
  /// By virtual addresses of that processor: how many bytes, up to the first that isn't memory.
  virtual std::size_t read_memory(unsigned processor, std::uint64_t address,
                                  std::span<std::uint8_t> data) = 0;
  virtual std::size_t write_memory(unsigned processor, std::uint64_t address,
                                   std::span<const std::uint8_t> data) = 0;
  virtual std::optional<std::uint64_t> physical_address(unsigned processor,
                                                        std::uint64_t address) const = 0;
  /// Simulated time, for a person.
  virtual std::string time() const = 0;
  /// The machine is about to go on.
  virtual void resume(const Orders& orders) = 0;
};

}  // namespace doorbell::debugger
