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
                             const ItsParameters& parameters, const ItsSupport& support,
                             const ItsRegisters& registers, TablePort& port)
    : support_(support),
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
      level1_statistics_(group, "level1_cache",
                         {.unit = "look-ups",
                          .better = Better::higher,
                          .help = "first levels of device and collection tables, for MSIs"}),
      devices_(geometry(parameters.device_cache_entries, parameters), device_statistics_),
      events_(geometry(parameters.event_cache_entries, parameters), event_statistics_),
      event_index_bits_(static_cast<unsigned>(std::bit_width(events_.sets() / 2))),
      collections_(geometry(parameters.collection_cache_entries, parameters),
                   collection_statistics_),
      level1_({parameters.level1_cache_entries, parameters.level1_cache_entries,
               ReplacementPolicy::lru},
              level1_statistics_),
      inside_(support.collections_inside, 0),
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

Holder ItsTranslator::why_level1_missing(Level1Key key) const {
  return holder_of(level1_.why_missing(key), {"eviction from level-1 cache", Holder::no_number},
                   {});
}

CollectionEntry ItsTranslator::collection_inside(std::uint64_t ICID) const {
  constexpr std::uint64_t V = std::uint64_t{1} << 63;
  const std::uint64_t processor = inside_[ICID] & ~V;
  return {(inside_[ICID] & V) != 0 && processor < support_.processors, processor};
}

Holder ItsTranslator::why_walking(std::uint32_t DeviceID, std::uint32_t EventID) const {
  const Holder reason = why_event_missing(event_key(DeviceID, EventID));
  return reason.known() ? reason : Holder{"translation of DeviceID", DeviceID};
}

std::optional<Route> ItsTranslator::look_up(std::uint32_t DeviceID, std::uint32_t EventID) {
  const InterruptEntry* interrupt = events_.look_up(event_key(DeviceID, EventID));
  if (interrupt == nullptr) return std::nullopt;
  if (interrupt->ICID < inside_.size()) {
    const CollectionEntry inside = collection_inside(interrupt->ICID);
    if (!inside.valid) return Route{ItsError::UNMAPPED_COLLECTION};
    return Route{ItsError::none, interrupt->INTID, static_cast<std::uint32_t>(inside.RDbase)};
  }
  const CollectionEntry* collection = collections_.find({interrupt->ICID});
  if (collection == nullptr) return std::nullopt;  // counted where it is read
  collection_statistics_.hit();
  return Route{ItsError::none, interrupt->INTID, static_cast<std::uint32_t>(collection->RDbase)};
}

Task<ItsError> ItsTranslator::write_device(std::uint32_t DeviceID, DeviceEntry entry) {
  const ItsTable table = registers_.devices();
  Located located{ItsError::none, table.address(DeviceID).value_or(0)};
  if (table.indirect) located = co_await locate(table, false, DeviceID);
  if (located.error != ItsError::none) co_return located.error;
  const ItsEntryBytes bytes = encode(entry);
  const bool ok = co_await port_.write(
      located.address, std::span(bytes.data(), support_.device_entry_bytes), "device table write");
  ++changes_;
  devices_.erase({DeviceID});
  events_.erase_group(DeviceID, [](const EventKey&, const InterruptEntry&) { return true; });
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_interrupt(std::uint32_t DeviceID, std::uint32_t EventID,
                                              std::uint64_t address, InterruptEntry entry) {
  const ItsEntryBytes bytes = encode(entry, support_.itt_entry_bytes);
  const bool ok = co_await port_.write(address, std::span(bytes.data(), support_.itt_entry_bytes),
                                       "interrupt translation table write");
  ++changes_;
  events_.erase(event_key(DeviceID, EventID));
  co_return ok ? ItsError::none : ItsError::MEMORY_FAULT;
}

Task<ItsError> ItsTranslator::write_collection(std::uint16_t ICID, CollectionEntry entry) {
  const unsigned entry_bytes = support_.collection_entry_bytes;
  const ItsTable table = registers_.collections();
  const std::optional<CollectionPlace> place = place_of(support_, table, ICID);
  if (!place) co_return ItsError::COLLECTION_OOR;
  if (place->inside) {
    inside_[ICID] = std::uint64_t{entry.valid} << 63 | entry.RDbase;
    co_return ItsError::none;
  }
  Located located{ItsError::none, table.address(place->index).value_or(0)};
  if (table.indirect) located = co_await locate(table, true, place->index);
  if (located.error != ItsError::none) co_return located.error;
  const ItsEntryBytes bytes = encode(entry, entry_bytes);
  const bool ok = co_await port_.write(located.address, std::span(bytes.data(), entry_bytes),
                                       "collection table write");
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
  level1_.erase_if(all, Departures::unknown);
}

}  // namespace doorbell::gic
