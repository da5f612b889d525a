#include "doorbell/gic/arch/its_tables.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"

namespace doorbell::gic {
namespace {

ItsEntryBytes little_endian(std::uint64_t word) {
  ItsEntryBytes entry{};
  store_little_endian(entry, word);
  return entry;
}

std::uint64_t word_of(const ItsEntryBytes& entry, unsigned bytes) {
  return load_little_endian<std::uint64_t>(std::span(entry).first(bytes));
}

/// The bit that says Valid, of an entry of 1 to 8 bytes.
unsigned top_bit(unsigned entry_bytes) {
  return (entry_bytes * 8 - 1) % 64;
}

}  // namespace

ItsEntryBytes encode(const DeviceEntry& entry) {
  if (!entry.valid) return {};
  return little_endian((std::uint64_t{1} << 63) | (bits(entry.ITT_addr, 51, 8) << 8) | entry.Size);
}

DeviceEntry decode_device_entry(const ItsEntryBytes& entry) {
  const std::uint64_t word = word_of(entry, 8);
  if (bits(word, 63, 63) == 0) return {};
  return {true, bits(word, 51, 8) << 8, static_cast<std::uint8_t>(bits(word, 4, 0))};
}

ItsEntryBytes encode(const InterruptEntry& entry, unsigned entry_bytes) {
  if (!entry.valid) return {};
  if (entry_bytes < 8)
    return little_endian(bits(entry.INTID, 15, 0) | std::uint64_t{entry.ICID} << 16);
  return little_endian((std::uint64_t{1} << 63) | std::uint64_t{entry.ICID} << 32 |
                       bits(entry.INTID, 23, 0));
}

InterruptEntry decode_interrupt_entry(const ItsEntryBytes& entry, unsigned entry_bytes) {
  const std::uint64_t word = word_of(entry, entry_bytes);
  if (entry_bytes < 8) {
    const auto INTID = static_cast<std::uint32_t>(bits(word, 15, 0));
    if (INTID == 0) return {};
    return {true, INTID, static_cast<std::uint16_t>(bits(word, 31, 16))};
  }
  if (bits(word, 63, 63) == 0) return {};
  return {true, static_cast<std::uint32_t>(bits(word, 23, 0)),
          static_cast<std::uint16_t>(bits(word, 47, 32))};
}

ItsEntryBytes encode(const CollectionEntry& entry, unsigned entry_bytes) {
  if (!entry.valid) return {};
  return little_endian((std::uint64_t{1} << top_bit(entry_bytes)) | entry.RDbase);
}

CollectionEntry decode_collection_entry(const ItsEntryBytes& entry, unsigned entry_bytes) {
  const unsigned top = top_bit(entry_bytes);
  const std::uint64_t word = word_of(entry, entry_bytes);
  if (bits(word, top, top) == 0) return {};
  return {true, with_bits(word, top, top, 0)};
}

std::optional<CollectionPlace> place_of(const ItsSupport& support, const ItsTable& collections,
                                        std::uint16_t ICID) {
  const unsigned inside = support.collections_inside;
  const bool in_limit = std::uint32_t{ICID} >> support.collection_bits == 0;
  const std::uint64_t before_table = support.cumulative_collections ? inside : 0;
  const bool in_table = ICID >= before_table && collections.contains(ICID - before_table);
  // Without a table those inside are all there are.
  const bool table_counts = collections.valid && !support.cumulative_collections;
  if (!in_limit || (table_counts && !in_table)) return std::nullopt;
  if (ICID < inside) return CollectionPlace{true, ICID};
  if (!in_table) return std::nullopt;
  return CollectionPlace{false, ICID - before_table};
}

ItsError check_DeviceID(const ItsSupport& support, const ItsTable& devices,
                        std::uint32_t DeviceID) {
  const bool in_range = (std::uint64_t{DeviceID} >> support.device_bits) == 0;
  return in_range && devices.contains(DeviceID) ? ItsError::none : ItsError::DEVICE_OOR;
}

ItsError check_EventID(const DeviceEntry& device, std::uint32_t EventID) {
  if (!device.valid) return ItsError::UNMAPPED_DEVICE;
  return EventID < device.events() ? ItsError::none : ItsError::ID_OOR;
}

ItsError check_pINTID(const ItsSupport& support, std::uint32_t pINTID) {
  const bool in_range = (std::uint64_t{pINTID} >> support.intid_bits) == 0;
  return in_range && pINTID >= first_lpi ? ItsError::none : ItsError::PHYSICALID_OOR;
}

ItsError check_ICID(const ItsSupport& support, const ItsTable& collections, std::uint16_t ICID) {
  return place_of(support, collections, ICID) ? ItsError::none : ItsError::COLLECTION_OOR;
}

ItsError check_MAPD(const ItsSupport& support, std::uint8_t Size) {
  return Size < support.event_bits ? ItsError::none : ItsError::SIZE_OOR;
}

}  // namespace doorbell::gic
