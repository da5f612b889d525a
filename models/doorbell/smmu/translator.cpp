#include "doorbell/smmu/translator.h"

#include "doorbell/smmu/translator_access.h"

namespace doorbell::smmu {
Translator::Translator(Scheduler& scheduler, const StatisticsGroup& group,
                       const SmmuParameters& parameters, StageId stage, const Parts& parts)
    : scheduler_(scheduler),
      features_(parameters.features()),
      contiguous_entries_(parameters.contiguous_entries),
      stage_(stage),
      parts_(parts),
      slots_(scheduler, group, "translation_slots", parameters.tcu.translation_slots),
      under_way_(scheduler),
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
          {"doorbells", Better::lower, "MSIs among the terminated with the event lost"}) {}

Task<void> Translator::serve(unsigned tbu, dti::TranslationRequest request) {
  const JourneyHandle journey = request.journey;
  journey.enter(stage_, scheduler_.now());
  const Stream& stream = request.stream;
  parts_.monitored.count(MonitorEvent::transaction, stream.stream_id);
  dti::TranslationAnswer answer{.token = request.token};
  unsigned epoch = 0;
  {
    Slot slot = co_await slots_.acquire(Holder{"translation of stream", stream.stream_id}, journey);
    epoch = under_way_.enter();
    const InvalidationLog::Epoch start = parts_.log.epoch();
    TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored,
                            stream.stream_id, start, slot, journey);
    const TranslationOutcome outcome =
        co_await translate(global(), {stream, request.address, request.access}, access);
    if (access.missed_translation())
      parts_.monitored.count(MonitorEvent::tlb_miss, stream.stream_id);
    if (access.missed_configuration())
      parts_.monitored.count(MonitorEvent::configuration_miss, stream.stream_id);
    if (outcome.kind == TranslationOutcome::Kind::translated) {
      translated_.add();
      answer.result = dti::TranslationAnswer::Result::translated;
      answer.entry = outcome.entry;
      const TlbEntry& e = outcome.entry;
      answer.may_cache =
          !e.leaf.uncached && !parts_.log.configuration_affected(start, stream.stream_id) &&
          !parts_.log.leaf_affected(start, e.tag,
                                    canonical(e.input_base) & ~low_mask(e.invalidation_size_log2()),
                                    e.invalidation_size_log2(), e.leaf.level);
    } else {
      terminate(outcome, request);
      if (outcome.kind == TranslationOutcome::Kind::raz_wi)
        answer.result = dti::TranslationAnswer::Result::raz_wi;
    }
  }
  journey.serve(scheduler_.now(), "DTI");
  parts_.links.answer(tbu, answer);
  under_way_.leave(epoch);
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

Task<TranslationOutcome> Translator::carry_out(AddressOperation operation) {
  // As it was begun: a SMMUEN = 0 that follows waits.
  GlobalConfiguration registers = global();
  registers.inhibits_updates = operation.inhibits_updates;
  Slot slot = co_await slots_.acquire(
      Holder{"translation of stream", operation.query.stream.stream_id}, {});
  const unsigned epoch = under_way_.enter();
  TranslatorAccess access(parts_.configurations, parts_.walker, parts_.monitored,
                          operation.query.stream.stream_id, parts_.log.epoch(), slot, {},
                          operation.inhibits_updates);
  const TranslationOutcome outcome = co_await translate(registers, operation.query, access);
  under_way_.leave(epoch);
  co_return outcome;
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
          .stream_table = parts_.registers.stream_table(),
          .contiguous_entries = contiguous_entries_};
}

/// Every terminated transaction is counted as one of three; MSIs also apart.
void Translator::terminate(const TranslationOutcome& outcome,
                           const dti::TranslationRequest& request) {
  const bool doorbell{request.journey};
  if (outcome.event.type == EventType::none || outcome.suppressed) {
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
