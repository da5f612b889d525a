#include "doorbell/smmu/arch/procedure.h"

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/walk.h"

namespace doorbell::smmu {
namespace {

using Kind = TranslationOutcome::Kind;

void set_stream(TranslationTag& tag, const Stream& stream) {
  tag.stream_id = stream.stream_id;
  tag.substream_id = stream.substream_id;
  tag.substream_valid = stream.substream_valid;
}

/// Ends a translation with the event of a fault.
void terminate(TranslationOutcome& outcome, const Fault& fault) {
  outcome.event.type = fault.type;
  outcome.event.fetch_address = fault.fetch_address;
}

/// Identity over the whole output address range; beyond it an address size fault (IHI
/// 0070 3.4, 7.3.14), of which nothing is recorded while SMMUEN = 0.
void bypass(const Features& features, const TranslationQuery& query, bool record,
            TranslationOutcome& outcome) {
  if ((query.address & ~low_mask(features.output_address_bits)) != 0) {
    outcome.event.type = record ? EventType::F_ADDR_SIZE : EventType::none;
    return;
  }
  outcome.kind = Kind::translated;
  TlbEntry& entry = outcome.entry;
  set_stream(entry.tag, query.stream);
  entry.bypass = true;
  entry.leaf.size_log2 = features.output_address_bits;
  entry.leaf.permissions = Permissions::everything();
}

}  // namespace

Task<TranslationOutcome> translate(GlobalConfiguration global, TranslationQuery query,
                                   TableAccess& tables) {
  TranslationOutcome outcome;
  outcome.event = {.stream = query.stream, .access = query.access, .input_address = query.address};
  if (!global.enabled) {
    // SMMU_GBPA decides, and nothing is recorded (IHI 0070 6.3.14, 3.4).
    if (!global.aborts_when_disabled) bypass(global.features, query, false, outcome);
    co_return outcome;
  }
  StreamConfiguration configuration;
  const Fault unusable =
      co_await tables.find_configuration(global.stream_table, query.stream, configuration);
  if (unusable) {
    terminate(outcome, unusable);
    outcome.suppressed = unusable.type == EventType::C_BAD_STREAMID && !global.records_bad_streams;
    co_return outcome;
  }
  const StreamTableEntry& ste = configuration.ste;
  if (ste.aborts()) co_return outcome;
  if (ste.bypasses(query.stream)) {
    bypass(global.features, query, true, outcome);
    co_return outcome;
  }
  const ContextDescriptor& cd = configuration.cd;
  TranslationTag& tag = outcome.entry.tag;
  set_stream(tag, query.stream);
  tag.asid = cd.ASID;
  tag.granule = cd.regime.table[table_half(query.address)].granule;
  const WalkResult walk = co_await walk_stage1(cd.regime, tag, query.address, tables);
  Fault fault = walk.fault;
  if (!fault && !walk.leaf.permissions.allow(query.access)) fault.type = EventType::F_PERMISSION;
  if (fault) {
    terminate(outcome, fault);
    outcome.suppressed = is_translation_fault(fault.type) && !cd.R;
    co_return outcome;
  }
  outcome.kind = Kind::translated;
  outcome.entry.input_base = query.address & ~low_mask(walk.leaf.size_log2);
  tag.global = !walk.leaf.not_global;
  outcome.entry.leaf = walk.leaf;
  outcome.entry.attributes = static_cast<std::uint8_t>(cd.MAIR >> (8 * walk.leaf.attribute_index));
  co_return outcome;
}

}  // namespace doorbell::smmu
