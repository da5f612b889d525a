#include "doorbell/gic/its_translator.h"

#include <bit>

namespace doorbell::gic {
namespace {

// Why an entry has left its cache.
constexpr Departures::Reason evicted = 1;
constexpr Departures::Reason changed = 2;  ///< by a command

std::uint64_t identity_of_device(std::uint32_t DeviceID) {
  return hash_of(DeviceID, 1);
}
std::uint64_t identity_of_event(std::uint32_t DeviceID, std::uint32_t EventID) {
  return hash_of(std::uint64_t{DeviceID} << 32 | EventID, 2);
}
std::uint64_t identity_of_collection(std::uint16_t ICID) {
  return hash_of(ICID, 3);
}

/// The low `width` bits of `value` in reverse order; `width` up to 32.
std::uint64_t reversed(std::uint64_t value, unsigned width) {
  value = (value & 0x5555'5555) << 1 | (value >> 1 & 0x5555'5555);
  value = (value & 0x3333'3333) << 2 | (value >> 2 & 0x3333'3333);
  value = (value & 0x0F0F'0F0F) << 4 | (value >> 4 & 0x0F0F'0F0F);
  value = (value & 0x00FF'00FF) << 8 | (value >> 8 & 0x00FF'00FF);
  value = (value & 0x0000'FFFF) << 16 | (value >> 16 & 0x0000'FFFF);
  return value >> (32 - width);
}

}  // namespace

ItsTranslator::ItsTranslator(Scheduler& scheduler, const StatisticsGroup& group,
                             const ItsParameters& parameters, const ItsLimits& limits,
                             const ItsRegisters& registers, TablePort& port)
    : limits_(limits),
      registers_(registers),
      port_(port),
      devices_(parameters.device_cache_entries, parameters.cache_ways),
      events_(parameters.event_cache_entries, parameters.cache_ways),
      event_index_bits_(static_cast<unsigned>(std::bit_width(events_.sets() / 2))),
      collections_(parameters.collection_cache_entries, parameters.cache_ways),
      walks_(scheduler, group, "translations", parameters.translation_slots),
      device_statistics_(
          group, "device_cache",
          {.unit = "look-ups", .better = Better::higher, .help = "DeviceID to ITT, for MSIs"}),
      event_statistics_(group, "event_cache",
                        {.unit = "look-ups",
                         .better = Better::higher,
                         .help = "DeviceID and EventID to INTID and collection, for MSIs"}),
      collection_statistics_(group, "collection_cache",
                             {.unit = "look-ups",
                              .better = Better::higher,
                              .help = "collection to redistributor, for MSIs"}) {}

std::uint64_t ItsTranslator::event_index(const EventKey& key) const {
  // Neighbouring EventIDs differ in the low bits of the set's number, neighbouring DeviceIDs in the
  // high ones; what is above is folded in.
  const unsigned width = event_index_bits_;
  return key.EventID ^ key.EventID >> width ^ reversed(key.DeviceID, width) ^ key.DeviceID >> width;
}

Holder ItsTranslator::why_missing(std::uint64_t identity, Holder evicted_by,
                                  Holder changed_by) const {
  switch (departures_.reason(identity)) {
    case evicted:
      return evicted_by;
    case changed:
      return changed_by;
    default:
      return {};
  }
}

Holder ItsTranslator::why_event_missing(const EventKey& key) const {
  return why_missing(identity_of_event(key.DeviceID, key.EventID),
                     {"eviction from event cache set", event_index(key) % events_.sets()},
                     {"an ITS command for EventID", key.EventID});
}

Holder ItsTranslator::why_device_missing(std::uint32_t DeviceID) const {
  return why_missing(identity_of_device(DeviceID),
                     {"eviction from device cache set", DeviceID % devices_.sets()},
                     {"MAPD of DeviceID", DeviceID});
}

Holder ItsTranslator::why_collection_missing(std::uint16_t ICID) const {
  return why_missing(identity_of_collection(ICID),
                     {"eviction from collection cache set", ICID % collections_.sets()},
                     {"MAPC of ICID", ICID});
}

Holder ItsTranslator::why_walking(std::uint32_t DeviceID, std::uint32_t EventID) const {
  const Holder reason = why_event_missing({DeviceID, EventID});
  return reason.known() ? reason : Holder{"translation of DeviceID", DeviceID};
}

std::optional<Route> ItsTranslator::look_up(std::uint32_t DeviceID, std::uint32_t EventID) {
  const EventKey key{DeviceID, EventID};
  const InterruptEntry* interrupt = events_.find(event_index(key), key);
  if (interrupt == nullptr) {
    event_statistics_.miss();
    return std::nullopt;
  }
  event_statistics_.hit();
  const CollectionEntry* collection = collections_.find(interrupt->ICID, interrupt->ICID);
  if (collection == nullptr) return std::nullopt;  // counted where it is read
  collection_statistics_.hit();
  return Route{ItsError::none, interrupt->INTID, static_cast<std::uint32_t>(collection->RDbase)};
}

Task<Route> ItsTranslator::walk(std::uint32_t DeviceID, std::uint32_t EventID, Journey* journey) {
  const Holder holder = why_walking(DeviceID, EventID);
  Slot slot = co_await walks_.acquire(holder, journey);
  // Another walk may have brought some of it meanwhile.
  const EventKey key{DeviceID, EventID};
  const bool event_cached = events_.peek(event_index(key), key) != nullptr;
  if (!event_cached) {
    const bool device_cached = devices_.peek(DeviceID, DeviceID) != nullptr;
    device_cached ? device_statistics_.hit() : device_statistics_.miss();
  }
  const Found<InterruptEntry> interrupt = co_await this->interrupt(DeviceID, EventID, journey);
  if (interrupt.error != ItsError::none) co_return Route{interrupt.error};
  const std::uint16_t ICID = interrupt.entry.ICID;
  const bool collection_cached = collections_.peek(ICID, ICID) != nullptr;
  collection_cached ? collection_statistics_.hit() : collection_statistics_.miss();
  const Found<CollectionEntry> collection = co_await this->collection(ICID, journey);
  if (collection.error != ItsError::none) co_return Route{collection.error};
  co_return Route{ItsError::none, interrupt.entry.INTID,
                  static_cast<std::uint32_t>(collection.entry.RDbase)};
}

Task<ItsTranslator::Found<DeviceEntry>> ItsTranslator::device(std::uint32_t DeviceID,
                                                              Journey* journey) {
  Found<DeviceEntry> found;
  const ItsTable table = registers_.devices();
  found.error = check_DeviceID(limits_, table, DeviceID);
  if (found.error != ItsError::none) co_return found;
  if (const DeviceEntry* cached = devices_.find(DeviceID, DeviceID)) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  const bool ok = co_await port_.read(
      *table.address(DeviceID), std::span(bytes.data(), DeviceEntry::bytes), "device table read",
      journey, journey != nullptr ? why_device_missing(DeviceID) : Holder{});
  found.entry = decode_device_entry(bytes);
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid) {
    found.error = ItsError::UNMAPPED_DEVICE;
  } else if (changes == changes_) {
    if (devices_.insert(DeviceID, DeviceID, found.entry)) {
      device_statistics_.eviction();
      departures_.left(identity_of_device(devices_.evicted()), evicted);
    }
  }
  co_return found;
}

