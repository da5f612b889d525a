#include "doorbell/smmu/translator.h"

namespace doorbell::smmu {
Translator::Translator(const Clock& clock, const StatisticsGroup& group,
                       const SmmuParameters& parameters, StageId stage, unsigned tbus,
                       const Parts& parts)
    : scheduler_(clock.scheduler()),
      features_(parameters.features()),
      contiguous_entries_(parameters.contiguous_entries),
      stage_(stage),
      parts_(parts),
      slots_(scheduler_, group, "translation_slots", parameters.tcu.translation_slots),
      turns_(scheduler_, clock, group, slots_, tbus),
      under_way_(scheduler_),
      translated_(
          group, "translated",
          {"transactions", Better::neither, "Requests of TBUs that got a translation or bypass"}),
      terminated_recorded_(group, "terminated_recorded",
                           {"transactions", Better::lower, "Terminated, the event recorded"}),
      terminated_suppressed_(
          group, "terminated_suppressed",
          {"transactions", Better::lower, "Terminated, by configuration without an event"}),
      terminated_lost_(group, "terminated_lost",
                       {"transactions", Better::lower, "Terminated, the event lost"}),
      doorbells_recorded_(
          group, "terminated_doorbells_recorded",
          {"doorbells", Better::lower, "MSIs among the terminated with an event recorded"}),
      doorbells_suppressed_(
          group, "terminated_doorbells_suppressed",
          {"doorbells", Better::lower, "MSIs among the terminated without an event"}),
      doorbells_lost_(
          group, "terminated_doorbells_lost",
          {"doorbells", Better::lower, "MSIs among the terminated with the event lost"}) {
  if (parts.stalls == nullptr) return;
  terminated_stalled_ = std::make_unique<Counter>(
      group, "terminated_stalled",
      StatisticInfo{"transactions", Better::lower,
                    "Terminated after a stall, by CMD_RESUME, CMD_STALL_TERM or SMMUEN = 0"});
  doorbells_stalled_ = std::make_unique<Counter>(
      group, "terminated_doorbells_stalled",
      StatisticInfo{"doorbells", Better::lower, "MSIs among the terminated after a stall"});
}

/// What stalls gives its slot back, and nobody waits for it but its TBU. Once retried, it is as if
/// it had just arrived (IHI 0070 3.12.2), and all of its events count as those of a new one (10.3).
Task<void> Translator::serve(unsigned tbu, dti::TranslationRequest request) {
  const JourneyHandle journey = request.journey;
  const std::uint32_t stream_id = request.stream.stream_id;
  dti::TranslationAnswer answer;
  std::optional<StallTable::Index> place;
  unsigned epoch = 0;
  while (true) {
    parts_.monitored.count(MonitorEvent::transaction, stream_id);
    journey.enter(stage_, scheduler_.now());
    bool stalled = false;
    {
      Slot slot = co_await turns_.take(tbu, Holder{"translation of stream", stream_id}, journey);
      epoch = under_way_.enter();
      const InvalidationLog::Epoch start = parts_.log.epoch();
      TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored, stream_id,
                              start, slot, journey);
      const TranslationOutcome outcome =
          co_await translate(global(), {request.stream, request.address, request.access}, access);
      parts_.monitored.count(access.misses(), stream_id);
      stalled = stalls(outcome, tbu, request, place);
      if (!stalled) answer = answer_of(outcome, start, request);
    }
    if (!stalled) break;
    under_way_.leave(epoch);
    const StallEnd end = co_await parts_.stalls->end_of(*place, journey);
    if (end == StallEnd::retry) continue;
    journey.enter(stage_, scheduler_.now());
    epoch = under_way_.enter();
    answer.result = terminated_by(end, request);
    break;
  }
  answer.token = request.token;
  journey.serve(scheduler_.now(), "DTI");
  parts_.links.answer(tbu, answer);
  under_way_.leave(epoch);
  if (place) parts_.stalls->give_back(*place);
}

/// Whether it stalls, and has a place to do so: it then has stalled when this returns.
bool Translator::stalls(const TranslationOutcome& outcome, unsigned tbu,
                        const dti::TranslationRequest& request,
                        std::optional<StallTable::Index>& place) {
  if (outcome.kind != TranslationOutcome::Kind::stalled || request.flow != dti::Flow::stall ||
      !parts_.registers.enabled()) {
    return false;
  }
  if (!place) place = parts_.stalls->take_place(tbu);
  if (!place) return false;
  parts_.stalls->begin(*place, {request.stream, request.address, request.access}, outcome.event);
  return true;
}

