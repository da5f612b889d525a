// The part of LpiController that keeps the LPI Pending table in memory (IHI 0069, 5.1.1.2).
#include "doorbell/gic/lpi_controller.h"

namespace doorbell::gic {
namespace {

constexpr unsigned burst_bytes = 64;

}  // namespace

void LpiController::enable(const LpiTables& tables, bool pending_table_zero) {
  tables_ = tables;
  enabled_ = true;
  cache_.invalidate_all();
  if (pending_table_zero || tables_.lpis() == 0) {
    for (const std::uint32_t INTID : spilled_.intids())
      forget(INTID);
  } else {
    tasks_.spawn(restore(spilled_.intids()));
  }
  update();
}

void LpiController::disable() {
  enabled_ = false;
  tasks_.spawn(write_back());
  update();
}

void LpiController::forget(std::uint32_t INTID) {
  Journey* const journey = spilled_.remove(INTID);
  counters_.cleared.add();
  environment_.journeys.finish(journey, Outcome::cleared, environment_.scheduler.now());
}

Task<void> LpiController::restore(std::vector<std::uint32_t> left_behind) {
  Slot slot = co_await table_.acquire();
  const LpiTables tables = tables_;
  auto left = left_behind.begin();
  std::array<std::uint8_t, burst_bytes> bytes{};
  for (std::uint64_t offset = first_lpi / 8; offset < tables.pending_bytes();
       offset += burst_bytes) {
    const bool ok = co_await port_.read(tables.pending + offset, bytes, "LPI pending table");
    if (!enabled_) co_return;
    if (!ok) {
      counters_.table_errors.add();
      continue;
    }
    for (unsigned bit = 0; bit < burst_bytes * 8; ++bit) {
      const auto INTID = static_cast<std::uint32_t>(offset * 8 + bit);
      const bool set = ((bytes[bit / 8] >> (bit % 8)) & 1) != 0;
      const bool was_written_back = left != left_behind.end() && *left == INTID;
      if (was_written_back) ++left;
      if (set && !is_pending(INTID)) {
        counters_.restored.add();
        admit(INTID, {}, nullptr);
        update();
      } else if (!set && was_written_back && spilled_.contains(INTID)) {
        forget(INTID);  // software took it out of the table
        update();
      }
      if (set) co_await load_configuration(INTID);
    }
  }
}

Task<void> LpiController::write_back() {
  callbacks_.write_pending(true);
  Slot slot = co_await table_.acquire();
  // All bits are written: those that aren't pending any more were read at the beginning, or
  // spilled.
  const LpiTables tables = tables_;
  std::array<std::uint8_t, burst_bytes> bytes{};
  for (std::uint64_t offset = first_lpi / 8; offset < tables.pending_bytes();
       offset += burst_bytes) {
    for (unsigned bit = 0; bit < burst_bytes * 8; ++bit) {
      const bool pending = is_pending(static_cast<std::uint32_t>(offset * 8 + bit));
      if (bit % 8 == 0) bytes[bit / 8] = 0;
      if (pending) bytes[bit / 8] |= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    if (!co_await port_.write(tables.pending + offset, bytes, "LPI pending table"))
      counters_.table_errors.add();
  }
  for (const std::uint32_t INTID : pending_.intids()) {
    const LpiConfiguration configuration = pending_.configuration(INTID);
    spilled_.insert(INTID, configuration, pending_.remove(INTID));
    cache_.let_go();
  }
  update();
  callbacks_.write_pending(false);
}

Task<void> LpiController::write_pending_bit(std::uint32_t INTID, bool pending) {
  Slot slot = co_await table_.acquire();
  if (!enabled_) co_return;  // the whole table is written then
  std::array<std::uint8_t, 1> byte{};
  const std::uint64_t address = tables_.pending_address(INTID);
  bool ok = co_await port_.read(address, byte, "LPI pending table");
  const std::uint8_t mask = LpiTables::pending_mask(INTID);
  byte[0] = static_cast<std::uint8_t>(pending ? byte[0] | mask : byte[0] & ~mask);
  if (ok) ok = co_await port_.write(address, byte, "LPI pending table");
  if (!ok) counters_.table_errors.add();
}

void LpiController::spill() {
  // Only once configurations are known, so that what has just arrived isn't taken for a masked one.
  while (cache_.overfull() && pending_.size() > 1) {
    const std::uint32_t INTID = pending_.victim();
    const LpiConfiguration configuration = pending_.configuration(INTID);
    spilled_.insert(INTID, configuration, pending_.remove(INTID));
    cache_.let_go();
    counters_.spilled.add();
    tasks_.start(write_pending_bit(INTID, true));
  }
}

void LpiController::bring_back(std::uint32_t INTID) {
  const LpiConfiguration configuration = spilled_.configuration(INTID);
  pending_.insert(INTID, configuration, spilled_.remove(INTID));
  cache_.hold();
  counters_.refilled.add();
  tasks_.start(write_pending_bit(INTID, false));
}

void LpiController::refill() {
  if (spilled_.size() == 0) return;
  // Masked ones stay in memory until they are enabled.
  while (spilled_.highest().valid() && cache_.has_room())
    bring_back(spilled_.highest().INTID);
  const PendingInterrupt waiting = spilled_.highest();
  if (waiting.valid() && waiting.priority < pending_.highest().priority) {
    bring_back(waiting.INTID);
    spill();
  }
}

}  // namespace doorbell::gic