Task<ItsTranslator::Found<InterruptEntry>> ItsTranslator::interrupt(std::uint32_t DeviceID,
                                                                    std::uint32_t EventID,
                                                                    Journey* journey) {
  Found<InterruptEntry> found;
  const EventKey key{DeviceID, EventID};
  if (const InterruptEntry* cached = events_.find(event_index(key), key)) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  const Found<DeviceEntry> device = co_await this->device(DeviceID, journey);
  found.error =
      device.error == ItsError::none ? check_EventID(device.entry, EventID) : device.error;
  if (found.error != ItsError::none) co_return found;
  ItsEntryBytes bytes{};
  const std::uint64_t address = device.entry.ite_address(EventID, limits_.itt_entry_bytes);
  const bool ok = co_await port_.read(address, std::span(bytes.data(), limits_.itt_entry_bytes),
                                      "interrupt translation table read", journey,
                                      journey != nullptr ? why_event_missing(key) : Holder{});
  found.entry = decode_interrupt_entry(bytes, limits_.itt_entry_bytes);
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid) {
    found.error = ItsError::UNMAPPED_INTERRUPT;
  } else if (changes == changes_) {
    if (events_.insert(event_index(key), key, found.entry)) {
      event_statistics_.eviction();
      const EventKey& gone = events_.evicted();
      departures_.left(identity_of_event(gone.DeviceID, gone.EventID), evicted);
    }
  }
  co_return found;
}

