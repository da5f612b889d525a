#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "doorbell/core/arch/associative_cache.h"
#include "doorbell/core/arch/barrier.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/gic/arch/its_registers.h"
#include "doorbell/gic/arch/its_tables.h"
#include "doorbell/gic/arch/parameters.h"
#include "doorbell/gic/table_port.h"

namespace doorbell::gic {

/// Where an event leads, or why it leads nowhere.
struct Route {
  ItsError error = ItsError::none;
  std::uint32_t INTID = 0;
  std::uint32_t processor = 0;
};

/// The device, collection and interrupt translation tables of an ITS behind its caches (IHI 0069,
/// 5.2). Entries stay in use until a command changes them or others evict them; invalid ones are
/// never cached. Entries of first levels are software's: they have no command, and stay until
/// GITS_BASERn is written.
class ItsTranslator {
 public:
  template <typename Entry>
  struct Found {
    ItsError error = ItsError::none;
    Entry entry{};
  };

  ItsTranslator(Scheduler& scheduler, const StatisticsGroup& group, const ItsParameters& parameters,
                const ItsSupport& support, const ItsRegisters& registers, TablePort& port);

  /// The route when all caches hit; nothing when tables must be read. Counts hits and misses.
  std::optional<Route> look_up(std::uint32_t DeviceID, std::uint32_t EventID);
  /// The route by reading tables, after a `look_up` that found none. Waits for one of the
  /// translation slots.
  Task<Route> walk(std::uint32_t DeviceID, std::uint32_t EventID, JourneyHandle journey);
  /// Why `look_up` found none, as far as it is known; for those behind it.
  Holder why_walking(std::uint32_t DeviceID, std::uint32_t EventID) const;

  // Entries through the caches. Not counted as look-ups: commands use them too.
  Task<Found<DeviceEntry>> device(std::uint32_t DeviceID, JourneyHandle journey = {});
  Task<Found<InterruptEntry>> interrupt(std::uint32_t DeviceID, std::uint32_t EventID,
                                        JourneyHandle journey = {});
  Task<Found<CollectionEntry>> collection(std::uint16_t ICID, JourneyHandle journey = {});

  // For commands: changes in memory, after which no cache has what was there before.
  Task<ItsError> write_device(std::uint32_t DeviceID, DeviceEntry entry);
  Task<ItsError> write_interrupt(std::uint32_t DeviceID, std::uint32_t EventID,
                                 std::uint64_t address, InterruptEntry entry);
  Task<ItsError> write_collection(std::uint16_t ICID, CollectionEntry entry);

  /// The collections that the ITS holds inside, GITS_TYPER.HCC of them, for a checkpoint: Valid[63]
  /// and the processor.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.values("collections_inside", self.inside_);
  }

  /// A table is elsewhere: nothing of the old ones is used any more.
  void forget();
  /// The same as it was made: nothing is counted, and no reason is remembered.
  void settle() {
    devices_.reset();
    events_.reset();
    collections_.reset();
    level1_.reset();
  }

  const ItsSupport& support() const { return support_; }

 private:
  struct DeviceKey {
    std::uint32_t DeviceID = 0;
    bool operator==(const DeviceKey&) const = default;
    std::uint64_t set_hash() const { return DeviceID; }
    std::uint64_t group() const { return DeviceID; }
    std::uint64_t identity() const { return hash_of(DeviceID, 1); }
  };
  struct EventKey {
    std::uint32_t DeviceID = 0;
    std::uint32_t EventID = 0;
    std::uint64_t index = 0;  ///< of the set; follows from the others
    bool operator==(const EventKey& other) const {
      return DeviceID == other.DeviceID && EventID == other.EventID;
    }
    std::uint64_t set_hash() const { return index; }
    std::uint64_t group() const { return DeviceID; }
    std::uint64_t identity() const { return hash_of(std::uint64_t{DeviceID} << 32 | EventID, 2); }
  };
  struct CollectionKey {
    std::uint16_t ICID = 0;
    bool operator==(const CollectionKey&) const = default;
    std::uint64_t set_hash() const { return ICID; }
    std::uint64_t group() const { return ICID; }
    std::uint64_t identity() const { return hash_of(ICID, 3); }
  };
  /// An entry of the first level of the device table, or of the collection table.
  struct Level1Key {
    bool of_collections = false;
    std::uint64_t index = 0;
    bool operator==(const Level1Key&) const = default;
    std::uint64_t set_hash() const { return index; }
    std::uint64_t group() const { return index; }
    std::uint64_t identity() const { return hash_of(index << 1 | of_collections, 4); }
  };
  struct Located {
    ItsError error = ItsError::none;
    std::uint64_t address = 0;
  };
  /// Where entry `index` of a table of two levels is. The table contains it.
  Task<Located> locate(ItsTable table, bool of_collections, std::uint64_t index,
                       JourneyHandle journey = {});
  /// Counts the look-up of a first level that a walk is going to make.
  void count_level1(const ItsTable& table, bool of_collections, std::uint64_t index);
  void count_collection(std::uint16_t ICID);
  CollectionEntry collection_inside(std::uint64_t ICID) const;
  /// Spreads the vectors of one device over the sets, and those of different devices over different
  /// sets.
  EventKey event_key(std::uint32_t DeviceID, std::uint32_t EventID) const;
  // Nothing when its departure isn't known.
  Holder why_event_missing(const EventKey& key) const;
  Holder why_device_missing(std::uint32_t DeviceID) const;
  Holder why_collection_missing(std::uint16_t ICID) const;
  Holder why_level1_missing(Level1Key key) const;

  ItsSupport support_;
  const ItsRegisters& registers_;
  TablePort& port_;
  CacheStatistics device_statistics_;
  CacheStatistics event_statistics_;
  CacheStatistics collection_statistics_;
  CacheStatistics level1_statistics_;
  AssociativeCache<DeviceKey, DeviceEntry> devices_;
  AssociativeCache<EventKey, InterruptEntry> events_;
  unsigned event_index_bits_;
  AssociativeCache<CollectionKey, CollectionEntry> collections_;
  AssociativeCache<Level1Key, std::uint64_t> level1_;
  std::vector<std::uint64_t> inside_;  ///< collections by ICID
  std::uint64_t changes_ = 0;  ///< of tables by commands: a read that overlaps one isn't cached
  Slots walks_;
};

}  // namespace doorbell::gic
