#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/smmu/arch/event.h"
#include "doorbell/smmu/arch/permissions.h"

namespace doorbell::smmu {

/// A translation granule by the log2 of its bytes: 12 (4 KiB), 14 (16 KiB), 16 (64 KiB).
using GranuleShift = unsigned;

/// Address bits below an entry of `level`: what one descriptor there maps.
constexpr unsigned level_shift(GranuleShift granule, unsigned level) {
  return granule + (3 - level) * (granule - 3);
}

/// One half of a VMSAv8-64 stage 1 translation regime: what a walk through TTB0 or TTB1 needs
/// (CD fields, IHI 0070 5.4; DDI 0487 D8.2).
struct TranslationTable {
  std::uint64_t base = 0;    ///< TTBx
  unsigned input_bits = 48;  ///< 64 - TxSZ
  GranuleShift granule = 12;
  bool disabled = false;         ///< EPDx: every walk is a Translation fault
  bool hierarchy_off = false;    ///< HADx: APTable, XNTable and PXNTable are ignored
  bool large_addresses = false;  ///< Descriptors hold 52 bits: 64 KiB, IDR5.OAS = 52
};

/// What is common to both halves.
struct TranslationRegime {
  TranslationTable table[2];
  unsigned output_bits = 48;  ///< effective IPS
  bool top_byte_ignored[2] = {false, false};
  bool AFFD = false;  ///< Access flag faults disabled
  bool WXN = false;
  bool PAN = false;
};

/// The result of a successful walk: what a TLB keeps.
struct Leaf {
  std::uint64_t output_base = 0;  ///< Of the page or block.
  unsigned level = 3;
  unsigned size_log2 = 12;           ///< Bytes mapped.
  Permissions permissions;           ///< Hierarchical attributes are applied.
  bool not_global = true;            ///< nG: belongs to its ASID
  std::uint8_t attribute_index = 0;  ///< AttrIndx of MAIR
  std::uint8_t shareability = 0;     ///< SH

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
