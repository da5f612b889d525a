#include "doorbell/gic/lpi_controller.h"

namespace doorbell::gic {

using gic_message::Kind;

namespace {

/// What a message in the pipeline is about, for those behind it.
Holder holder_of(const gic_message::Request& request) {
  switch (request.kind) {
    case Kind::set_lpi:
      return {"arrival of INTID", request.intid};
    case Kind::clear_lpi:
      return {"CLEAR or DISCARD of INTID", request.intid};
    case Kind::move_lpi:
      return {"MOVI of INTID", request.intid};
    case Kind::invalidate_lpi:
      return {"INV of INTID", request.intid};
    case Kind::invalidate_all_lpis:
      return {"INVALL", Holder::no_number};
    case Kind::move_all:
      return {"MOVALL", Holder::no_number};
    case Kind::sync:
      return {"SYNC", Holder::no_number};
    default:
      return {"message about INTID", request.intid};
  }
}

}  // namespace

LpiController::LpiController(const Environment& environment, const StatisticsGroup& group,
                             TablePort& port, LpiCache& cache, Callbacks callbacks)
    : environment_(environment),
      port_(port),
      cache_(cache),
      callbacks_(std::move(callbacks)),
      counters_(group),
      pipeline_(environment.scheduler, group, "pipeline", 1),
      table_(environment.scheduler, group, "pending_table", 1),
      barrier_(environment.scheduler),
      tasks_(environment.scheduler) {
  cache_.add_user(*this);
}

Task<void> LpiController::handle(Request request) {
  Journey* const journey = request.journey;
  if (journey != nullptr) journey->enter(environment_.stage, environment_.scheduler.now());
  {
    Slot slot = co_await pipeline_.acquire(holder_of(request), journey);
    co_await environment_.clock.cycles(environment_.parameters.pipeline_cycles);
  }
  if (request.kind == Kind::set_lpi) {
    if (set(request)) {
      const unsigned epoch = barrier_.enter();
      co_await load_configuration(request.intid);
      barrier_.leave(epoch);
    }
    callbacks_.return_lpi_credit(request.source);
    co_return;
  }
  gic_message::Acknowledge answer{
      .kind = request.kind, .intid = request.intid, .token = request.token};
  const unsigned epoch = request.kind == Kind::sync ? 0 : barrier_.enter();
  switch (request.kind) {
    case Kind::clear_lpi: {
      const Removed removed = remove(request.intid);
      if (!removed.was_pending) break;
      counters_.cleared.add();
      environment_.journeys.finish(removed.journey, Outcome::cleared, environment_.scheduler.now());
      break;
    }
    case Kind::move_lpi:
    case Kind::move_all: {
      const Removed removed =
          request.kind == Kind::move_lpi ? remove(answer.intid) : remove_any(answer.intid);
      answer.was_pending = removed.was_pending;
      answer.journey = removed.journey;
      if (removed.was_pending) counters_.moved_out.add();
      break;
    }
    case Kind::invalidate_lpi:
      co_await invalidate(request.intid);
      break;
    case Kind::invalidate_all_lpis:
      co_await invalidate_all();
      break;
    case Kind::sync:
      co_await barrier_.wait();
      break;
    default:
      break;  // not for LPIs
  }
  if (request.kind != Kind::sync) barrier_.leave(epoch);
  callbacks_.return_command_credit(request.source);
  const bool asked = request.kind == Kind::sync || request.kind == Kind::move_lpi ||
                     request.kind == Kind::move_all;
  if (asked) callbacks_.acknowledge(request.source, answer);
}

LpiStatistics::Source& LpiController::source(const Request& request) {
  return request.by_command ? counters_.by_command : counters_.by_doorbell;
}

void LpiController::drop(const Request& request, Counter& reason) {
  if (request.moved) {
    counters_.moved_in_dropped.add();
  } else {
    source(request).dropped.add();
    reason.add();
  }
  environment_.journeys.finish(request.journey, Outcome::dropped_by_redistributor,
                               environment_.scheduler.now());
}

bool LpiController::set(const Request& request) {
  if (!enabled_) {
    drop(request, counters_.dropped_lpis_disabled);
    return false;
  }
  if (!tables_.contains(request.intid)) {
    drop(request, counters_.dropped_out_of_range);
    return false;
  }
  if (is_pending(request.intid)) {
    (request.moved ? counters_.moved_in_coalesced : source(request).coalesced).add();
    environment_.journeys.finish(request.journey, Outcome::coalesced, environment_.scheduler.now());
    return false;
  }
  (request.moved ? counters_.moved_in : source(request).made_pending).add();
  const LpiConfiguration* known = cache_.find(request.intid);
  // Until its configuration is known, it isn't deliverable.
  admit(request.intid, known != nullptr ? *known : LpiConfiguration{}, request.journey);
  if (known != nullptr) spill();
  update();
  return known == nullptr;
}

void LpiController::admit(std::uint32_t INTID, LpiConfiguration configuration, Journey* journey) {
  if (journey != nullptr && !configuration.enabled) {
    journey->wait(environment_.scheduler.now(), "configuration that enables it");
  }
  if (journey != nullptr && configuration.enabled) {
    journey->wait(environment_.scheduler.now(), "CPU interface", ahead_of(configuration));
  }
  pending_.insert(INTID, configuration, journey);
  cache_.hold();
}

LpiController::Removed LpiController::remove(std::uint32_t INTID) {
  Removed removed;
  if (pending_.contains(INTID)) {
    removed = {true, pending_.remove(INTID)};
    cache_.let_go();
    refill();
  } else if (spilled_.contains(INTID)) {
    removed = {true, spilled_.remove(INTID)};
    tasks_.start(write_pending_bit(INTID, false));
  }
  if (removed.was_pending) update();
  return removed;
}

LpiController::Removed LpiController::remove_any(std::uint32_t& INTID) {
  for (const PendingLpis<Journey*>* lpis : {&pending_, &spilled_}) {
    if (lpis->size() == 0) continue;
    INTID = lpis->victim();
    return remove(INTID);
  }
  return {};
}

Task<void> LpiController::load_configuration(std::uint32_t INTID) {
  for (;;) {
    if (!is_pending(INTID)) co_return;
    const std::uint64_t invalidations = cache_.invalidations();
    const Holder reason = cache_.why_missing(INTID);
    std::array<std::uint8_t, 1> byte{};
    // Its MSI may be taken back while this waits, so it is looked up afresh each time.
    Slots& places = port_.read_places();
    if (Journey* const waiting = unconfigured(INTID); waiting != nullptr && places.free() == 0) {
      waiting->wait(environment_.scheduler.now(), places.name(), places.oldest_holder());
    }
    const std::uint64_t address = tables_.configuration_address(INTID);
    const Holder holder{"LPI configuration read of INTID", INTID};
    const Slot place = co_await places.acquire(holder);
    if (Journey* const served = unconfigured(INTID)) {
      served->serve(environment_.scheduler.now(), "LPI configuration read", reason);
    }
    const bool ok = co_await port_.read_in(place, address, byte);
    // An invalidation meanwhile: what was read may be what it was meant to get rid of.
    if (invalidations != cache_.invalidations()) continue;
    if (!ok) counters_.table_errors.add();
    const LpiConfiguration configuration =
        ok ? LpiConfiguration::decode(byte[0], environment_.priority_bits) : LpiConfiguration{};
    if (ok) cache_.insert(INTID, configuration);
    configure(INTID, configuration);
    co_return;
  }
}

Task<void> LpiController::invalidate(std::uint32_t INTID) {
  cache_.invalidate(INTID);
  for (LpiConfigurationUser* const user : cache_.users()) {
    if (user->is_pending(INTID)) co_await user->load_configuration(INTID);
  }
}

Task<void> LpiController::invalidate_all() {
  cache_.invalidate_all();
  for (LpiConfigurationUser* const user : cache_.users())
    co_await user->reload_all();
}

Task<void> LpiController::reload_all() {
  std::vector<std::uint32_t> INTIDs = pending_.intids();
  const std::vector<std::uint32_t> in_memory = spilled_.intids();
  INTIDs.insert(INTIDs.end(), in_memory.begin(), in_memory.end());
  for (const std::uint32_t INTID : INTIDs)
    co_await load_configuration(INTID);
}

void LpiController::configure(std::uint32_t INTID, LpiConfiguration configuration) {
  if (pending_.contains(INTID)) {
    const bool was_enabled = pending_.configuration(INTID).enabled;
    Journey* const journey = pending_.payload(INTID);
    if (journey != nullptr && !configuration.enabled) {
      journey->wait(environment_.scheduler.now(), "configuration that enables it");
    } else if (journey != nullptr && !was_enabled) {
      journey->wait(environment_.scheduler.now(), "CPU interface", ahead_of(configuration));
    }
    pending_.reconfigure(INTID, configuration);
    spill();
  } else if (spilled_.contains(INTID)) {
    spilled_.reconfigure(INTID, configuration);
    refill();
  }
  update();
}

Journey* LpiController::unconfigured(std::uint32_t INTID) {
  const bool waits = pending_.contains(INTID) && !pending_.configuration(INTID).enabled;
  return waits ? pending_.payload(INTID) : nullptr;
}

/// The LPI that is more urgent than one of this configuration, or was there first.
Holder LpiController::ahead_of(LpiConfiguration configuration) const {
  const PendingInterrupt highest = pending_.highest();
  if (!highest.valid() || highest.priority > configuration.priority) return {};
  return {"pending INTID", highest.INTID};
}

Journey* LpiController::take(std::uint32_t INTID) {
  Journey* const journey = remove(INTID).journey;
  counters_.acknowledged.add();
  return journey;
}

Journey* LpiController::journey(std::uint32_t INTID) {
  if (pending_.contains(INTID)) return pending_.payload(INTID);
  return spilled_.contains(INTID) ? spilled_.payload(INTID) : nullptr;
}

void LpiController::update() {
  const Time now = environment_.scheduler.now();
  counters_.pending.set(static_cast<std::int64_t>(pending()), now);
  counters_.masked.set(static_cast<std::int64_t>(pending_.disabled() + spilled_.disabled()), now);
  callbacks_.changed();
}

}  // namespace doorbell::gic
