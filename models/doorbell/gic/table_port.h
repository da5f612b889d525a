#pragma once

#include <cstdint>
#include <span>

#include "doorbell/core/arch/slots.h"
#include "doorbell/core/memory_port.h"

namespace doorbell::gic {

/// A memory port with a bounded number of reads and writes outstanding: tables and queues of the
/// ITS and the redistributors.
class TablePort {
 public:
  TablePort(Scheduler& scheduler, const StatisticsGroup& group, MemoryPort& memory,
            std::uint32_t reads, std::uint32_t writes, Time distance = 0)
      : scheduler_(scheduler),
        memory_(memory),
        distance_(distance),
        reads_(scheduler, group, "table_reads", reads),
        writes_(scheduler, group, "table_writes", writes) {}

  /// Fills `data` from `address` in physical memory; false when the access was answered with an
  /// error. `what` names it for whoever waits for its place, and for the Journey of the MSI that
  /// needs it; `reason` is what made it necessary.
  Task<bool> read(std::uint64_t address, std::span<std::uint8_t> data, const char* what,
                  JourneyHandle journey = {}, Holder reason = {}) {
    Slot slot = co_await reads_.acquire({what, address}, journey);
    journey.serve(scheduler_.now(), what, reason);
    if (distance_ != 0) co_await Delay{scheduler_, distance_};
    const bool ok = co_await memory_.read({}, address, data);
    journey.serve(scheduler_.now());
    co_return ok;
  }
  /// In two steps, for whoever must look in between whether its MSI is still there: a place, and
  /// the read that holds it.
  Slots& read_places() { return reads_; }
  Task<bool> read_in(const Slot&, std::uint64_t address, std::span<std::uint8_t> data) {
    return memory_.read({}, address, data);
  }
  Task<bool> write(std::uint64_t address, std::span<const std::uint8_t> data, const char* what) {
    Slot slot = co_await writes_.acquire({what, address});
    if (distance_ != 0) co_await Delay{scheduler_, distance_};
    co_return co_await memory_.write({}, address, data);
  }

 private:
  Scheduler& scheduler_;
  MemoryPort& memory_;
  Time distance_;  ///< what each access takes more
  Slots reads_;
  Slots writes_;
};

}  // namespace doorbell::gic
