#include "doorbell/gic/its_translator.h"

#include <bit>

namespace doorbell::gic {
namespace {

/// The low `width` bits of `value` in reverse order; `width` up to 32.
std::uint64_t reversed(std::uint64_t value, unsigned width) {
  value = (value & 0x5555'5555) << 1 | (value >> 1 & 0x5555'5555);
  value = (value & 0x3333'3333) << 2 | (value >> 2 & 0x3333'3333);
  value = (value & 0x0F0F'0F0F) << 4 | (value >> 4 & 0x0F0F'0F0F);
  value = (value & 0x00FF'00FF) << 8 | (value >> 8 & 0x00FF'00FF);
  value = (value & 0x0000'FFFF) << 16 | (value >> 16 & 0x0000'FFFF);
  return value >> (32 - width);
}

CacheGeometry geometry(std::uint32_t entries, const ItsParameters& parameters) {
  return {entries, parameters.cache_ways, ReplacementPolicy::lru};
}

/// Who made an entry leave its cache; nothing when that isn't known.
Holder holder_of(Departures::Reason reason, Holder evicted_by, Holder changed_by) {
  switch (reason) {
    case Departures::evicted:
      return evicted_by;
    case Departures::invalidated:
      return changed_by;
    default:
      return {};
  }
}

}  // namespace

ItsTranslator::ItsTranslator(Scheduler& scheduler, const StatisticsGroup& group,
                             const ItsParameters& parameters, const ItsLimits& limits,
                             const ItsRegisters& registers, TablePort& port)
    : limits_(limits),
      registers_(registers),
      port_(port),
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
                              .help = "collection to redistributor, for MSIs"}),
      devices_(geometry(parameters.device_cache_entries, parameters), device_statistics_),
      events_(geometry(parameters.event_cache_entries, parameters), event_statistics_),
      event_index_bits_(static_cast<unsigned>(std::bit_width(events_.sets() / 2))),
      collections_(geometry(parameters.collection_cache_entries, parameters),
                   collection_statistics_),
      walks_(scheduler, group, "translations", parameters.translation_slots) {}

ItsTranslator::EventKey ItsTranslator::event_key(std::uint32_t DeviceID,
                                                 std::uint32_t EventID) const {
  // Neighbouring EventIDs differ in the low bits of the set's number, neighbouring DeviceIDs in the
  // high ones; what is above is folded in.
  const unsigned width = event_index_bits_;
  return {DeviceID, EventID,
          EventID ^ EventID >> width ^ reversed(DeviceID, width) ^ DeviceID >> width};
}

Holder ItsTranslator::why_event_missing(const EventKey& key) const {
  return holder_of(events_.why_missing(key), {"eviction from event cache set", events_.set_of(key)},
                   {"an ITS command for EventID", key.EventID});
}

Holder ItsTranslator::why_device_missing(std::uint32_t DeviceID) const {
  return holder_of(devices_.why_missing({DeviceID}),
                   {"eviction from device cache set", devices_.set_of({DeviceID})},
                   {"MAPD of DeviceID", DeviceID});
}

Holder ItsTranslator::why_collection_missing(std::uint16_t ICID) const {
  return holder_of(collections_.why_missing({ICID}),
                   {"eviction from collection cache set", collections_.set_of({ICID})},
                   {"MAPC of ICID", ICID});
}

Holder ItsTranslator::why_walking(std::uint32_t DeviceID, std::uint32_t EventID) const {
  const Holder reason = why_event_missing(event_key(DeviceID, EventID));
  return reason.known() ? reason : Holder{"translation of DeviceID", DeviceID};
}

std::optional<Route> ItsTranslator::look_up(std::uint32_t DeviceID, std::uint32_t EventID) {
  const InterruptEntry* interrupt = events_.look_up(event_key(DeviceID, EventID));
  if (interrupt == nullptr) return std::nullopt;
  const CollectionEntry* collection = collections_.find({interrupt->ICID});
  if (collection == nullptr) return std::nullopt;  // counted where it is read
  collection_statistics_.hit();
  return Route{ItsError::none, interrupt->INTID, static_cast<std::uint32_t>(collection->RDbase)};
}

Task<Route> ItsTranslator::walk(std::uint32_t DeviceID, std::uint32_t EventID,
                                JourneyHandle journey) {
  const Holder holder = why_walking(DeviceID, EventID);
  Slot slot = co_await walks_.acquire(holder, journey);
  // Another walk may have brought some of it meanwhile.
  const bool event_cached = events_.peek(event_key(DeviceID, EventID)) != nullptr;
  if (!event_cached) {
    const bool device_cached = devices_.peek({DeviceID}) != nullptr;
    device_cached ? device_statistics_.hit() : device_statistics_.miss();
  }
  const Found<InterruptEntry> interrupt = co_await this->interrupt(DeviceID, EventID, journey);
  if (interrupt.error != ItsError::none) co_return Route{interrupt.error};
  const std::uint16_t ICID = interrupt.entry.ICID;
  const bool collection_cached = collections_.peek({ICID}) != nullptr;
  collection_cached ? collection_statistics_.hit() : collection_statistics_.miss();
  const Found<CollectionEntry> collection = co_await this->collection(ICID, journey);
  if (collection.error != ItsError::none) co_return Route{collection.error};
  co_return Route{ItsError::none, interrupt.entry.INTID,
                  static_cast<std::uint32_t>(collection.entry.RDbase)};
}

