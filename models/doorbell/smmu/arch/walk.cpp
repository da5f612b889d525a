#include "doorbell/smmu/arch/walk.h"

#include <array>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/descriptor.h"
#include "doorbell/smmu/arch/dirty_state.h"
#include "doorbell/smmu/arch/stage2_table.h"

namespace doorbell::smmu {
namespace {

constexpr Access table_read{.privileged = true};
constexpr Access table_write{.write = true, .privileged = true};

/// What a descriptor says, and what an access makes of it.
struct Decoded {
  WalkStep step;
  std::uint64_t word = 0;
  std::uint64_t after = 0;  ///< The same if no update is due.
  bool may_be_kept = true;  ///< Not while its Access flag is to be set and is clear.

  bool is_due() const { return after != word; }
};

/// How a stage decodes its descriptors: `step` says what one means.
template <class Step>
struct Decoder {
  DescriptorStage stage;
  HardwareUpdates updates;
  const Access& access;
  Step step;

  /// An Access flag that hardware is to set is no fault. A leaf that stays writable-clean isn't
  /// writable yet, but counts as such for all else that it permits (IHI 0070 3.13.8).
  Decoded operator()(std::uint64_t word) const {
    Decoded decoded{.step = step(word), .word = word, .after = word};
    const bool is_leaf =
        decoded.step.kind == WalkStep::Kind::leaf || decoded.step.fault == EventType::F_ACCESS;
    if (!updates.access_flag || !is_leaf) return decoded;
    const std::uint64_t after = after_access(stage, word, updates, access.write);
    decoded.step = step(as_writable(stage, after, updates));
    Leaf& leaf = decoded.step.leaf;
    if (leaf.permissions.allow(access)) {
      decoded.after = after;
    } else {
      decoded.may_be_kept = descriptor::AF.test(word);
    }
    leaf.writable_clean = is_writable_clean(stage, decoded.after, updates);
    if (leaf.writable_clean) leaf.permissions = leaf.permissions.without_writes();
    return decoded;
  }
};
template <class Step>
Decoder(DescriptorStage, HardwareUpdates, const Access&, Step) -> Decoder<Step>;

/// Makes memory what the access makes of it. Where another writer is first, what is there now
/// counts, whatever it is. False when it can't be done.
template <class Step>
Task<bool> update(const Decoder<Step>& decode, TablePurpose purpose, unsigned level,
                  std::uint64_t at, Decoded& decoded, TableAccess& tables) {
  for (unsigned lost = 0; lost < most_lost_updates; ++lost) {
    const Exchanged found =
        co_await tables.exchange(purpose, level, at, decoded.word, decoded.after);
    if (!found.ok) co_return false;
    if (found.old == decoded.word) co_return true;
    decoded = decode(found.old);
    if (!decoded.is_due()) co_return true;
  }
  co_return false;
}

/// Has the leaf that ends a walk cached, where it may be. How the walk ends: a leaf that overlaps
/// another is as no other fault of its descriptor (IHI 0070 7.3.17).
EventType fill(const Decoded& decoded, const TranslationTag& tag, std::uint64_t address,
               TableAccess& tables) {
  const Leaf& leaf = decoded.step.leaf;
  if (decoded.step.kind != WalkStep::Kind::leaf || leaf.uncached || !decoded.may_be_kept) {
    return decoded.step.fault;
  }
  if (tables.conflicts(tag, address, leaf)) return EventType::F_TLB_CONFLICT;
  tables.keep(tag, address, leaf.level, leaf);
  return EventType::none;
}

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
                             const Access& access, TableAccess& tables) {
  const Stage2Regime& regime = stage2.regime;
  WalkResult result;
  const auto first = start_walk(regime, ipa);
  if (!first) {
    result.fault.type = EventType::F_TRANSLATION;
    of_stage2(result.fault, event_class, ipa);
    co_return result;
  }
  const WalkStart start = co_await tables.start(stage2.tag, ipa, *first, access);
  WalkPosition position = start.position;
  const Decoder decode{DescriptorStage::stage2, HardwareUpdates::of(regime.S2HA, regime.S2HD),
                       access,
                       [&](std::uint64_t word) { return step_walk(regime, position, word); }};
  unsigned reads = 0;
  while (!start.finished) {
    const std::uint64_t at = descriptor_address(regime, position, ipa);
    result.fault.fetch_address = at;
    std::array<std::uint8_t, 8> bytes;
    constexpr auto purpose = TablePurpose::stage2_descriptor;
    bool ok = co_await tables.read(purpose, position.level, at, bytes);
    ++reads;
    Decoded decoded;
    if (ok) decoded = decode(load_little_endian<std::uint64_t>(bytes));
    if (decoded.is_due()) {
      ok = co_await update(decode, purpose, position.level, at, decoded, tables);
    }
    if (!ok) {
      result.fault.type = EventType::F_WALK_EABT;
      break;
    }
    const WalkStep& step = decoded.step;
    if (step.kind == WalkStep::Kind::table) {
      tables.keep(stage2.tag, ipa, position.level, step.next);
      position = step.next;
      continue;
    }
    result.leaf = step.leaf;
    result.fault.type = fill(decoded, stage2.tag, ipa, tables);
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
                         TableAccess& tables, bool write) {
  const Access& access = write ? table_write : table_read;
  WalkResult found = co_await walk_stage2(stage2, address, event_class, access, tables);
  if (found.fault) co_return found.fault;
  const Leaf& leaf = found.leaf;
  const bool kept_out = stage2.regime.S2PTW && is_device(stage2.regime, leaf.attribute_index);
  if (kept_out || !leaf.permissions.allow(access)) {
    found.fault.type = EventType::F_PERMISSION;
    found.fault.table_write = write;
    co_return found.fault;
  }
  address = leaf.output_base | (address & low_mask(leaf.size_log2));
  co_return Fault{};
}

Task<WalkResult> walk_stage1(const TranslationRegime& regime, const Stage2* stage2,
                             const TranslationTag& tag, std::uint64_t address, const Access& access,
                             TableAccess& tables) {
  const auto first = start_walk(regime, address);
  if (!first) co_return WalkResult{.fault = {EventType::F_TRANSLATION}};
  const WalkStart start = co_await tables.start(tag, address, *first, access);
  if (start.finished) co_return start.result;
  const TranslationTable& table = regime.table[table_half(address)];
  WalkPosition position = start.position;
  const Decoder decode{
      DescriptorStage::stage1, HardwareUpdates::of(regime.HA, regime.HD), access,
      [&](std::uint64_t word) { return step_walk(regime, position, address, word); }};
  WalkResult result;
  unsigned reads = 0;
  while (true) {
    const std::uint64_t ipa =
        descriptor_address(position, table.granule, table.input_bits, address);
    std::uint64_t at = ipa;
    if (stage2 != nullptr) {
      result.fault = co_await locate_table(*stage2, EventClass::ttd, at, tables);
      if (result.fault) break;
    }
    result.fault.fetch_address = at;
    std::array<std::uint8_t, 8> bytes;
    constexpr auto purpose = TablePurpose::stage1_descriptor;
    bool ok = co_await tables.read(purpose, position.level, at, bytes);
    ++reads;
    Decoded decoded;
    if (ok) decoded = decode(load_little_endian<std::uint64_t>(bytes));
    if (decoded.is_due() && stage2 != nullptr) {
      at = ipa;
      result.fault = co_await locate_table(*stage2, EventClass::ttd, at, tables, true);
      if (result.fault) break;
      result.fault.fetch_address = at;
    }
    if (decoded.is_due()) {
      ok = co_await update(decode, purpose, position.level, at, decoded, tables);
    }
    if (!ok) {
      result.fault.type = EventType::F_WALK_EABT;
      break;
    }
    const WalkStep& step = decoded.step;
    if (step.kind == WalkStep::Kind::table) {
      tables.keep(tag, address, position.level, step.next);
      position = step.next;
      continue;
    }
    result.leaf = step.leaf;
    result.fault.type = fill(decoded, tag, address, tables);
    break;
  }
  tables.finish(tag, result, reads, stage2 == nullptr);
  co_return result;
}

}  // namespace doorbell::smmu
