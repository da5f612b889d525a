#pragma once

#include <cstdint>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/its_tables.h"
#include "doorbell/gic/arch/security_view.h"

namespace doorbell::gic {

/// An LPI's byte in the LPI Configuration table (IHI 0069, 5.1.1.1): Priority[7:2], Enable[0]. Bits
/// [1:0] of the priority are 0; with two Security states it is one of Non-secure.
struct LpiConfiguration {
  std::uint8_t priority = 0;
  bool enabled = false;

  /// `priority_bits` is how many bits of priority the implementation keeps.
  static LpiConfiguration decode(std::uint8_t byte, unsigned priority_bits,
                                 bool two_states = false) {
    const auto written = static_cast<std::uint8_t>(byte & 0xFC);
    return {implemented_priority(two_states ? ns_write(written) : written, priority_bits),
            (byte & 1) != 0};
  }
  bool operator==(const LpiConfiguration&) const = default;
};

/// The LPI Configuration and Pending tables as GICR_PROPBASER and GICR_PENDBASER describe them
/// (12.11.30, 12.11.27).
struct LpiTables {
  std::uint64_t configuration = 0;  ///< GICR_PROPBASER.Physical_Address, bytes
  std::uint64_t pending = 0;        ///< GICR_PENDBASER.Physical_Address, bytes
  unsigned id_bits = 0;  ///< bits of INTID in use: min(PROPBASER.IDbits + 1, what GICD_TYPER says)

  /// Decodes both registers. INTIDs are limited to `implemented_bits`.
  static LpiTables decode(std::uint64_t GICR_PROPBASER, std::uint64_t GICR_PENDBASER,
                          unsigned implemented_bits) {
    const auto asked = static_cast<unsigned>(bits(GICR_PROPBASER, 4, 0)) + 1;
    return {bits(GICR_PROPBASER, 51, 12) << 12, bits(GICR_PENDBASER, 51, 16) << 16,
            asked < implemented_bits ? asked : implemented_bits};
  }

  /// True when INTID is an LPI inside the tables. Below 14 bits there are none (5.1.1).
  bool contains(std::uint32_t INTID) const {
    return INTID >= first_lpi && (std::uint64_t{INTID} >> id_bits) == 0;
  }
  /// Number of LPIs; 0 when `id_bits` is below 14.
  std::uint32_t lpis() const {
    return id_bits >= 14 ? (std::uint32_t{1} << id_bits) - first_lpi : 0;
  }
  std::uint64_t configuration_address(std::uint32_t INTID) const {
    return configuration + (INTID - first_lpi);
  }
  /// The Pending table has a bit for every INTID; the first 1 KiB (INTIDs below 8192) is
  /// IMPLEMENTATION DEFINED (5.1.1.2).
  std::uint64_t pending_address(std::uint32_t INTID) const { return pending + INTID / 8; }
  static std::uint8_t pending_mask(std::uint32_t INTID) {
    return static_cast<std::uint8_t>(1U << (INTID % 8));
  }
  std::uint64_t pending_bytes() const { return (std::uint64_t{1} << id_bits) / 8; }
};

}  // namespace doorbell::gic
