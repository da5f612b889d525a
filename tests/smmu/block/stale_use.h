#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {

/// When each page, by its address, was taken away: at the end of the SYNC after which nothing may
/// reach it.
using TakenAt = std::map<std::uint64_t, Time>;

/// Accesses of devices to a page that weren't done with when it was taken away.
inline std::size_t stale_uses(const Memory& memory, const TakenAt& taken_at) {
  const auto is_stale = [&taken_at](const Memory::Access& access) {
    const auto taken = taken_at.find(access.address & ~0xfffULL);
    return access.port == 0 && taken != taken_at.end() && access.done > taken->second;
  };
  return static_cast<std::size_t>(std::count_if(memory.log.begin(), memory.log.end(), is_stale));
}

}  // namespace doorbell::smmu::test
