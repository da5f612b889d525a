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
            std::uint32_t reads, std::uint32_t writes)
      : memory_(memory),
        reads_(scheduler, group, "table_reads", reads),
        writes_(scheduler, group, "table_writes", writes) {}

  /// Fills `data` from `address` in physical memory; false when the access was answered with an
  /// error. `what` names it for whoever waits for its place.
  Task<bool> read(std::uint64_t address, std::span<std::uint8_t> data, const char* what,
                  Journey* journey = nullptr) {
    Slot slot = co_await reads_.acquire({what, address}, journey);
    co_return co_await memory_.read({}, address, data);
  }
  Task<bool> write(std::uint64_t address, std::span<const std::uint8_t> data, const char* what) {
    Slot slot = co_await writes_.acquire({what, address});
    co_return co_await memory_.write({}, address, data);
  }

 private:
  MemoryPort& memory_;
  Slots reads_;
  Slots writes_;
};

}  // namespace doorbell::gic
