#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace doorbell::gic {

/// GITS_BASERn.Page_Size: those that a table can have.
enum class ItsPageSizes : std::uint8_t { any, only_4K, only_16K, only_64K };
/// GITS_BASERn.Shareability and GITS_CBASER.Shareability: what software writes, or what there is.
enum class ItsShareability : std::uint8_t { any, inner, outer, none };

/// What an ITS implementation supports, as GITS_TYPER, GITS_BASERn and GICD_TYPER report it.
struct ItsSupport {
  unsigned device_bits = 16;  ///< GITS_TYPER.Devbits + 1
  unsigned event_bits = 16;   ///< GITS_TYPER.ID_bits + 1
  unsigned intid_bits = 16;   ///< GICD_TYPER.IDbits + 1
  unsigned itt_entry_bytes = 12;
  unsigned device_entry_bytes = 8;
  unsigned collection_entry_bytes = 8;
  bool collection_table = true;         ///< there may be collections in memory
  bool collection_limit = true;         ///< GITS_TYPER.CIL
  unsigned collection_bits = 16;        ///< GITS_TYPER.CIDbits + 1; without CIL 16
  unsigned collections_inside = 0;      ///< GITS_TYPER.HCC
  bool cumulative_collections = false;  ///< GITS_TYPER.CCT
  bool physical_targets = false;        ///< GITS_TYPER.PTA: RDbase is an address
  bool reports_unmapped = false;        ///< GITS_TYPER.UMSI
  bool two_levels = true;               ///< GITS_BASERn.Indirect can be set
  ItsPageSizes page_sizes = ItsPageSizes::any;
  ItsShareability shareability = ItsShareability::any;
  unsigned processors = 1;  ///< redistributors that RDbase can name
  /// The physical address of each one's RD_base frame, for RDbase with GITS_TYPER.PTA.
  std::vector<std::uint64_t> redistributors;

  /// GITS_TYPER (IHI 0069, 12.19.12).
  std::uint64_t type_register() const;
  /// The processor whose redistributor an RDbase field, bits [51:16], names; nothing when there is
  /// none.
  std::optional<std::uint32_t> target(std::uint64_t RDbase) const;
};

}  // namespace doorbell::gic
