#include "doorbell/smmu/arch/procedure.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/smmu/arch/configuration_lookup.h"
#include "doorbell/smmu/arch/contiguous.h"
#include "doorbell/smmu/arch/memory_attributes.h"
#include "doorbell/smmu/arch/walk.h"

namespace doorbell::smmu {
namespace {

using Kind = TranslationOutcome::Kind;

void set_stream(TranslationTag& tag, const Stream& stream) {
  tag.stream_id = stream.stream_id;
  tag.substream_id = stream.substream_id;
  tag.substream_valid = stream.substream_valid;
  tag.translated = stream.translated;
}

/// What a stage makes of translation related faults (5.5).
struct FaultModel {
  bool A = true;  ///< They abort: always in stage 2.
  bool R = true;
  bool S = false;  ///< They stall, whatever the others say.
};

/// Ends a translation with the event of a fault.
void terminate(TranslationOutcome& outcome, const Fault& fault, const FaultModel& model) {
  Event& event = outcome.event;
  event.type = fault.type;
  event.fetch_address = fault.fetch_address;
  event.stage2 = fault.stage2;
  event.event_class = fault.event_class;
  event.ipa = fault.ipa;
  event.table_write = fault.table_write;
  if (!is_translation_fault(fault.type)) return;
  outcome.suppressed = !model.R && !model.S;
  if (model.S) {
    outcome.kind = Kind::stalled;
  } else if (!model.A) {
    outcome.kind = Kind::raz_wi;
  }
}

bool beyond(std::uint64_t address, unsigned bits) {
  return (address & ~low_mask(bits)) != 0;
}

void set_attributes(TlbEntry& entry, const MemoryAttributes& attributes) {
  entry.attributes = encode_attribute(attributes);
  entry.leaf.shareability = static_cast<std::uint8_t>(attributes.shareability);
}

bool is_operation(const TranslationQuery& query) {
  return query.purpose != TranslationPurpose::transaction &&
         query.purpose != TranslationPurpose::ats_request;
}

/// Whether the stream has the stages that an operation is about (IHI 0070 9.1.3).
bool lacks_stage(const StreamTableEntry& ste, TranslationPurpose purpose) {
  switch (purpose) {
    case TranslationPurpose::stage1_operation:
      return !ste.has_stage1();
    case TranslationPurpose::stage2_operation:
      return !ste.has_stage2();
    case TranslationPurpose::operation:
      return !ste.has_stage1() || !ste.has_stage2();
    case TranslationPurpose::transaction:
    case TranslationPurpose::ats_request:
      break;
  }
  return false;
}

/// Identity over the whole output address range; beyond it an address size fault (IHI
/// 0070 3.4, 7.3.14), of which nothing is recorded while SMMUEN = 0.
void bypass(const Features& features, const TranslationQuery& query, bool record,
            const AttributeOverrides& overrides, TranslationOutcome& outcome) {
  if (beyond(query.address, features.output_address_bits)) {
    outcome.event.type = record ? EventType::F_ADDR_SIZE : EventType::none;
    return;
  }
  outcome.kind = Kind::translated;
  TlbEntry& entry = outcome.entry;
  set_stream(entry.tag, query.stream);
  entry.bypass = true;
  entry.leaf.size_log2 = features.output_address_bits;
  entry.leaf.permissions = Permissions::everything();
  set_attributes(entry, override_attributes(MemoryAttributes::of_incoming(), overrides));
}

EventType permission_fault(const Leaf& leaf, const Access& access) {
  return leaf.permissions.allow(access) ? EventType::none : EventType::F_PERMISSION;
}

/// Attributes of what stage 2 maps, which had `above` before (IHI 0070 13.1.5, 13.1.6).
MemoryAttributes through_stage2(const MemoryAttributes& above, const Stage2Regime& regime,
                                const Leaf& leaf) {
  if (regime.S2FWB) return force(above, leaf.attribute_index, leaf.shareability);
  return combine(above, decode_stage2_attributes(leaf.attribute_index, leaf.shareability));
}

/// What stage 1 makes of the input: `entry`, whose leaf's output is an IPA if there is a stage 2.
Task<Fault> translate_stage1(const GlobalConfiguration& global,
                             const StreamConfiguration& configuration, const Stage2* stage2,
                             const TranslationQuery& query, TlbEntry& entry, TableAccess& tables) {
  const ContextDescriptor& cd = configuration.cd;
  entry.tag.asid = cd.ASID;
  entry.tag.vmid = configuration.ste.stage2.S2VMID;
  entry.tag.world = configuration.ste.world(global.E2H);
  entry.tag.stages = stage2 != nullptr ? Stages::both : Stages::stage1;
  const TranslationTable& table = cd.regime.table[table_half(query.address)];
  entry.tag.granule = table.granule;
  const WalkResult walk =
      co_await walk_stage1(cd.regime, stage2, entry.tag, query.address, query.access, tables);
  if (walk.fault) co_return walk.fault;
  entry.leaf = global.contiguous_entries
                   ? as_group(walk.leaf, table.granule, table.input_bits, query.address)
                   : walk.leaf;
  entry.tag.global = !walk.leaf.not_global;
  const auto attribute = static_cast<std::uint8_t>(cd.MAIR >> (8 * walk.leaf.attribute_index));
  set_attributes(entry, decode_stage1_attributes(attribute, walk.leaf.shareability));
  co_return Fault{permission_fault(walk.leaf, query.access)};
}

/// Puts the leaf of stage 2 below that of stage 1: what both map, as both allow it. Invalidations
/// by address go by stage 1, with all of its page or block (DDI 0487 D8.17).
void combine(TlbEntry& entry, std::uint64_t ipa, const Leaf& below) {
  Leaf& leaf = entry.leaf;
  entry.invalidation_log2 = leaf.size_log2;
  leaf.size_log2 = std::min(leaf.size_log2, below.size_log2);
  leaf.output_base =
      (below.output_base | (ipa & low_mask(below.size_log2))) & ~low_mask(leaf.size_log2);
  leaf.permissions = leaf.permissions & below.permissions;
  leaf.uncached |= below.uncached;
}

/// Stage 2 of what is the input or, in `entry`, the output of stage 1.
Task<Fault> translate_stage2(const Stage2& stage2, const TranslationQuery& query, bool after_stage1,
                             bool contiguous_entries, const AttributeOverrides& overrides,
                             TlbEntry& entry, TableAccess& tables) {
  const std::uint64_t ipa = after_stage1 ? entry.translate(query.address) : query.address;
  const WalkResult walk = co_await walk_stage2(stage2, ipa, EventClass::in, query.access, tables);
  Fault fault = walk.fault;
  if (fault) co_return fault;
  fault.type = permission_fault(walk.leaf, query.access);
  const Leaf leaf = contiguous_entries
                        ? as_group(walk.leaf, stage2.regime.granule, stage2.regime.input_bits, ipa)
                        : walk.leaf;
  const MemoryAttributes above =
      after_stage1 ? decode_stage1_attributes(entry.attributes, entry.leaf.shareability)
                   : override_attributes(MemoryAttributes::of_incoming(), overrides);
  if (after_stage1) {
    combine(entry, ipa, leaf);
  } else {
    entry.tag.vmid = stage2.tag.vmid;
    entry.tag.stages = Stages::stage2;
    entry.tag.granule = stage2.tag.granule;
    entry.leaf = leaf;
  }
  set_attributes(entry, through_stage2(above, stage2.regime, walk.leaf));
  co_return fault;
}

/// While SMMUEN = 0 nobody is translated: SMMU_GBPA decides, and nothing is recorded but of ATS
/// (IHI 0070 6.3.14, 3.4, 3.9.1.2, 3.9.1.3).
void pass_disabled(const GlobalConfiguration& global, const TranslationQuery& query,
                   TranslationOutcome& outcome) {
  if (query.purpose == TranslationPurpose::ats_request) {
    outcome.denies_ats = true;
    outcome.event.type = EventType::F_BAD_ATS_TREQ;
  } else if (query.stream.translated) {
    outcome.event.type = EventType::F_TRANSL_FORBIDDEN;
  } else if (!global.aborts_when_disabled) {
    bypass(global.features, query, false, global.bypass_overrides, outcome);
  }
}

/// Whether the stream has ATS (3.9.1.2); of one that aborts nothing is recorded.
bool denies_ats(const StreamTableEntry& ste, const GlobalConfiguration& global, Event& event) {
  if (ste.aborts()) return true;
  if (ste.effective_EATS(global.ATSCHK) != 0) return false;
  event.type = EventType::F_BAD_ATS_TREQ;
  return true;
}

/// What both stages have made, for whoever asked with the attributes that came in.
void finish(const TranslationQuery& query, const AttributeOverrides& overrides,
            TranslationOutcome& outcome) {
  outcome.kind = Kind::translated;
  TlbEntry& entry = outcome.entry;
  entry.input_base = query.address & ~low_mask(entry.leaf.size_log2);
  entry.leaf.permissions = before_overrides(entry.leaf.permissions, overrides);
}

/// A Translated transaction (3.9.1.3), without privilege, instruction and SubstreamID (IDR3.PASIDTT
/// = 0). Configurations that forbid it otherwise than by EATS are silent, as are physical addresses
/// beyond what there is (3.9.1.1).
Task<void> pass_translated(GlobalConfiguration global, TranslationQuery query,
                           TranslationOutcome& outcome, TableAccess& tables) {
  if (!global.ATSCHK) {
    bypass(global.features, query, false, {}, outcome);
    co_return;
  }
  StreamConfiguration configuration;
  const StreamTableEntry& ste = configuration.ste;
  global.only_ste = true;
  Fault fault = co_await tables.find_configuration(global, query.stream, configuration);
  if (fault || ste.aborts()) co_return;
  const unsigned eats = ste.effective_EATS(global.ATSCHK);
  if (eats == 0) {
    outcome.event.type = EventType::F_TRANSL_FORBIDDEN;
    co_return;
  }
  // F_STREAM_DISABLED, for want of a SubstreamID.
  if (refused(ste, query.stream) != EventType::none) co_return;
  if (eats == 0b01) {
    bypass(global.features, query, false, {}, outcome);
    co_return;
  }
  // Of split-stage ATS it is an IPA, whose faults are those of any transaction (13.6.3). Of the
  // overrides only PRIVCFG and INSTCFG count (tables 13.4 and 13.5).
  query.access = override_access(query.access, ste.overrides);
  outcome.event.access = query.access;
  if (beyond(query.address, global.features.output_address_bits)) {
    outcome.event.type = EventType::F_ADDR_SIZE;
    co_return;
  }
  set_stream(outcome.entry.tag, query.stream);
  const Stage2 stage2(ste.stage2, false);
  fault = co_await translate_stage2(stage2, query, false, global.contiguous_entries, {},
                                    outcome.entry, tables);
  if (fault) {
    terminate(outcome, fault, {.R = ste.stage2.S2R});
    co_return;
  }
  finish(query, ste.overrides, outcome);
}

}  // namespace

Task<TranslationOutcome> translate(GlobalConfiguration global, TranslationQuery query,
                                   TableAccess& tables) {
  TranslationOutcome outcome;
  outcome.event = {.stream = query.stream, .access = query.access, .input_address = query.address};
  // Without ATS there is nothing Translated to be passed (5.2, EATS).
  if (query.stream.translated && !global.features.ats) co_return outcome;
  if (!global.enabled) {
    pass_disabled(global, query, outcome);
    co_return outcome;
  }
  if (query.stream.translated) {
    co_await pass_translated(global, query, outcome, tables);
    co_return outcome;
  }
  StreamConfiguration configuration;
  const StreamTableEntry& ste = configuration.ste;
  const bool only_stage2 = query.purpose == TranslationPurpose::stage2_operation;
  global.only_ste = only_stage2;
  Fault fault = co_await tables.find_configuration(global, query.stream, configuration);
  outcome.MEV = ste.MEV;
  // Of the STE, ahead of what is wrong with SubstreamID and CD (9.1.5).
  outcome.lacks_stage = configuration.has_ste && lacks_stage(ste, query.purpose);
  if (outcome.lacks_stage) co_return outcome;
  const bool for_atc = query.purpose == TranslationPurpose::ats_request;
  if (for_atc && configuration.has_ste && denies_ats(ste, global, outcome.event)) {
    outcome.denies_ats = true;
    co_return outcome;
  }
  if (fault) {
    terminate(outcome, fault, {.R = ste.stage2.S2R, .S = ste.stage2.S2S});
    if (fault.type == EventType::C_BAD_STREAMID) outcome.suppressed = !global.records_bad_streams;
    co_return outcome;
  }
  if (ste.aborts()) co_return outcome;
  const AttributeOverrides overrides = is_operation(query) ? AttributeOverrides{} : ste.overrides;
  query.access = override_access(query.access, overrides);
  outcome.event.access = query.access;  // as the overrides make it (7.3)
  if (global.inhibits_updates) configuration.inhibit_updates();
  const bool skips_stage1 = only_stage2 || ste.skips_stage1(query.stream);
  const bool skips_stage2 =
      !ste.has_stage2() || query.purpose == TranslationPurpose::stage1_operation;
  // What a bypassed stage 1 puts out is within IAS, which is OAS without VMSAv8-32 (3.4).
  const bool too_large = skips_stage1 && beyond(query.address, global.features.output_address_bits);
  if (too_large || (skips_stage1 && skips_stage2)) {
    bypass(global.features, query, true, overrides, outcome);
    outcome.ats_address = query.address;
    co_return outcome;
  }
  const Stage2 below(ste.stage2, !skips_stage1);
  const Stage2* const stage2 = ste.has_stage2() ? &below : nullptr;
  TlbEntry& entry = outcome.entry;
  set_stream(entry.tag, query.stream);
  if (!skips_stage1) {
    fault = co_await translate_stage1(global, configuration, stage2, query, entry, tables);
  }
  const std::uint64_t ipa = skips_stage1 ? query.address : entry.translate(query.address);
  if (!fault && !skips_stage2) {
    fault = co_await translate_stage2(*stage2, query, !skips_stage1, global.contiguous_entries,
                                      overrides, entry, tables);
  }
  if (fault) {
    const ContextDescriptor& cd = configuration.cd;
    terminate(outcome, fault,
              fault.stage2 ? FaultModel{.R = ste.stage2.S2R, .S = ste.stage2.S2S}
                           : FaultModel{.A = cd.A, .R = cd.R, .S = cd.S});
    co_return outcome;
  }
  finish(query, overrides, outcome);
  const bool split_stage = for_atc && ste.effective_EATS(global.ATSCHK) == 0b10;
  outcome.ats_address = split_stage ? ipa : entry.translate(query.address);
  co_return outcome;
}

}  // namespace doorbell::smmu
