#pragma once

#include <cstdint>
#include <string>

namespace doorbell::test {

/// What random translations (sw/translations) print on the virt platform, on a native processor
/// and with a device whose registers are those of QEMU's `edu`. Once a process.
std::string run_translations(bool two_level_streams, std::uint64_t first_seed, std::uint64_t count);

}  // namespace doorbell::test
