#include "doorbell/smmu/arch/walk.h"

#include <array>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/stage2_table.h"

namespace doorbell::smmu {
namespace {

constexpr Access table_read{.privileged = true};

/// Makes the fault one of stage 2.
void of_stage2(Fault& fault, EventClass event_class, std::uint64_t ipa) {
  fault.stage2 = true;
  fault.event_class = event_class;
  fault.ipa = ipa;
}

/// MemAttr says Device: 0b00xx, and with S2FWB 0bx0xx (DDI 0487 D8.6).
bool is_device(const Stage2Regime& regime, unsigned mem_attr) {
  return (mem_attr & (regime.S2FWB ? 0b0100u : 0b1100u)) == 0;
}

}  // namespace

Stage2::Stage2(const Stage2Regime& stage2_regime, bool below_stage1)
    : regime(stage2_regime), nested(below_stage1) {
  tag.vmid = regime.S2VMID;
  tag.granule = regime.granule;
  tag.stages = Stages::stage2;
}

Task<WalkResult> walk_stage2(const Stage2& stage2, std::uint64_t ipa, EventClass event_class,
                             TableAccess& tables) {
  const Stage2Regime& regime = stage2.regime;
  WalkResult result;
  const auto first = start_walk(regime, ipa);
  if (!first) {
    result.fault.type = EventType::F_TRANSLATION;
    of_stage2(result.fault, event_class, ipa);
    co_return result;
  }
  const WalkStart start = co_await tables.start(stage2.tag, ipa, *first);
  WalkPosition position = start.position;
  unsigned reads = 0;
  while (!start.finished) {
    const std::uint64_t at = descriptor_address(regime, position, ipa);
    result.fault.fetch_address = at;
    std::array<std::uint8_t, 8> bytes;
    const bool ok =
        co_await tables.read(TablePurpose::stage2_descriptor, position.level, at, bytes);
    ++reads;
    if (!ok) {
      result.fault.type = EventType::F_WALK_EABT;
      break;
    }
    const WalkStep step = step_walk(regime, position, load_little_endian<std::uint64_t>(bytes));
    if (step.kind == WalkStep::Kind::table) {
      tables.keep(stage2.tag, ipa, position.level, step.next);
      position = step.next;
      continue;
    }
    if (step.kind == WalkStep::Kind::leaf) {
      tables.keep(stage2.tag, ipa, position.level, step.leaf);
    }
    result.fault.type = step.fault;
    result.leaf = step.leaf;
    break;
  }
  if (start.finished) {
    result = start.result;
  } else {
    tables.finish(stage2.tag, result, reads, !stage2.nested);
  }
  // What others found in the same page is told of this address.
  of_stage2(result.fault, event_class, ipa);
  co_return result;
}

Task<Fault> locate_table(const Stage2& stage2, EventClass event_class, std::uint64_t& address,
                         TableAccess& tables) {
  WalkResult found = co_await walk_stage2(stage2, address, event_class, tables);
  if (found.fault) co_return found.fault;
  const Leaf& leaf = found.leaf;
  const bool kept_out = stage2.regime.S2PTW && is_device(stage2.regime, leaf.attribute_index);
  if (kept_out || !leaf.permissions.allow(table_read)) {
    found.fault.type = EventType::F_PERMISSION;
    co_return found.fault;
  }
  address = leaf.output_base | (address & low_mask(leaf.size_log2));
  co_return Fault{};
}

Task<WalkResult> walk_stage1(const TranslationRegime& regime, const Stage2* stage2,
                             const TranslationTag& tag, std::uint64_t address,
                             TableAccess& tables) {
  const auto first = start_walk(regime, address);
  if (!first) co_return WalkResult{.fault = {EventType::F_TRANSLATION}};
  const WalkStart start = co_await tables.start(tag, address, *first);
  if (start.finished) co_return start.result;
  const TranslationTable& table = regime.table[table_half(address)];
  WalkPosition position = start.position;
  WalkResult result;
  unsigned reads = 0;
  while (true) {
    std::uint64_t at = descriptor_address(position, table.granule, table.input_bits, address);
    if (stage2 != nullptr) {
      result.fault = co_await locate_table(*stage2, EventClass::ttd, at, tables);
      if (result.fault) break;
    }
    result.fault.fetch_address = at;
    std::array<std::uint8_t, 8> bytes;
    const bool ok =
        co_await tables.read(TablePurpose::stage1_descriptor, position.level, at, bytes);
    ++reads;
    if (!ok) {
      result.fault.type = EventType::F_WALK_EABT;
      break;
    }
    const WalkStep step =
        step_walk(regime, position, address, load_little_endian<std::uint64_t>(bytes));
    if (step.kind == WalkStep::Kind::table) {
      tables.keep(tag, address, position.level, step.next);
      position = step.next;
      continue;
    }
    if (step.kind == WalkStep::Kind::leaf) tables.keep(tag, address, position.level, step.leaf);
    result.fault.type = step.fault;
    result.leaf = step.leaf;
    break;
  }
  tables.finish(tag, result, reads, stage2 == nullptr);
  co_return result;
}

}  // namespace doorbell::smmu
