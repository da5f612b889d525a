// The look-ups that read tables.
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/gic/its_translator.h"

namespace doorbell::gic {

Task<Route> ItsTranslator::walk(std::uint32_t DeviceID, std::uint32_t EventID,
                                JourneyHandle journey) {
  const Holder holder = why_walking(DeviceID, EventID);
  Slot slot = co_await walks_.acquire(holder, journey);
  // Another walk may have brought some of it meanwhile.
  const bool event_cached = events_.peek(event_key(DeviceID, EventID)) != nullptr;
  if (!event_cached) {
    const bool device_cached = devices_.peek({DeviceID}) != nullptr;
    device_cached ? device_statistics_.hit() : device_statistics_.miss();
    if (!device_cached) count_level1(registers_.devices(), false, DeviceID);
  }
  const Found<InterruptEntry> interrupt = co_await this->interrupt(DeviceID, EventID, journey);
  if (interrupt.error != ItsError::none) co_return Route{interrupt.error};
  const std::uint16_t ICID = interrupt.entry.ICID;
  count_collection(ICID);
  const Found<CollectionEntry> collection = co_await this->collection(ICID, journey);
  if (collection.error != ItsError::none) co_return Route{collection.error};
  co_return Route{ItsError::none, interrupt.entry.INTID,
                  static_cast<std::uint32_t>(collection.entry.RDbase)};
}

void ItsTranslator::count_level1(const ItsTable& table, bool of_collections, std::uint64_t index) {
  if (!table.indirect || !table.contains(index)) return;
  const bool cached = level1_.peek({of_collections, table.level1_index(index)}) != nullptr;
  cached ? level1_statistics_.hit() : level1_statistics_.miss();
}

void ItsTranslator::count_collection(std::uint16_t ICID) {
  if (ICID < inside_.size()) return;
  const bool cached = collections_.peek({ICID}) != nullptr;
  cached ? collection_statistics_.hit() : collection_statistics_.miss();
  const ItsTable table = registers_.collections();
  if (const auto place = place_of(support_, table, ICID); place && !cached)
    count_level1(table, true, place->index);
}

Task<ItsTranslator::Located> ItsTranslator::locate(ItsTable table, bool of_collections,
                                                   std::uint64_t index, JourneyHandle journey) {
  const ItsError invalid = of_collections ? ItsError::COLLECTION_OOR : ItsError::DEVICE_OOR;
  const Level1Key key{of_collections, table.level1_index(index)};
  if (const std::uint64_t* const cached = level1_.find(key))
    co_return Located{ItsError::none, *table.address_in(*cached, index)};
  const std::uint64_t changes = changes_;
  std::array<std::uint8_t, ItsTable::level1_entry_bytes> bytes{};
  const bool ok = co_await port_.read(table.level1_address(index), bytes, "first-level table read",
                                      journey, journey ? why_level1_missing(key) : Holder{});
  if (!ok) co_return Located{ItsError::MEMORY_FAULT};
  const auto entry = load_little_endian<std::uint64_t>(bytes);
  const std::optional<std::uint64_t> address = table.address_in(entry, index);
  if (!address) co_return Located{invalid};
  if (changes == changes_) level1_.insert(key, entry);
  co_return Located{ItsError::none, *address};
}

Task<ItsTranslator::Found<DeviceEntry>> ItsTranslator::device(std::uint32_t DeviceID,
                                                              JourneyHandle journey) {
  Found<DeviceEntry> found;
  const ItsTable table = registers_.devices();
  found.error = check_DeviceID(support_, table, DeviceID);
  if (found.error != ItsError::none) co_return found;
  if (const DeviceEntry* cached = devices_.find({DeviceID})) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  Located located{ItsError::none, table.address(DeviceID).value_or(0)};
  if (table.indirect) located = co_await locate(table, false, DeviceID, journey);
  found.error = located.error;
  if (found.error != ItsError::none) co_return found;
  const bool ok = co_await port_.read(
      located.address, std::span(bytes.data(), support_.device_entry_bytes), "device table read",
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
  const std::uint64_t address = device.entry.ite_address(EventID, support_.itt_entry_bytes);
  const bool ok = co_await port_.read(address, std::span(bytes.data(), support_.itt_entry_bytes),
                                      "interrupt translation table read", journey,
                                      journey ? why_event_missing(key) : Holder{});
  found.entry = decode_interrupt_entry(bytes, support_.itt_entry_bytes);
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
  const std::optional<CollectionPlace> place = place_of(support_, table, ICID);
  if (!place) found.error = ItsError::COLLECTION_OOR;
  if (place && place->inside) {
    found.entry = collection_inside(ICID);
    if (!found.entry.valid) found.error = ItsError::UNMAPPED_COLLECTION;
  }
  if (!place || place->inside) co_return found;
  if (const CollectionEntry* cached = collections_.find({ICID})) {
    found.entry = *cached;
    co_return found;
  }
  const std::uint64_t changes = changes_;
  ItsEntryBytes bytes{};
  Located located{ItsError::none, table.address(place->index).value_or(0)};
  if (table.indirect) located = co_await locate(table, true, place->index, journey);
  found.error = located.error;
  if (found.error != ItsError::none) co_return found;
  const bool ok = co_await port_.read(
      located.address, std::span(bytes.data(), support_.collection_entry_bytes),
      "collection table read", journey, journey ? why_collection_missing(ICID) : Holder{});
  found.entry = decode_collection_entry(bytes, support_.collection_entry_bytes);
  const bool in_range = found.entry.RDbase < support_.processors;
  if (!ok) {
    found.error = ItsError::MEMORY_FAULT;
  } else if (!found.entry.valid || !in_range) {
    found.error = ItsError::UNMAPPED_COLLECTION;
  } else if (changes == changes_) {
    collections_.insert({ICID}, found.entry);
  }
  co_return found;
}

}  // namespace doorbell::gic
