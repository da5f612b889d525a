#pragma once

#include <cstdint>
#include <string>

#include "doorbell/core/arch/parameters.h"

namespace doorbell::cpu {

/// How accesses of firmware to normal memory are made. cached: they hit the processor's own cache,
/// which is coherent; memory changes at once and nothing travels. uncached: each is a transaction
/// on the bus.
enum class MemoryAccess : std::uint8_t { cached, uncached };

/// What a processor executes. native: firmware that is compiled for the host. aarch64: AArch64
/// instructions, by an engine that is loaded for it.
enum class ProcessorKind : std::uint8_t { native, aarch64 };

/// A processor: what its instructions cost, beside the accesses that travel. Cycles are of
/// `frequency`.
struct CpuParameters {
  std::uint64_t frequency = 2'500'000'000;  ///< hertz
  std::uint32_t exception_entry = 60;   ///< cycles from a taken IRQ to the handler's first access
  std::uint32_t exception_return = 40;  ///< cycles from the handler's end to what was interrupted
  std::uint32_t handler = 250;      ///< cycles between the acknowledge and the end of an interrupt
  std::uint32_t wfi_wake = 10;      ///< cycles from the IRQ to the instruction after WFI
  std::uint32_t access_issue = 1;   ///< cycles to issue an access to a device
  std::uint32_t cached_access = 4;  ///< cycles of an access to cached memory
  std::uint32_t spin = 8;           ///< cycles of one turn of a polling loop
  MemoryAccess memory = MemoryAccess::cached;
  bool posted_writes = false;  ///< a device write lets firmware go on until its next access
  bool skip_turns = true;      ///< turns of a polling loop on memory that find nothing pass at once
  std::uint32_t stack = 256 << 10;  ///< bytes; of the host

  ProcessorKind kind = ProcessorKind::native;
  // Of a processor that executes AArch64 instructions alone.
  std::string model = "cortex-a57";            ///< cortex-a57, cortex-a72 or max
  std::uint32_t cycles_per_instruction = 100;  ///< hundredths
  std::uint32_t quantum = 10'000;              ///< instructions at once
  std::uint32_t stride = 64;  ///< instructions that a processor may be ahead of another
  bool semihosting = false;   ///< HLT #0xF000 is a call

  void describe(ParameterGroup& group);

 private:
  void describe_instructions(ParameterGroup& group);
};

}  // namespace doorbell::cpu