Task<ItsTranslator::Found<CollectionEntry>> ItsTranslator::collection(std::uint16_t ICID,
                                                                      Journey* journey) {
  Found<CollectionEntry> found;
  const ItsTable table = registers_.collections();
  found.error = check_ICID(table, ICID);
  if (found.error != ItsError::none) co_return found;
  if (const CollectionEntry* cached = collections_.find(ICID, ICID)) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  const bool ok = co_await port_.read(
      *table.address(ICID), std::span(bytes.data(), table.entry_bytes), "collection table read",
      journey, journey != nullptr ? why_collection_missing(ICID) : Holder{});
  found.entry = decode_collection_entry(bytes, table.entry_bytes);
  const bool in_range = found.entry.RDbase < limits_.processors;
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid || !in_range) {
    found.error = ItsError::UNMAPPED_COLLECTION;
  } else if (changes == changes_) {
    if (collections_.insert(ICID, ICID, found.entry)) {
      collection_statistics_.eviction();
      departures_.left(identity_of_collection(collections_.evicted()), evicted);
    }
  }
  co_return found;
}

Task<ItsError> ItsTranslator::write_device(std::uint32_t DeviceID, DeviceEntry entry) {
  const ItsEntryBytes bytes = encode(entry);
  const bool ok =
      co_await port_.write(*registers_.devices().address(DeviceID),
                           std::span(bytes.data(), DeviceEntry::bytes), "device table write");
  ++changes_;
  const bool erased = devices_.erase(DeviceID, DeviceID);
  if (erased) departures_.left(identity_of_device(DeviceID), changed);
  device_statistics_.invalidation(erased);
  event_statistics_.invalidation(
      events_.erase_if([this, DeviceID](const EventKey& key, const InterruptEntry&) {
        if (key.DeviceID != DeviceID) return false;
        departures_.left(identity_of_event(key.DeviceID, key.EventID), changed);
        return true;
      }));
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_interrupt(std::uint32_t DeviceID, std::uint32_t EventID,
                                              std::uint64_t address, InterruptEntry entry) {
  const ItsEntryBytes bytes = encode(entry, limits_.itt_entry_bytes);
  const bool ok = co_await port_.write(address, std::span(bytes.data(), limits_.itt_entry_bytes),
                                       "interrupt translation table write");
  ++changes_;
  const EventKey key{DeviceID, EventID};
  const bool erased = events_.erase(event_index(key), key);
  if (erased) departures_.left(identity_of_event(DeviceID, EventID), changed);
  event_statistics_.invalidation(erased);
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_collection(std::uint16_t ICID, CollectionEntry entry) {
  const ItsTable table = registers_.collections();
  const ItsEntryBytes bytes = encode(entry, table.entry_bytes);
  const bool ok = co_await port_.write(
      *table.address(ICID), std::span(bytes.data(), table.entry_bytes), "collection table write");
  ++changes_;
  const bool erased = collections_.erase(ICID, ICID);
  if (erased) departures_.left(identity_of_collection(ICID), changed);
  collection_statistics_.invalidation(erased);
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

}  // namespace doorbell::gic
