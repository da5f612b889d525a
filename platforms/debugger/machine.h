#pragma once

#include "doorbell/cpu/aarch64_group.h"
#include "platforms/debugger/target.h"

namespace doorbell::debugger {

/// The AArch64 processors of a platform.
class Machine : public Target {
 public:
  /// `group` outlives it, and so do its processors.
  explicit Machine(cpu::Aarch64Group& group) : group_(group) {}

  unsigned processors() const override;
  std::string state_of(unsigned processor) const override;
  std::optional<std::uint64_t> register_value(unsigned processor,
                                              const cpu::Register& name) const override;
  bool set_register(unsigned processor, const cpu::Register& name, std::uint64_t value) override;
  std::size_t read_memory(unsigned processor, std::uint64_t address,
                          std::span<std::uint8_t> data) override;
  std::size_t write_memory(unsigned processor, std::uint64_t address,
                           std::span<const std::uint8_t> data) override;
  std::optional<std::uint64_t> physical_address(unsigned processor,
                                                std::uint64_t address) const override;
  std::string time() const override;
  void resume(const Orders& orders) override;

  /// The first processor stops before its first instruction.
  void stop_at_start();
  /// The first that doesn't stand in the middle of an instruction, `preferred` if it can be.
  unsigned best_to_look_at(unsigned preferred) const;

 private:
  cpu::Aarch64Processor& at(unsigned processor) const { return *group_.processors()[processor]; }

  cpu::Aarch64Group& group_;
};

}  // namespace doorbell::debugger
