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
      return {request.by_register ? "GICR_CLRLPIR of INTID" : "CLEAR or DISCARD of INTID",
              request.intid};
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
      cache_(cache),
      callbacks_(std::move(callbacks)),
      counters_(group, environment.direct_lpis),
      lpis_({environment.scheduler, environment.journeys, environment.priority_bits,
             environment.parameters.pending_table_changes},
            group, port, cache, counters_, callbacks_.changed, callbacks_.write_pending),
      pipeline_(environment.scheduler, group, "pipeline", 1),
      barrier_(environment.scheduler),
      tasks_(environment.scheduler) {}

Task<void> LpiController::handle(Request request) {
  const JourneyHandle journey = request.journey;
  journey.enter(environment_.stage, environment_.scheduler.now());
  {
    Slot slot = co_await pipeline_.acquire(holder_of(request), journey);
    co_await environment_.clock.cycles(environment_.parameters.pipeline_cycles);
  }
  if (request.kind == Kind::set_lpi) {
    if (set(request)) {
      const unsigned epoch = barrier_.enter();
      co_await lpis_.load_configuration(request.intid);
      barrier_.leave(epoch);
    }
    if (lpis_.is_crowded()) co_await lpis_.wait_for_room();
    if (!request.by_register) callbacks_.return_lpi_credit(request.source);
    co_return;
  }
  gic_message::Acknowledge answer{
      .kind = request.kind, .intid = request.intid, .token = request.token};
  const unsigned epoch = request.kind == Kind::sync ? 0 : barrier_.enter();
  switch (request.kind) {
    case Kind::clear_lpi: {
      const LpiPendingSet::Removed removed = take_back(request.intid);
      if (!removed.was_pending) break;
      counters_.cleared.add();
      environment_.journeys.finish(removed.journey, Outcome::cleared, environment_.scheduler.now());
      break;
    }
    case Kind::move_lpi:
    case Kind::move_all: {
      const LpiPendingSet::Removed removed = request.kind == Kind::move_lpi
                                                 ? take_back(answer.intid)
                                                 : take_back_marked(request, answer.intid);
      answer.was_pending = removed.was_pending;
      answer.journey = removed.journey;
      if (removed.was_pending) counters_.moved_out.add();
      break;
    }
    case Kind::invalidate_lpi:
      co_await invalidate(cache_, request.intid);
      break;
    case Kind::invalidate_all_lpis:
      co_await invalidate_all(cache_);
      break;
    case Kind::sync:
      co_await barrier_.wait();
      break;
    default:
      break;  // not for LPIs
  }
  if (request.kind != Kind::sync) barrier_.leave(epoch);
  if (lpis_.is_crowded()) co_await lpis_.wait_for_room();
  if (request.by_register) co_return;
  callbacks_.return_command_credit(request.source);
  const bool asked = request.kind == Kind::sync || request.kind == Kind::move_lpi ||
                     request.kind == Kind::move_all;
  if (asked) callbacks_.acknowledge(request.source, answer);
}

LpiPendingSet::Removed LpiController::take_back_marked(const Request& request,
                                                       std::uint32_t& INTID) {
  if (request.begins) moving_.begin(request.source, lpis_.intids());
  const std::optional<std::uint32_t> next = moving_.next(request.source);
  if (!next) return {};
  INTID = *next;
  return take_back(INTID);
}

LpiStatistics::Source& LpiController::source(const Request& request) {
  if (request.by_register) return request.journey ? *counters_.direct : *counters_.by_register;
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
  const bool by_doorbell = !request.moved && !request.by_command && !request.by_register;
  if (!request.journey && by_doorbell) [[unlikely]]
    counters_.without_journey.add();
  if (!lpis_.enabled()) {
    drop(request, counters_.dropped_lpis_disabled);
    return false;
  }
  if (!lpis_.in_tables(request.intid)) {
    drop(request, counters_.dropped_out_of_range);
    return false;
  }
  if (lpis_.is_pending(request.intid)) {
    (request.moved ? counters_.moved_in_coalesced : source(request).coalesced).add();
    environment_.journeys.finish(request.journey, Outcome::coalesced, environment_.scheduler.now());
    return false;
  }
  (request.moved ? counters_.moved_in : source(request).made_pending).add();
  return lpis_.add(request.intid, request.journey);
}

Task<void> LpiController::invalidate_by_register(std::optional<std::uint32_t> INTID,
                                                 Time link_latency) {
  {
    const Holder holder =
        INTID ? Holder{"GICR_INVLPIR of INTID", *INTID} : Holder{"GICR_INVALLR", Holder::no_number};
    Slot slot = co_await pipeline_.acquire(holder);
    co_await environment_.clock.cycles(environment_.parameters.pipeline_cycles);
  }
  const unsigned epoch = barrier_.enter();
  if (!other_caches_.empty()) co_await Delay{environment_.scheduler, 2 * link_latency};
  std::vector<LpiCache*> caches{&cache_};
  caches.insert(caches.end(), other_caches_.begin(), other_caches_.end());
  for (LpiCache* const cache : caches) {
    if (INTID) {
      co_await invalidate(*cache, *INTID);
    } else {
      co_await invalidate_all(*cache);
    }
  }
  barrier_.leave(epoch);
}

Task<void> LpiController::invalidate(LpiCache& cache, std::uint32_t INTID) {
  cache.invalidate(INTID);
  for (LpiConfigurationUser* const user : cache.users()) {
    if (user->is_pending(INTID)) co_await user->load_configuration(INTID);
  }
}

Task<void> LpiController::invalidate_all(LpiCache& cache) {
  cache.invalidate_all();
  for (LpiConfigurationUser* const user : cache.users())
    co_await user->reload_all();
}

JourneyHandle LpiController::take(std::uint32_t INTID) {
  const JourneyHandle journey = take_back(INTID).journey;
  counters_.acknowledged.add();
  return journey;
}

}  // namespace doorbell::gic
