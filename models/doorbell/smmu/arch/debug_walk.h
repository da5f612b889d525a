#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "doorbell/smmu/arch/access.h"
#include "doorbell/smmu/arch/features.h"
#include "doorbell/smmu/arch/stream_table.h"

namespace doorbell::smmu {

/// Reads a little-endian doubleword from memory for a debugger; nothing where there is none.
using DebugRead = std::function<std::optional<std::uint64_t>(std::uint64_t address)>;

/// What a debugger is shown: the translation of an enabled SMMU from memory alone, without caches.
/// Nothing where a transaction would be terminated.
std::optional<std::uint64_t> translate_from_memory(const StreamTable& table,
                                                   const Features& features, const Stream& stream,
                                                   std::uint64_t address, const Access& access,
                                                   const DebugRead& read);

}  // namespace doorbell::smmu
