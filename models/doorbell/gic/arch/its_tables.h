#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "doorbell/gic/arch/its_error.h"
#include "doorbell/gic/arch/its_level.h"
#include "doorbell/gic/arch/its_support.h"

namespace doorbell::gic {

// The tables that the ITS keeps in memory (IHI 0069, 5.2 "The ITS tables"). Software allocates
// them; their contents belong to the ITS, so the entry formats are this model's own. Entries are
// little endian. All-zero bytes are invalid entries, which is how software hands the memory over.

/// The largest entry of any table, in bytes.
inline constexpr unsigned its_max_entry_bytes = 16;
using ItsEntryBytes = std::array<std::uint8_t, its_max_entry_bytes>;

/// Device table entry (DTE, 5.2.3), 8 bytes: V[63], ITT_addr[51:8], Size[4:0]; what follows in one
/// of 16 is 0.
struct DeviceEntry {
  bool valid = false;
  std::uint64_t ITT_addr = 0;  ///< byte address, aligned to 256
  std::uint8_t Size = 0;       ///< EventID bits - 1

  std::uint64_t events() const { return std::uint64_t{2} << Size; }
  std::uint64_t ite_address(std::uint32_t EventID, unsigned entry_bytes) const {
    return ITT_addr + std::uint64_t{EventID} * entry_bytes;
  }
  bool operator==(const DeviceEntry&) const = default;
};
ItsEntryBytes encode(const DeviceEntry& entry);
DeviceEntry decode_device_entry(const ItsEntryBytes& entry);

/// Interrupt translation entry (ITE, 5.2.5). 4 bytes: INTID[15:0], ICID[31:16], valid when the
/// INTID isn't 0. 8 bytes and more: V[63], ICID[47:32], INTID[23:0]; what follows is kept for
/// virtual interrupts.
struct InterruptEntry {
  bool valid = false;
  std::uint32_t INTID = 0;
  std::uint16_t ICID = 0;

  bool operator==(const InterruptEntry&) const = default;
};
ItsEntryBytes encode(const InterruptEntry& entry, unsigned entry_bytes);
InterruptEntry decode_interrupt_entry(const ItsEntryBytes& entry, unsigned entry_bytes);

/// Collection table entry (CTE, 5.2.4). 2 bytes: V[15], RDbase[14:0]. 4: V[31], RDbase[30:0]. 8 and
/// more: V[63], RDbase[35:0].
struct CollectionEntry {
  bool valid = false;
  std::uint64_t RDbase = 0;  ///< a processor number, whatever GITS_TYPER.PTA says

  bool operator==(const CollectionEntry&) const = default;
};
ItsEntryBytes encode(const CollectionEntry& entry, unsigned entry_bytes);
CollectionEntry decode_collection_entry(const ItsEntryBytes& entry, unsigned entry_bytes);

/// Where a collection's entry is: held inside the ITS, or in the collection table.
struct CollectionPlace {
  bool inside = false;
  std::uint64_t index = 0;  ///< among those of its place

  bool operator==(const CollectionPlace&) const = default;
};
/// Nothing when there is no such collection. GITS_TYPER.CCT says whether the table comes on top of
/// the collections inside, or counts alone once software has provided it (12.19.12). The ITS holds
/// ICIDs below GITS_TYPER.HCC inside either way.
std::optional<CollectionPlace> place_of(const ItsSupport& support, const ItsTable& collections,
                                        std::uint16_t ICID);

inline constexpr std::uint32_t first_lpi = 8192;

// The checks of the commands and of translation, each a question with one answer (5.3; 5.1.2 for
// MSIs).
ItsError check_DeviceID(const ItsSupport& support, const ItsTable& devices, std::uint32_t DeviceID);
ItsError check_EventID(const DeviceEntry& device, std::uint32_t EventID);
ItsError check_pINTID(const ItsSupport& support, std::uint32_t pINTID);
ItsError check_ICID(const ItsSupport& support, const ItsTable& collections, std::uint16_t ICID);
ItsError check_MAPD(const ItsSupport& support, std::uint8_t Size);

}  // namespace doorbell::gic
