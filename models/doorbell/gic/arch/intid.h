#pragma once

#include <cstdint>

namespace doorbell::gic {

// Ranges of INTIDs (IHI 0069, 2.2.1).
inline constexpr std::uint32_t first_spi = 32;
inline constexpr std::uint32_t first_special_INTID = 1020;
inline constexpr std::uint32_t last_special_INTID = 1023;
inline constexpr std::uint32_t first_extended_ppi = 1056;
inline constexpr std::uint32_t most_extended_ppis = 64;
inline constexpr std::uint32_t first_extended_spi = 4096;
inline constexpr std::uint32_t most_extended_spis = 1024;

/// SGIs and PPIs, extended ones too: those of a redistributor.
constexpr bool is_private(std::uint32_t INTID) {
  return INTID < first_spi ||
         (INTID >= first_extended_ppi && INTID < first_extended_ppi + most_extended_ppis);
}

/// SPIs, extended ones too: those of the distributor.
constexpr bool is_spi(std::uint32_t INTID) {
  return (INTID >= first_spi && INTID < first_special_INTID) ||
         (INTID >= first_extended_spi && INTID < first_extended_spi + most_extended_spis);
}

constexpr bool is_special(std::uint32_t INTID) {
  return INTID >= first_special_INTID && INTID <= last_special_INTID;
}

}  // namespace doorbell::gic