dti::TranslationAnswer Translator::answer_of(const TranslationOutcome& outcome,
                                             InvalidationLog::Epoch start,
                                             const dti::TranslationRequest& request) {
  dti::TranslationAnswer answer;
  if (outcome.kind != TranslationOutcome::Kind::translated) {
    terminate(outcome, request);
    if (outcome.kind == TranslationOutcome::Kind::raz_wi)
      answer.result = dti::TranslationAnswer::Result::raz_wi;
    return answer;
  }
  translated_.add();
  answer.result = dti::TranslationAnswer::Result::translated;
  answer.entry = outcome.entry;
  const TlbEntry& e = outcome.entry;
  answer.may_cache =
      !e.leaf.uncached && !parts_.log.configuration_affected(start, request.stream.stream_id) &&
      !parts_.log.leaf_affected(start, e.tag,
                                canonical(e.input_base) & ~low_mask(e.invalidation_size_log2()),
                                e.invalidation_size_log2(), e.leaf.level);
  return answer;
}

dti::TranslationAnswer::Result Translator::terminated_by(StallEnd end,
                                                         const dti::TranslationRequest& request) {
  terminated_stalled_->add();
  if (request.journey) doorbells_stalled_->add();
  return end == StallEnd::raz_wi ? dti::TranslationAnswer::Result::raz_wi
                                 : dti::TranslationAnswer::Result::abort;
}

Task<void> Translator::prefetch(Stream stream, std::optional<std::uint64_t> address) {
  Slot none;
  TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored, stream.stream_id,
                          parts_.log.epoch(), none, {});
  const GlobalConfiguration registers = global();
  if (address) {
    co_await translate(registers, {.stream = stream, .address = *address}, access);
  } else {
    StreamConfiguration configuration;
    co_await access.find_configuration(registers, stream, configuration);
  }
}

Task<TranslationOutcome> Translator::find(TranslationQuery query, Misses& misses, bool passive) {
  // As it was begun: a SMMUEN = 0 that follows waits.
  GlobalConfiguration registers = global();
  registers.inhibits_updates = passive;
  Slot slot = co_await slots_.acquire(Holder{"translation of stream", query.stream.stream_id}, {});
  const unsigned epoch = under_way_.enter();
  TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored,
                          query.stream.stream_id, parts_.log.epoch(), slot, {}, passive);
  const TranslationOutcome outcome = co_await translate(registers, query, access);
  misses |= access.misses();
  under_way_.leave(epoch);
  co_return outcome;
}

Task<std::optional<StreamTableEntry>> Translator::find_stream(std::uint32_t stream_id) {
  GlobalConfiguration registers = global();
  registers.only_ste = true;
  if (!registers.enabled) co_return std::nullopt;
  Slot none;
  TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored, stream_id,
                          parts_.log.epoch(), none, {});
  StreamConfiguration configuration;
  const Fault fault = co_await access.find_configuration(registers, {stream_id}, configuration);
  if (fault) co_return std::nullopt;
  co_return configuration.ste;
}

std::optional<std::uint64_t> Translator::translate_debug(const TranslationQuery& query,
                                                         const UntimedAccess::Read& read) const {
  UntimedAccess access(read);
  const TranslationOutcome outcome = run_now(translate(global(), query, access));
  if (outcome.kind != TranslationOutcome::Kind::translated) return std::nullopt;
  return outcome.entry.translate(query.address);
}

GlobalConfiguration Translator::global() const {
  return {.features = features_,
          .enabled = parts_.registers.enabled(),
          .aborts_when_disabled = parts_.registers.aborts_when_disabled(),
          .bypass_overrides = parts_.registers.bypass_overrides(),
          .records_bad_streams = parts_.registers.records_bad_streams(),
          .E2H = parts_.registers.extends_el2(),
          .ATSCHK = parts_.registers.checks_translated(),
          .stream_table = parts_.registers.stream_table(),
          .contiguous_entries = contiguous_entries_};
}

/// Every terminated transaction is counted as one of three; MSIs also apart.
void Translator::terminate(const TranslationOutcome& outcome,
                           const dti::TranslationRequest& request) {
  const bool doorbell{request.journey};
  // What would have stalled, had SMMUEN not become 0, ends as the stalled do (6.3.9.6).
  const bool too_late =
      outcome.kind == TranslationOutcome::Kind::stalled && !parts_.registers.enabled();
  if (outcome.event.type == EventType::none || outcome.suppressed || too_late) {
    terminated_suppressed_.add();
    if (doorbell) doorbells_suppressed_.add();
  } else if (parts_.events.record(outcome.event, outcome.MEV)) {
    terminated_recorded_.add();
    if (doorbell) doorbells_recorded_.add();
  } else {
    terminated_lost_.add();
    if (doorbell) doorbells_lost_.add();
  }
}

}  // namespace doorbell::smmu
