#pragma once

#include <cstdint>

#include "doorbell/core/arch/memory_purpose.h"
#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/time.h"

namespace doorbell::memory {

/// Where what an access is for lives. ram: in the memory, and in the last-level cache what that
/// holds. cache: always in the cache, where it takes nobody's place. memory: never in the cache.
/// remote: as `ram`, on another node.
enum class Place : std::uint8_t { ram, cache, memory, remote };

/// Where tables, queues and data live: a question to ask of a design ("what if page tables were
/// remote"), by what they are for and not by address. Processors reach the same bytes as ever.
struct PlacementParameters {
  /// `same` is where the other tables of the SMMU are.
  enum class StreamTables : std::uint8_t { same, ram, cache, memory, remote };

  Place smmu_tables = Place::ram;
  StreamTables stream_tables = StreamTables::same;
  Place smmu_queues = Place::ram;
  Place its_tables = Place::ram;
  Place lpi_tables = Place::ram;
  Place data = Place::ram;
  Time remote_distance = 100 * nanosecond;  ///< What each access to another node takes more.

  Place place_of(MemoryPurpose purpose) const;
  void describe(ParameterGroup& group);
};

}  // namespace doorbell::memory
