#include "doorbell/gic/lpi_pending_table.h"

namespace doorbell::gic {

Task<bool> LpiPendingTable::read(const LpiTables& tables, std::uint64_t offset, Burst& burst) {
  const bool ok = co_await port_.read(tables.pending + offset, burst, what);
  if (!ok) errors_.add();
  co_return ok;
}

Task<void> LpiPendingTable::write(const LpiTables& tables, std::uint64_t offset,
                                  const Burst& burst) {
  const bool ok = co_await port_.write(tables.pending + offset, burst, what);
  if (!ok) errors_.add();
}

Task<void> LpiPendingTable::write_bit(const LpiTables& tables, std::uint32_t INTID, bool pending) {
  std::array<std::uint8_t, 1> byte{};
  const std::uint64_t address = tables.pending_address(INTID);
  bool ok = co_await port_.read(address, byte, what);
  const std::uint8_t mask = LpiTables::pending_mask(INTID);
  byte[0] = static_cast<std::uint8_t>(pending ? byte[0] | mask : byte[0] & ~mask);
  if (ok) ok = co_await port_.write(address, byte, what);
  if (!ok) errors_.add();
}

}  // namespace doorbell::gic
