#pragma once

#include <array>
#include <cstdint>

#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/statistics_kinds.h"
#include "doorbell/gic/arch/lpi_tables.h"
#include "doorbell/gic/table_port.h"

namespace doorbell::gic {

/// A redistributor's LPI Pending table in memory (IHI 0069, 5.1.1.2): a bit for each INTID, read
/// and written in bursts or one at a time. Who changes it holds the table meanwhile.
class LpiPendingTable {
 public:
  static constexpr unsigned burst_bytes = 64;
  using Burst = std::array<std::uint8_t, burst_bytes>;
  /// INTIDs below have their bits in the part that is IMPLEMENTATION DEFINED.
  static constexpr std::uint64_t first_byte = first_lpi / 8;

  /// `errors` counts accesses that are answered with an error.
  LpiPendingTable(Scheduler& scheduler, const StatisticsGroup& group, TablePort& port,
                  Counter& errors)
      : port_(port), errors_(errors), user_(scheduler, group, "pending_table", 1) {}

  /// To hold the table: `Slot slot = co_await table.acquire()`.
  auto acquire() { return user_.acquire(); }

  /// `offset`: of the first byte, a multiple of `burst_bytes`. False after an error.
  Task<bool> read(const LpiTables& tables, std::uint64_t offset, Burst& burst);
  Task<void> write(const LpiTables& tables, std::uint64_t offset, const Burst& burst);
  /// One bit: a byte is read and written.
  Task<void> write_bit(const LpiTables& tables, std::uint32_t INTID, bool pending);

 private:
  static constexpr const char* what = "LPI pending table";

  TablePort& port_;
  Counter& errors_;
  Slots user_;
};

}  // namespace doorbell::gic
