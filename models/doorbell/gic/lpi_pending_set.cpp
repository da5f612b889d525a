#include "doorbell/gic/lpi_pending_set.h"

#include <algorithm>
#include <utility>

namespace doorbell::gic {

LpiPendingSet::LpiPendingSet(const Environment& environment, const StatisticsGroup& group,
                             TablePort& port, LpiCache& cache, LpiStatistics& counters,
                             std::function<void()> changed, std::function<void(bool)> write_pending)
    : environment_(environment),
      port_(port),
      cache_(cache),
      counters_(counters),
      changed_(std::move(changed)),
      write_pending_(std::move(write_pending)),
      table_(environment.scheduler, group, port, counters.table_errors),
      has_room_(environment.scheduler),
      tasks_(environment.scheduler) {
  cache_.add_user(*this);
}

bool LpiPendingSet::add(std::uint32_t INTID, JourneyHandle journey) {
  const LpiConfiguration* known = cache_.find(tables_.configuration, INTID);
  // Until its configuration is known, it isn't deliverable.
  admit(INTID, known != nullptr ? *known : LpiConfiguration{}, journey);
  if (known != nullptr) spill();
  update();
  return known == nullptr;
}

void LpiPendingSet::admit(std::uint32_t INTID, LpiConfiguration configuration,
                          JourneyHandle journey) {
  if (configuration.enabled) {
    journey.wait(environment_.scheduler.now(), "CPU interface", ahead_of(configuration));
  } else {
    journey.wait(environment_.scheduler.now(), "configuration that enables it");
  }
  pending_.insert(INTID, configuration, journey);
  cache_.hold();
}

LpiPendingSet::Removed LpiPendingSet::take_back(std::uint32_t INTID) {
  Removed removed;
  if (!enabled_) return removed;
  if (const auto cached = pending_.take(INTID)) {
    removed = {true, *cached};
    cache_.let_go();
    refill();
  } else if (const auto spilled = spilled_.take(INTID)) {
    removed = {true, *spilled};
    tasks_.start(write_bit(INTID, false));
  }
  if (removed.was_pending) update();
  return removed;
}

Task<void> LpiPendingSet::load_configuration(std::uint32_t INTID) {
  for (;;) {
    if (!enabled_ || !is_pending(INTID)) co_return;
    const std::uint64_t invalidations = cache_.invalidations();
    const Holder reason = cache_.why_missing(tables_.configuration, INTID);
    std::array<std::uint8_t, 1> byte{};
    // Its MSI may be taken back while this waits, so it is looked up afresh each time.
    Slots& places = port_.read_places();
    if (const JourneyHandle waiting = unconfigured(INTID); waiting && places.free() == 0) {
      waiting.wait(environment_.scheduler.now(), places.name(), places.oldest_holder());
    }
    const LpiTables tables = tables_;
    const std::uint64_t address = tables.configuration_address(INTID);
    const Holder holder{"LPI configuration read of INTID", INTID};
    const Slot place = co_await places.acquire(holder);
    if (const JourneyHandle served = unconfigured(INTID)) {
      served.serve(environment_.scheduler.now(), "LPI configuration read", reason);
    }
    const bool ok = co_await port_.read_in(place, address, byte);
    // An invalidation meanwhile: what was read may be what it was meant to get rid of.
    if (invalidations != cache_.invalidations()) continue;
    if (!ok) counters_.table_errors.add();
    const LpiConfiguration configuration =
        ok ? LpiConfiguration::decode(byte[0], environment_.priority_bits, two_states_)
           : LpiConfiguration{};
    if (ok) cache_.insert(tables.configuration, INTID, configuration);
    configure(INTID, configuration);
    co_return;
  }
}

std::vector<std::uint32_t> LpiPendingSet::intids() const {
  std::vector<std::uint32_t> INTIDs = pending_.intids();
  const std::vector<std::uint32_t> in_memory = spilled_.intids();
  INTIDs.insert(INTIDs.end(), in_memory.begin(), in_memory.end());
  return INTIDs;
}

Task<void> LpiPendingSet::reload_all() {
  const std::vector<std::uint32_t> INTIDs = intids();
  for (const std::uint32_t INTID : INTIDs) {
    if (is_crowded()) co_await wait_for_room();
    co_await load_configuration(INTID);
  }
}

void LpiPendingSet::configure(std::uint32_t INTID, LpiConfiguration configuration) {
  if (pending_.contains(INTID)) {
    const bool was_enabled = pending_.configuration(INTID).enabled;
    const JourneyHandle journey = pending_.payload(INTID);
    if (!configuration.enabled) {
      journey.wait(environment_.scheduler.now(), "configuration that enables it");
    } else if (!was_enabled) {
      journey.wait(environment_.scheduler.now(), "CPU interface", ahead_of(configuration));
    }
    pending_.reconfigure(INTID, configuration);
    spill();
  } else if (spilled_.contains(INTID)) {
    spilled_.reconfigure(INTID, configuration);
    refill();
  }
  update();
}

JourneyHandle LpiPendingSet::unconfigured(std::uint32_t INTID) {
  const bool waits = pending_.contains(INTID) && !pending_.configuration(INTID).enabled;
  return waits ? pending_.payload(INTID) : JourneyHandle{};
}

/// The LPI that is more urgent than one of this configuration, or was there first.
Holder LpiPendingSet::ahead_of(LpiConfiguration configuration) const {
  const PendingInterrupt highest = pending_.highest();
  if (!highest.valid() || highest.priority > configuration.priority) return {};
  return {"pending INTID", highest.INTID};
}

JourneyHandle LpiPendingSet::journey(std::uint32_t INTID) {
  if (const JourneyHandle* const found = pending_.find(INTID)) return *found;
  const JourneyHandle* const spilled = spilled_.find(INTID);
  return spilled != nullptr ? *spilled : JourneyHandle{};
}

void LpiPendingSet::update() {
  const Time now = environment_.scheduler.now();
  counters_.pending.set(static_cast<std::int64_t>(size()), now);
  counters_.masked.set(static_cast<std::int64_t>(pending_.disabled() + spilled_.disabled()), now);
  changed_();
}

// Between the cache and the Pending table in memory (IHI 0069, 5.1.1.2).

void LpiPendingSet::enable(const LpiTables& tables, bool pending_table_zero) {
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

void LpiPendingSet::disable() {
  enabled_ = false;
  tasks_.spawn(write_back());
  update();
}

void LpiPendingSet::forget(std::uint32_t INTID) {
  const JourneyHandle journey = spilled_.remove(INTID);
  counters_.cleared.add();
  environment_.journeys.finish(journey, Outcome::cleared, environment_.scheduler.now());
}

Task<void> LpiPendingSet::restore(std::vector<std::uint32_t> left_behind) {
  Slot slot = co_await table_.acquire();
  const LpiTables tables = tables_;
  auto left = left_behind.begin();
  LpiPendingTable::Burst burst{};
  for (std::uint64_t offset = LpiPendingTable::first_byte; offset < tables.pending_bytes();
       offset += burst.size()) {
    const bool ok = co_await table_.read(tables, offset, burst);
    if (!enabled_) co_return;
    if (!ok) continue;
    for (unsigned bit = 0; bit < burst.size() * 8; ++bit) {
      const auto INTID = static_cast<std::uint32_t>(offset * 8 + bit);
      while (left != left_behind.end() && *left < INTID)
        ++left;  // of a burst that couldn't be read
      // Nearly all of a table is zeros.
      const bool left_in_byte = left != left_behind.end() && *left < INTID + 8;
      if (bit % 8 == 0 && burst[bit / 8] == 0 && !left_in_byte) {
        bit += 7;
        continue;
      }
      const bool set = ((burst[bit / 8] >> (bit % 8)) & 1) != 0;
      const bool was_written_back = left != left_behind.end() && *left == INTID;
      if (was_written_back) ++left;
      if (set && !is_pending(INTID)) {
        counters_.restored.add();
        if (cache_.has_room()) {
          admit(INTID, {}, {});
        } else {
          spilled_.insert(INTID, {}, {});  // where it is already
        }
        update();
      } else if (!set && was_written_back && spilled_.contains(INTID)) {
        forget(INTID);  // software took it out of the table
        update();
      }
      if (set) co_await load_configuration(INTID);
    }
  }
}

/// While LPIs are disabled those that are left behind are in the table, which is read again.
void LpiPendingSet::settle() {
  std::vector<std::uint32_t> INTIDs = pending_.intids();
  for (const std::uint32_t INTID : INTIDs) {
    drop_journey(pending_.remove(INTID));
    cache_.let_go();
  }
  for (const std::uint32_t INTID : spilled_.intids()) {
    drop_journey(spilled_.remove(INTID));
    INTIDs.push_back(INTID);
  }
  if (!enabled_) return;
  std::sort(INTIDs.begin(), INTIDs.end());
  for (const std::uint32_t INTID : INTIDs)
    admit(INTID, {}, {});
  if (!INTIDs.empty()) tasks_.spawn(start_again(std::move(INTIDs)));
}

Task<void> LpiPendingSet::start_again(std::vector<std::uint32_t> INTIDs) {
  counters_.restored.add(INTIDs.size());
  update();
  for (const std::uint32_t INTID : INTIDs)
    co_await load_configuration(INTID);
}

void LpiPendingSet::drop_journey(JourneyHandle journey) {
  environment_.journeys.finish(journey, Outcome::cleared, environment_.scheduler.now());
}

Task<void> LpiPendingSet::write_back() {
  write_pending_(true);
  Slot slot = co_await table_.acquire();
  // All bits are written: those that aren't pending any more were read at the beginning, or
  // spilled.
  const LpiTables tables = tables_;
  LpiPendingTable::Burst burst{};
  for (std::uint64_t offset = LpiPendingTable::first_byte; offset < tables.pending_bytes();
       offset += burst.size()) {
    for (unsigned bit = 0; bit < burst.size() * 8; ++bit) {
      const bool pending = is_pending(static_cast<std::uint32_t>(offset * 8 + bit));
      if (bit % 8 == 0) burst[bit / 8] = 0;
      if (pending) burst[bit / 8] |= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    co_await table_.write(tables, offset, burst);
  }
  for (const std::uint32_t INTID : pending_.intids()) {
    const LpiConfiguration configuration = pending_.configuration(INTID);
    spilled_.insert(INTID, configuration, pending_.remove(INTID));
    cache_.let_go();
  }
  update();
  write_pending_(false);
}

}  // namespace doorbell::gic