Task<ItsTranslator::Found<DeviceEntry>> ItsTranslator::device(std::uint32_t DeviceID,
                                                              JourneyHandle journey) {
  Found<DeviceEntry> found;
  const ItsTable table = registers_.devices();
  found.error = check_DeviceID(limits_, table, DeviceID);
  if (found.error != ItsError::none) co_return found;
  if (const DeviceEntry* cached = devices_.find({DeviceID})) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  const bool ok = co_await port_.read(
      *table.address(DeviceID), std::span(bytes.data(), DeviceEntry::bytes), "device table read",
      journey, journey ? why_device_missing(DeviceID) : Holder{});
  found.entry = decode_device_entry(bytes);
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid) {
    found.error = ItsError::UNMAPPED_DEVICE;
  } else if (changes == changes_) {
    devices_.insert({DeviceID}, found.entry);
  }
  co_return found;
}

Task<ItsTranslator::Found<InterruptEntry>> ItsTranslator::interrupt(std::uint32_t DeviceID,
                                                                    std::uint32_t EventID,
                                                                    JourneyHandle journey) {
  Found<InterruptEntry> found;
  const EventKey key = event_key(DeviceID, EventID);
  if (const InterruptEntry* cached = events_.find(key)) {
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
                                      journey ? why_event_missing(key) : Holder{});
  found.entry = decode_interrupt_entry(bytes, limits_.itt_entry_bytes);
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid) {
    found.error = ItsError::UNMAPPED_INTERRUPT;
  } else if (changes == changes_) {
    events_.insert(key, found.entry);
  }
  co_return found;
}

Task<ItsTranslator::Found<CollectionEntry>> ItsTranslator::collection(std::uint16_t ICID,
                                                                      JourneyHandle journey) {
  Found<CollectionEntry> found;
  const ItsTable table = registers_.collections();
  found.error = check_ICID(table, ICID);
  if (found.error != ItsError::none) co_return found;
  if (const CollectionEntry* cached = collections_.find({ICID})) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  const bool ok = co_await port_.read(
      *table.address(ICID), std::span(bytes.data(), table.entry_bytes), "collection table read",
      journey, journey ? why_collection_missing(ICID) : Holder{});
  found.entry = decode_collection_entry(bytes, table.entry_bytes);
  const bool in_range = found.entry.RDbase < limits_.processors;
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid || !in_range) {
    found.error = ItsError::UNMAPPED_COLLECTION;
  } else if (changes == changes_) {
    collections_.insert({ICID}, found.entry);
  }
  co_return found;
}

Task<ItsError> ItsTranslator::write_device(std::uint32_t DeviceID, DeviceEntry entry) {
  const ItsEntryBytes bytes = encode(entry);
  const bool ok =
      co_await port_.write(*registers_.devices().address(DeviceID),
                           std::span(bytes.data(), DeviceEntry::bytes), "device table write");
  ++changes_;
  devices_.erase({DeviceID});
  events_.erase_group(DeviceID, [](const EventKey&, const InterruptEntry&) { return true; });
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_interrupt(std::uint32_t DeviceID, std::uint32_t EventID,
                                              std::uint64_t address, InterruptEntry entry) {
  const ItsEntryBytes bytes = encode(entry, limits_.itt_entry_bytes);
  const bool ok = co_await port_.write(address, std::span(bytes.data(), limits_.itt_entry_bytes),
                                       "interrupt translation table write");
  ++changes_;
  events_.erase(event_key(DeviceID, EventID));
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_collection(std::uint16_t ICID, CollectionEntry entry) {
  const ItsTable table = registers_.collections();
  const ItsEntryBytes bytes = encode(entry, table.entry_bytes);
  const bool ok = co_await port_.write(
      *table.address(ICID), std::span(bytes.data(), table.entry_bytes), "collection table write");
  ++changes_;
  collections_.erase({ICID});
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

void ItsTranslator::forget() {
  ++changes_;
  const auto all = [](const auto&, const auto&) { return true; };
  devices_.erase_if(all, Departures::unknown);
  events_.erase_if(all, Departures::unknown);
  collections_.erase_if(all, Departures::unknown);
}

}  // namespace doorbell::gic
