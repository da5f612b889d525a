// What becomes of a transaction, by what is in memory alone: what a debugger is shown, too.
#include "doorbell/smmu/arch/procedure.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "doorbell/smmu/arch/untimed_access.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t stream_table = 0x8000, context = 0x9000, tables = 0x1'0000;
constexpr std::uint64_t va = 0x1234'5678'9abc;

class Procedure : public testing::Test {
 protected:
  Procedure() {
    offered.output_address_bits = 48;
    memory[stream_table + 64] = 1 | 5 << 1 | context;
    memory[context] = 16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 46;
    memory[context + 8] = tables;
    for (unsigned level = 0; level < 3; ++level)
      memory[descriptor(level)] = (tables + 0x1000 * (level + 1)) | 3;
    memory[descriptor(3)] = 0x0abc'd000 | 3 | 1u << 6 | 1u << 7 | 1u << 10;  // unprivileged reads
  }
  static std::uint64_t descriptor(unsigned level) {
    return tables + 0x1000 * level + 8 * (va >> (39 - 9 * level) & 0x1ff);
  }
  TranslationOutcome outcome(const Stream& stream = {.stream_id = 1}, const Access& access = {}) {
    global.features = offered;
    UntimedAccess tables_in_memory([this](std::uint64_t at) -> std::optional<std::uint64_t> {
      if (at == unreadable) return std::nullopt;
      return memory[at];
    });
    return run_now(smmu::translate(global, {stream, va, access}, tables_in_memory));
  }
  std::optional<std::uint64_t> translate(const Stream& stream = {.stream_id = 1},
                                         const Access& access = {}) {
    const TranslationOutcome found = outcome(stream, access);
    if (found.kind != TranslationOutcome::Kind::translated) return std::nullopt;
    return found.entry.translate(va);
  }
  GlobalConfiguration global{.enabled = true, .stream_table = {stream_table, 2}};
  Features offered;
  std::map<std::uint64_t, std::uint64_t> memory;
  std::uint64_t unreadable = ~0ULL;
};

TEST_F(Procedure, FollowsTheTables) {
  EXPECT_EQ(translate(), 0x0abc'dabcu);
  memory[descriptor(2)] = 0x0ae0'0000 | 1 | 1u << 6 | 1u << 10;
  EXPECT_EQ(translate(), 0x0ae0'0000u + (va & 0x1f'ffff));
}

// IHI 0070 6.3.14: GBPA while SMMUEN = 0, without a look at the tables, and never an event.
TEST_F(Procedure, WhileDisabledTablesMeanNothing) {
  global.enabled = false;
  EXPECT_EQ(translate({.stream_id = 4}), va);
  offered.output_address_bits = 44;
  EXPECT_EQ(outcome().kind, TranslationOutcome::Kind::aborted);
  EXPECT_EQ(outcome().event.type, EventType::none);
  offered.output_address_bits = 48;
  global.aborts_when_disabled = true;
  EXPECT_EQ(outcome().kind, TranslationOutcome::Kind::aborted);
  EXPECT_EQ(outcome().event.type, EventType::none);
}

// MTCFG, MemAttr, SHCFG and ALLOCCFG of SMMU_GBPA do to a disabled SMMU's transactions what those
// of an STE do (6.3.14); without ATTR_TYPES_OVR nothing.
TEST_F(Procedure, GbpaOverridesAttributesWhileDisabled) {
  constexpr std::uint64_t gbpa = 0x5 | 1u << 4 | 0xf00 | 3u << 12 | 2u << 16 | 3u << 18;
  global.enabled = false;
  global.bypass_overrides = overrides_of_bypass(gbpa, offered);
  EXPECT_EQ(global.bypass_overrides, AttributeOverrides{});
  EXPECT_EQ(outcome().entry.attributes, 0xff);
  offered.attribute_types_override = true;
  global.bypass_overrides = overrides_of_bypass(gbpa, offered);
  EXPECT_EQ(global.bypass_overrides, (AttributeOverrides{true, 5, 3, 0xf, 0, 0}));
  EXPECT_EQ(outcome().entry.attributes, 0x44);
  offered.attribute_permissions_override = true;
  EXPECT_EQ(overrides_of_bypass(gbpa, offered), (AttributeOverrides{true, 5, 3, 0xf, 2, 3}));
  global.bypass_overrides = overrides_of_bypass(1u << 4 | 0xf | 3u << 12, offered);
  EXPECT_EQ(outcome().entry.attributes, 0xff);
  EXPECT_EQ(outcome().entry.leaf.shareability, 3);
  global.bypass_overrides = overrides_of_bypass(1u << 4 | 1u << 12, offered);
  EXPECT_EQ(outcome().entry.attributes, 0x00) << "Device-nGnRnE";
}

