#pragma once

#include <array>
#include <optional>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/mapped_memory.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"
#include "doorbell/core/write_watch.h"
#include "doorbell/memory/arch/cache_tags.h"
#include "doorbell/memory/arch/parameters.h"
#include "doorbell/memory/arch/placement.h"
#include "doorbell/memory/data_channel.h"

namespace doorbell {
class AtomicAccess;
class CoherentAccess;
}  // namespace doorbell

namespace doorbell::memory {

/// A memory behind a last-level cache, at addresses [0, size).
///
/// A write is answered when all observers would see it: its data cross the write channel, and
/// `write_latency` passes. A read takes the latency of the cache or of the memory, then its data
/// cross the read channel. What an access is for (Requester::purpose) may say that it is always in
/// the cache, never, or on another node, which is as much further as `placement` says. Byte enables
/// select what is read or written. An access beyond the end is answered with
/// TLM_ADDRESS_ERROR_RESPONSE. An AtomicAccess takes a buffer entry of a write, the time of a read
/// and `atomic`. DMI is granted under loose timing only, but to a coherent cache
/// (CoherentAccess) under every timing and for good; what it tells of its writes leaves their lines
/// in a cache under approximate timing. A WriteWatch is kept under approximate timing only, and
/// only while nobody writes past this module without telling it.
class Ram : public Module {
 public:
  Ram(const sc_core::sc_module_name& name, const RamParameters& parameters,
      const PlacementParameters& placement = {});

  TargetSocket upstream;

  const RamParameters& parameters() const { return parameters_; }
  /// The bytes themselves, for tests and loaders.
  MappedMemory& storage() { return storage_; }

  std::string busy() const override;
  void settle() override;

 private:
  Task<void> serve(Payload& payload);
  Task<void> refuse(Payload& payload);
  Task<void> serve_read(Payload& payload);
  Task<void> serve_write(Payload& payload);
  Task<void> serve_ignored(Payload& payload);
  Task<void> serve_atomic(Payload& payload, AtomicAccess& access);
  Place place_of(const Payload& payload) const;
  Time distance(Place place) const;
  Time latency_of_read(const Payload& payload, Place place);
  void touch_cache(const Payload& payload, Place place);
  void take_store(std::uint64_t first, std::uint64_t last);
  void finish(Payload& payload);
  unsigned debug(Payload& payload);
  bool grant_dmi(Payload& payload, tlm::tlm_dmi& dmi);
  void grant_coherent(CoherentAccess& coherent);

  RamParameters parameters_;
  std::array<Place, memory_purposes> places_;
  Time remote_distance_;
  MappedMemory storage_;
  std::optional<CacheTags> tags_;
  Clock clock_;
  DataChannel read_channel_;
  DataChannel write_channel_;
  WriteWatches watches_;
  bool keeps_watches_ = true;
  QueueStatistics reads_;
  QueueStatistics writes_;
  Counter bytes_read_;
  Counter bytes_written_;
  Counter errors_;
  CacheStatistics cache_;
  TaskGroup tasks_{scheduler()};
};

}  // namespace doorbell::memory
