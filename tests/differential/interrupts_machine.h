#pragma once

#include <cstdint>
#include <string>

namespace doorbell::test {

/// A run of random sequences of interrupts (sw/interrupts).
struct InterruptsRun {
  unsigned processors = 1;
  bool secure = false;  ///< of a GIC of two Security states, at EL3, on one processor
  std::uint64_t first_seed = 0;
  std::uint64_t count = 1;
  bool stall_on_command_error = false;
};

/// What it prints on the virt platform, on native processors. Once a process.
std::string run_interrupts(const InterruptsRun& run);

}  // namespace doorbell::test