// IHI 0070 5.2: PRIVCFG and INSTCFG come before permissions, and are what an event says.
TEST_F(Procedure, AnSteOverridesPrivilegeAndInstruction) {
  constexpr std::uint64_t privileged = 3ULL << 48, unprivileged = 2ULL << 48;
  constexpr std::uint64_t data = 2ULL << 50;
  memory[descriptor(3)] = 0x0abc'd000 | 3 | 1u << 10 | 1ULL << 53;  // for privileged data alone
  memory[stream_table + 64 + 8] = privileged;
  EXPECT_EQ(translate(), std::nullopt);  // not offered
  offered.attribute_permissions_override = true;
  EXPECT_EQ(translate(), 0x0abc'dabcu);
  EXPECT_TRUE(outcome().entry.leaf.permissions.allow({.write = true}));
  EXPECT_FALSE(outcome().entry.leaf.permissions.allow({.instruction = true}));
  EXPECT_TRUE(outcome({.stream_id = 1}, {.instruction = true}).event.access.privileged);
  memory[stream_table + 64 + 8] = privileged | data;
  EXPECT_EQ(translate({.stream_id = 1}, {.instruction = true}), 0x0abc'dabcu);
  memory[stream_table + 64 + 8] = unprivileged;
  const TranslationOutcome refused = outcome({.stream_id = 1}, {.privileged = true});
  EXPECT_EQ(refused.event.type, EventType::F_PERMISSION);
  EXPECT_FALSE(refused.event.access.privileged);
}

// MTCFG, MemAttr and SHCFG: what a bypassing stream's memory is (5.2).
TEST_F(Procedure, AnSteOverridesAttributes) {
  memory[stream_table + 64] = 1 | 4 << 1;
  memory[stream_table + 64 + 8] = 1ULL << 36 | 0x5ULL << 32 | 1ULL << 44;
  EXPECT_EQ(outcome().entry.attributes, 0xff);
  offered.attribute_types_override = true;
  EXPECT_EQ(outcome().entry.attributes, 0x44);
  memory[stream_table + 64 + 8] = 3ULL << 44;
  EXPECT_EQ(outcome().entry.attributes, 0xff);
  EXPECT_EQ(outcome().entry.leaf.shareability, 3);
}

TEST_F(Procedure, BypassIsIdentity) {
  memory[stream_table + 64] = 1 | 4 << 1;
  EXPECT_EQ(translate(), va);
  offered.output_address_bits = 44;  // IHI 0070 3.4: beyond it an address size fault
  EXPECT_EQ(outcome().event.type, EventType::F_ADDR_SIZE);
}

TEST_F(Procedure, FollowsTheTablesOfASubstream) {
  offered.substream_id_bits = 8;
  constexpr std::uint64_t level_1 = 0x2'0000, leaf = 0x3'0000;
  memory[stream_table + 64] = 1 | 5 << 1 | 1 << 4 | level_1 | 8ULL << 59;
  memory[stream_table + 72] = 1;  // S1DSS: those without a SubstreamID bypass
  memory[level_1 + 8] = leaf | 1;
  memory[leaf + 64 * 5] = memory[context];
  memory[leaf + 64 * 5 + 8] = tables;
  EXPECT_EQ(translate({1, 64 + 5, true}), 0x0abc'dabcu);
  EXPECT_EQ(translate({1, 64 + 6, true}), std::nullopt);
  EXPECT_EQ(translate({1, 5, true}), std::nullopt);  // an L1CD that isn't valid
  EXPECT_EQ(translate({1, 0, false}), va);
}

TEST_F(Procedure, NothingWhereATransactionWouldBeTerminated) {
  EXPECT_EQ(translate({.stream_id = 1}, {.write = true}), std::nullopt);
  EXPECT_EQ(translate({.stream_id = 1, .substream_valid = true}), std::nullopt);
  EXPECT_EQ(translate({.stream_id = 2}), std::nullopt);  // V = 0
  EXPECT_EQ(translate({.stream_id = 4}), std::nullopt);  // beyond the table
  memory[stream_table + 3 * 64] = 1;
  EXPECT_EQ(translate({.stream_id = 3}), std::nullopt);  // aborts
  memory[context] &= ~(1ULL << 46);
  EXPECT_EQ(translate(), std::nullopt);  // an illegal CD
}

TEST_F(Procedure, NothingThroughAnInvalidDescriptorOrWhereMemoryEnds) {
  for (unsigned level = 0; level < 4; ++level) {
    const std::uint64_t was = std::exchange(memory[descriptor(level)], 0);
    EXPECT_EQ(translate(), std::nullopt);
    memory[descriptor(level)] = was;
  }
  for (const std::uint64_t at : {stream_table + 64, context + 8, descriptor(0), descriptor(3)}) {
    unreadable = at;
    EXPECT_EQ(translate(), std::nullopt);
  }
  unreadable = ~0ULL;
  EXPECT_EQ(translate(), 0x0abc'dabcu);
}

/// The same below a stage 2 that moves every IPA up by 256 GiB, in blocks of 1 GiB.
class Nested : public Procedure {
 protected:
  static constexpr std::uint64_t up = 0x40'0000'0000, root = 0x4'0000, level1 = 0x4'1000,
                                 level2 = 0x4'2000, level3 = 0x4'3000;
  static constexpr std::uint64_t attributes = 0xf << 2 | 3 << 6 | 1 << 10;
  Nested() {
    offered.stage2 = true;
    std::map<std::uint64_t, std::uint64_t> moved;
    for (const auto& [at, word] : memory)
      moved[at == stream_table + 64 ? at : at + up] = word;
    memory = moved;
    std::uint64_t* const ste = &memory[stream_table + 64];
    *ste = 1 | 7 << 1 | context;
    memory[stream_table + 80] = 0x77 | 16ULL << 32 | 2ULL << 38 | 5ULL << 48 | 1ULL << 51;
    memory[stream_table + 88] = root;
    memory[root] = level1 | 3;
    memory[level1] = up | attributes | 1;
  }
  Event fault(const Access& access = {}) { return outcome({.stream_id = 1}, access).event; }
};

TEST_F(Nested, TheCdTablesAndTheOutputGoThroughStage2) {
  const TranslationOutcome found = outcome();
  EXPECT_EQ(translate(), 0x0abc'dabcu + up);
  EXPECT_EQ(found.entry.tag.vmid, 0x77);
  EXPECT_EQ(found.entry.tag.stages, Stages::both);
  EXPECT_EQ(found.entry.leaf.size_log2, 12u) << "as small as the page of stage 1";
  EXPECT_EQ(found.entry.invalidation_size_log2(), 12u);
  EXPECT_EQ(translate({.stream_id = 1}, {.write = true}), std::nullopt);
}

TEST_F(Nested, ABlockOverPagesIsAPageThatGoesWithTheBlock) {
  memory[descriptor(2) + up] = 0x0ae0'0000 | 1 | 1u << 6 | 1u << 10;
  constexpr std::uint64_t ipa = 0x0ae0'0000 + (va & 0x1f'ffff);
  memory[level1] = level2 | 3;
  memory[level2] = up | attributes | 1;  // 2 MiB of the CD and the tables
  memory[level2 + 8 * (ipa >> 21 & 0x1ff)] = level3 | 3;
  memory[level3 + 8 * (ipa >> 12 & 0x1ff)] = 0x1234'5000 | attributes | 3;
  const TranslationOutcome found = outcome();
  EXPECT_EQ(translate(), 0x1234'5000u + (va & 0xfff));
  EXPECT_EQ(found.entry.leaf.size_log2, 12u);
  EXPECT_EQ(found.entry.invalidation_size_log2(), 21u);
  EXPECT_EQ(found.entry.leaf.level, 2u);
}

TEST_F(Nested, BothStagesMustPermit) {
  memory[descriptor(3) + up] &= ~(1ULL << 7);  // writable in stage 1
  EXPECT_TRUE(translate({.stream_id = 1}, {.write = true}));
  memory[level1] = level2 | 3;
  memory[level2] = up | attributes | 1;
  memory[level2 + 8 * (0x0abc'd000 >> 21 & 0x1ff)] =
      (up + 0x0aa0'0000) | (attributes & ~(1ULL << 7)) | 1;
  EXPECT_TRUE(translate());
  EXPECT_EQ(translate({.stream_id = 1}, {.write = true}), std::nullopt);
  EXPECT_EQ(fault({.write = true}).type, EventType::F_PERMISSION);
  EXPECT_TRUE(fault({.write = true}).stage2);
  EXPECT_EQ(fault({.write = true}).ipa, 0x0abc'dabcu);
  EXPECT_FALSE(outcome().entry.leaf.permissions.allow({.write = true}));
}

// 5.3.1, 7.3.9: a table of CDs of two levels is in intermediate addresses, its level-1 descriptors
// too.
TEST_F(Nested, ATableOfCdsOfTwoLevelsGoesThroughStage2) {
  constexpr std::uint64_t S1Fmt_4K = 1ULL << 4, S1CDMax_7 = 7ULL << 59, S1DSS_cd0 = 2,
                          R = 1ULL << 58;
  constexpr std::uint64_t level1_cds = 0xa000, cds = 0xb000;
  offered.substream_id_bits = 8;
  memory[stream_table + 64] = 1 | 7 << 1 | level1_cds | S1Fmt_4K | S1CDMax_7;
  memory[stream_table + 72] = S1DSS_cd0;
  memory[stream_table + 80] |= R;
  memory[level1_cds + 8 + up] = cds | 1;
  for (const unsigned word : {0, 8})
    memory[cds + 64 + word + up] = memory[context + word + up];
  const Stream substream{.stream_id = 1, .substream_id = 65, .substream_valid = true};
  EXPECT_EQ(translate(substream), 0x0abc'dabcu + up);
  memory[level1] = 0;
  const Event event = outcome(substream).event;
  EXPECT_EQ(event.type, EventType::F_TRANSLATION);
  EXPECT_TRUE(event.stage2);
  EXPECT_EQ(event.event_class, EventClass::cd);
  EXPECT_EQ(event.ipa, level1_cds + 8);
}

// 9.1, ATOS_ADDR.HTTUI: flags are judged as if neither stage had HA and HD.
TEST_F(Nested, AnOperationThatInhibitsUpdatesMeetsFlagsAsTheyAre) {
  constexpr std::uint64_t AF = 1ULL << 10, HA = 1ULL << 43, S2HA = 1ULL << 56;
  offered.table_updates = TableUpdates::access_flag;
  const auto fault_of = [this](bool inhibits) {
    global.features = offered;
    global.inhibits_updates = inhibits;
    UntimedAccess access([this](std::uint64_t at) { return std::optional(memory[at]); });
    const TranslationQuery query{
        .stream = {.stream_id = 1}, .address = va, .purpose = TranslationPurpose::operation};
    const TranslationOutcome found = run_now(smmu::translate(global, query, access));
    return std::pair(found.event.type, found.event.stage2);
  };
  memory[context + up] |= HA;
  memory[descriptor(3) + up] &= ~AF;
  EXPECT_EQ(fault_of(false), std::pair(EventType::none, false));
  EXPECT_EQ(fault_of(true), std::pair(EventType::F_ACCESS, false));
  memory[descriptor(3) + up] |= AF;
  memory[stream_table + 80] |= S2HA;
  memory[level1] &= ~AF;
  EXPECT_EQ(fault_of(false), std::pair(EventType::none, false));
  EXPECT_EQ(fault_of(true), std::pair(EventType::F_ACCESS, true)) << "of the CD already";
}

// 5.5: CD.A = 0 completes with zeros what stage 1 denies, where that is offered; stage 2 aborts.
TEST_F(Nested, OnlyStage1CompletesWhatItDenies) {
  using enum TranslationOutcome::Kind;
  offered.ignores_writes = true;
  memory[context + up] &= ~(1ULL << 46);
  memory[descriptor(3) + up] = 0;
  EXPECT_EQ(outcome().kind, raz_wi);
  memory[descriptor(3) + up] = 0x1'0000'0000 | 3 | 1u << 6 | 1u << 10;
  EXPECT_EQ(outcome().kind, aborted);
  EXPECT_TRUE(outcome().event.stage2);
}

// S2R keeps back what CD.R would record, and the other way round (5.2, 5.4).
TEST_F(Nested, EachStageSaysWhetherItsFaultsAreRecorded) {
  constexpr std::uint64_t S2R = 1ULL << 58, R = 1ULL << 45;
  for (const bool of_stage2 : {false, true}) {
    for (const bool recorded : {false, true}) {
      memory[stream_table + 80] &= ~S2R;
      memory[context + up] &= ~R;
      if (recorded)
        (of_stage2 ? memory[stream_table + 80] : memory[context + up]) |= of_stage2 ? S2R : R;
      memory[descriptor(3) + up] = of_stage2 ? 0x1'0000'0000 | 3 | 1u << 6 | 1u << 10 : 0;
      const TranslationOutcome found = outcome();
      EXPECT_EQ(found.event.type, EventType::F_TRANSLATION);
      EXPECT_EQ(found.event.stage2, of_stage2);
      EXPECT_EQ(found.suppressed, !recorded) << of_stage2;
    }
  }
}

TEST_F(Nested, ATableThatStage2KeepsFromBeingReadIsAPermissionFault) {
  memory[level1] &= ~(1ULL << 6);
  const Event event = fault();
  EXPECT_EQ(event.type, EventType::F_PERMISSION);
  EXPECT_EQ(event.event_class, EventClass::cd);
  EXPECT_EQ(event.ipa, context);
}

}  // namespace
}  // namespace doorbell::smmu
