#pragma once

#include <cstdint>
#include <optional>

namespace doorbell::gic {

/// A table as GITS_BASERn describes it (IHI 0069, 12.19.1; 5.2.1): flat, or of two levels. The
/// first of two levels has 8 bytes for each page of the second, Valid[63] and
/// Physical_Address[51:12], which software writes and the ITS only reads.
struct ItsTable {
  bool valid = false;
  bool indirect = false;    ///< of two levels
  std::uint64_t base = 0;   ///< byte address
  std::uint64_t bytes = 0;  ///< size of what is at `base`: pages x page size
  unsigned entry_bytes = 8;
  std::uint64_t page_bytes = 4096;

  static constexpr unsigned level1_entry_bytes = 8;

  /// Entries of a page of the second level.
  std::uint64_t entries_of_page() const { return page_bytes / entry_bytes; }
  std::uint64_t entries() const {
    if (!valid) return 0;
    return indirect ? bytes / level1_entry_bytes * entries_of_page() : bytes / entry_bytes;
  }
  bool contains(std::uint64_t index) const { return index < entries(); }

  /// Address of entry `index` of a flat table, nothing when it lies outside.
  std::optional<std::uint64_t> address(std::uint64_t index) const {
    if (!contains(index)) return std::nullopt;
    return base + index * entry_bytes;
  }
  /// Of two levels: which entry of the first leads to `index`, and where that one is.
  std::uint64_t level1_index(std::uint64_t index) const { return index / entries_of_page(); }
  std::uint64_t level1_address(std::uint64_t index) const {
    return base + level1_index(index) * level1_entry_bytes;
  }
  /// Address of entry `index` in the page that its entry of the first level names; nothing when
  /// that isn't valid. Address bits below the page size are ignored.
  std::optional<std::uint64_t> address_in(std::uint64_t level1_entry, std::uint64_t index) const {
    constexpr std::uint64_t V = 1ULL << 63, Physical_Address = 0x000F'FFFF'FFFF'F000ULL;
    if ((level1_entry & V) == 0) return std::nullopt;
    const std::uint64_t page = level1_entry & Physical_Address & ~(page_bytes - 1);
    return page + index % entries_of_page() * entry_bytes;
  }
};

}  // namespace doorbell::gic
