#pragma once

#include <cstdint>

namespace doorbell::smmu {

class CounterGroup;

/// Architected performance events (IHI 0070 10.3).
enum class MonitorEvent : std::uint8_t {
  clock_cycle = 0,
  transaction = 1,           ///< A transaction of a TBU's, a translation request of a TCU's.
  tlb_miss = 2,              ///< It depends on a walk, or on a translation request.
  configuration_miss = 3,    ///< It depends on a fetch of configuration structures.
  table_access = 4,          ///< Of a walk: a read, or an update.
  configuration_access = 5,  ///< A read of a configuration structure.
  ats_request = 6,           ///< However it ends.
  ats_translated = 7,        ///< However it ends.
};

/// What a request has not found in caches: however often, it counts once (IHI 0070 10.3).
struct Misses {
  bool translation = false;    ///< Event 2.
  bool configuration = false;  ///< Event 3.

  Misses& operator|=(const Misses& other) {
    translation |= other.translation;
    configuration |= other.configuration;
    return *this;
  }
};

/// What a part of an SMMU tells its performance monitor counter group, if it has one. While nothing
/// counts an event, telling it costs the test of a byte.
class MonitoredEvents {
 public:
  void count(MonitorEvent event, std::uint32_t stream_id) {
    if (counted_ != 0) [[unlikely]]
      tell(event, stream_id);
  }
  void count(const Misses& misses, std::uint32_t stream_id) {
    if (misses.translation) count(MonitorEvent::tlb_miss, stream_id);
    if (misses.configuration) count(MonitorEvent::configuration_miss, stream_id);
  }

 private:
  friend class CounterGroup;
  void tell(MonitorEvent event, std::uint32_t stream_id);

  std::uint8_t counted_ = 0;  ///< A bit for each event that a counter counts.
  CounterGroup* group_ = nullptr;
};

}  // namespace doorbell::smmu
