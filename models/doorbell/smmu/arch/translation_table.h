#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/permissions.h"
#include "doorbell/smmu/arch/regime.h"

namespace doorbell::smmu {

/// The result of a successful walk: what a TLB keeps.
struct Leaf {
  std::uint64_t output_base = 0;  ///< Of the page or block.
  unsigned level = 3;
  unsigned size_log2 = 12;           ///< Bytes mapped.
  Permissions permissions;           ///< Hierarchical attributes are applied.
  bool not_global = true;            ///< nG: belongs to its ASID
  bool contiguous = false;           ///< Contiguous: one of a group of adjacent entries (D8.7.1)
  bool uncached = false;             ///< Nothing keeps it: a Block with nT at IDR3.BBML = 1
  bool writable_clean = false;       ///< Not writable as it is: a write reads the descriptor again.
  std::uint8_t attribute_index = 0;  ///< AttrIndx of MAIR; of stage 2 MemAttr itself
  std::uint8_t shareability = 0;     ///< SH

  /// Whether this is enough for an access, or the descriptor is to be read again.
  constexpr bool serves(const Access& access) const { return !writable_clean || !access.write; }
  bool operator==(const Leaf&) const = default;
};

/// A position in a walk: the table of `level` at `table` is to be read next.
struct WalkPosition {
  unsigned level = 0;
  std::uint64_t table = 0;
  TableLimits limits;

  bool operator==(const WalkPosition&) const = default;
};

/// What one descriptor says.
struct WalkStep {
  enum class Kind : std::uint8_t { table, leaf, fault };
  Kind kind = Kind::fault;
  WalkPosition next;                  ///< of a table
  Leaf leaf;                          ///< of a leaf
  EventType fault = EventType::none;  ///< F_TRANSLATION, F_ADDR_SIZE, F_ACCESS
};

/// Which half translates `address`: bit 55 (DDI 0487 D8.2.4).
constexpr unsigned table_half(std::uint64_t address) {
  return (address >> 55) & 1;
}

/// Where the walk of `address` starts, or nothing when it is a Translation fault before any
/// descriptor is read: outside the input range or EPDx = 1 (IHI 0070 7.3.13).
std::optional<WalkPosition> start_walk(const TranslationRegime& regime, std::uint64_t address);

/// Physical address of the descriptor to be read for `address`.
std::uint64_t descriptor_address(const WalkPosition& position, GranuleShift granule,
                                 unsigned input_bits, std::uint64_t address);

/// Decodes the descriptor read at `position`. Faults come in the order of IHI 0070 7.3.18:
/// translation, address size, access flag; the permission check is `Permissions::allow`.
WalkStep step_walk(const TranslationRegime& regime, const WalkPosition& position,
                   std::uint64_t address, std::uint64_t descriptor);

}  // namespace doorbell::smmu
