#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace doorbell::cpu {

/// The registers that decide on translation stage 1 of the EL1&0 regime (DDI 0487, D8.2).
struct TranslationRegisters {
  std::uint64_t sctlr_el1 = 0;
  std::uint64_t tcr_el1 = 0;
  std::uint64_t ttbr0_el1 = 0;
  std::uint64_t ttbr1_el1 = 0;
};

/// Eight bytes of memory at a physical address; nothing where there is none.
using DescriptorReader = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

/// The physical address of a virtual one by the tables in memory, for debuggers: permissions, the
/// Access flag and what TLBs hold don't matter. Granules of 4, 16 and 64 KiB, 48 bits of output.
/// Nothing for what isn't translated.
std::optional<std::uint64_t> walk_address(std::uint64_t virtual_address,
                                          const TranslationRegisters& registers,
                                          const DescriptorReader& read);

}  // namespace doorbell::cpu
