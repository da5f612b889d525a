#pragma once

#include <cstdint>

#include "doorbell/gic/arch/its_level.h"
#include "doorbell/gic/arch/its_support.h"

namespace doorbell::gic {

// GITS_BASERn (IHI 0069, 12.19.1) and GITS_CBASER (12.19.2): what a write leaves, and what it
// means.

/// GITS_BASERn.Type.
inline constexpr std::uint64_t type_device = 1, type_collection = 4;

/// Of a table of that Type and Entry_Size, both read-only, before any write.
std::uint64_t reset_BASER(const ItsSupport& support, std::uint64_t type, unsigned entry_bytes);
/// A GITS_BASERn that was `old` and into which `value` is written, unimplemented values replaced
/// by implemented ones: Indirect, Page_Size, and the memory attributes.
std::uint64_t kept_BASER(const ItsSupport& support, std::uint64_t old, std::uint64_t value);
/// The memory attributes of GITS_CBASER, likewise.
std::uint64_t kept_CBASER(const ItsSupport& support, std::uint64_t value);

/// The table that it describes.
ItsTable table_of(std::uint64_t BASER);

}  // namespace doorbell::gic
