#include "doorbell/smmu/translator.h"

namespace doorbell::smmu {
namespace {

void set_stream(TranslationTag& tag, const Stream& stream) {
  tag.stream_id = stream.stream_id;
  tag.substream_id = stream.substream_id;
  tag.substream_valid = stream.substream_valid;
}

}  // namespace

Translator::Translator(Scheduler& scheduler, const StatisticsGroup& group,
                       const SmmuParameters& parameters, StageId stage, const Parts& parts)
    : scheduler_(scheduler),
      features_(parameters.features()),
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
  dti::TranslationAnswer answer{.token = request.token};
  unsigned epoch = 0;
  {
    Slot slot = co_await slots_.acquire(Holder{"translation of stream", stream.stream_id}, journey);
    epoch = under_way_.enter();
    const InvalidationLog::Epoch start = parts_.log.epoch();
    const Outcome outcome =
        co_await translate(stream, request.address, request.access, start, slot, journey);
    if (outcome.kind == Outcome::Kind::translated) {
      translated_.add();
      answer.translated = true;
      answer.entry = outcome.entry;
      const TlbEntry& e = outcome.entry;
      answer.may_cache = !parts_.log.configuration_affected(start, stream.stream_id) &&
                         !parts_.log.leaf_affected(start, e.tag, canonical(e.input_base),
                                                   e.leaf.size_log2, e.leaf.level);
    } else {
      terminate(outcome, request);
    }
  }
  journey.serve(scheduler_.now(), "DTI");
  parts_.links.answer(tbu, answer);
  under_way_.leave(epoch);
}

Task<Translator::Outcome> Translator::translate(Stream stream, std::uint64_t address, Access access,
                                                InvalidationLog::Epoch since, Slot& slot,
                                                JourneyHandle journey) {
  Outcome outcome;
  outcome.event = {.stream = stream, .access = access, .input_address = address};
  if (!parts_.registers.enabled()) {
    // SMMU_GBPA decides, and nothing is recorded (IHI 0070 6.3.14, 3.4).
    if (!parts_.registers.aborts_when_disabled()) outcome = bypass(stream, address, access, false);
    co_return outcome;
  }
  const ConfigurationUnit::Result found =
      co_await parts_.configurations.find(parts_.registers.stream_table(), stream, journey);
  outcome.event.fetch_address = found.fetch_address;
  if (found.fault != EventType::none) {
    outcome.event.type = found.fault;
    outcome.suppressed =
        found.fault == EventType::C_BAD_STREAMID && !parts_.registers.records_bad_streams();
    co_return outcome;
  }
  const StreamTableEntry& ste = found.configuration.ste;
  if (ste.aborts()) co_return outcome;
  if (ste.bypasses(stream)) co_return bypass(stream, address, access, true);

  const ContextDescriptor& cd = found.configuration.cd;
  TranslationTag tag;
  set_stream(tag, stream);
  tag.asid = cd.ASID;
  tag.granule = cd.regime.table[table_half(address)].granule;
  slot.relabel({"walk of page", canonical(address) >> tag.granule});
  const TableWalker::Result walk =
      co_await parts_.walker.walk(tag, cd.regime, address, since, journey);
  outcome.event.fetch_address = walk.fetch_address;
  outcome.event.type = walk.fault;
  if (walk.fault == EventType::none && !walk.leaf.permissions.allow(access)) {
    outcome.event.type = EventType::F_PERMISSION;
  }
  if (outcome.event.type != EventType::none) {
    outcome.suppressed = is_translation_fault(outcome.event.type) && !cd.R;
    co_return outcome;
  }
  outcome.kind = Outcome::Kind::translated;
  outcome.entry.input_base = address & ~low_mask(walk.leaf.size_log2);
  outcome.entry.tag = tag;
  outcome.entry.tag.global = !walk.leaf.not_global;
  outcome.entry.leaf = walk.leaf;
  outcome.entry.attributes = static_cast<std::uint8_t>(cd.MAIR >> (8 * walk.leaf.attribute_index));
  co_return outcome;
}

/// Identity over the whole output address range; beyond it an address size fault (IHI
/// 0070 3.4, 7.3.14), of which nothing is recorded while SMMUEN = 0.
Translator::Outcome Translator::bypass(const Stream& stream, std::uint64_t address,
                                       const Access& access, bool record) const {
  Outcome outcome;
  outcome.event = {.stream = stream, .access = access, .input_address = address};
  if ((address & ~low_mask(features_.output_address_bits)) != 0) {
    outcome.event.type = record ? EventType::F_ADDR_SIZE : EventType::none;
    return outcome;
  }
  outcome.kind = Outcome::Kind::translated;
  TlbEntry& entry = outcome.entry;
  set_stream(entry.tag, stream);
  entry.bypass = true;
  entry.leaf.size_log2 = features_.output_address_bits;
  entry.leaf.permissions = Permissions::everything();
  return outcome;
}

/// Every terminated transaction is counted as one of three; MSIs also apart.
void Translator::terminate(const Outcome& outcome, const dti::TranslationRequest& request) {
  const bool doorbell{request.journey};
  if (outcome.event.type == EventType::none || outcome.suppressed) {
    terminated_suppressed_.add();
    if (doorbell) doorbells_suppressed_.add();
  } else if (parts_.events.record(outcome.event)) {
    terminated_recorded_.add();
    if (doorbell) doorbells_recorded_.add();
  } else {
    terminated_lost_.add();
    if (doorbell) doorbells_lost_.add();
  }
}

}  // namespace doorbell::smmu
