// What walks of both stages make of descriptors (IHI 0070 3.13), against a memory that others
// write, too.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/smmu/arch/stage2_table.h"
#include "doorbell/smmu/arch/walk.h"

namespace doorbell::smmu {
namespace {

constexpr std::uint64_t GiB = 1ULL << 30;
constexpr std::uint64_t AP_2 = 1ULL << 7;    // stage 1: read-only
constexpr std::uint64_t S2AP_0 = 1ULL << 6;  // stage 2: readable
constexpr std::uint64_t S2AP_1 = 1ULL << 7;  // stage 2: writable
constexpr std::uint64_t AF = 1ULL << 10;
constexpr std::uint64_t DBM = 1ULL << 51;
constexpr std::uint64_t block = 1;
constexpr std::uint64_t unprivileged = 1ULL << 6;  // AP[1]
constexpr std::uint64_t normal = 0xfULL << 2;      // MemAttr of stage 2

constexpr std::uint64_t stage2_table = 0x8000'0000;
constexpr std::uint64_t tables_ipa = 1 * GiB, tables_pa = 5 * GiB;  // where stage 1 has its table
constexpr std::uint64_t data_ipa = 2 * GiB, data_pa = 6 * GiB;
constexpr std::uint64_t va = 3 * GiB + 0x1234;

/// Tables as doublewords, without caches; whoever else writes does so ahead of an exchange.
class Doublewords : public TableAccess {
 public:
  std::map<std::uint64_t, std::uint64_t> memory;
  std::function<void(unsigned exchange)> before_exchange;
  unsigned exchanges = 0;
  std::vector<CachedStep> kept;
  std::optional<Stages> overlapping;  ///< Whose leaves overlap others.

 private:
  Task<Fault> find_configuration(const GlobalConfiguration&, const Stream&,
                                 StreamConfiguration&) override {
    return Task<Fault>::ready(Fault{});
  }
  Task<WalkStart> start(const TranslationTag&, std::uint64_t, const WalkPosition& first,
                        const Access&) override {
    return Task<WalkStart>::ready(WalkStart{.position = first});
  }
  bool conflicts(const TranslationTag& tag, std::uint64_t, const Leaf&) override {
    return overlapping == tag.stages;
  }
  void keep(const TranslationTag&, std::uint64_t, unsigned, const CachedStep& step) override {
    kept.push_back(step);
  }
  void finish(const TranslationTag&, const WalkResult&, unsigned, bool) override {}
  Task<bool> read(TablePurpose, unsigned, std::uint64_t address,
                  std::span<std::uint8_t> data) override {
    store_little_endian(data, memory[address]);
    return Task<bool>::ready(true);
  }
  Task<Exchanged> exchange(TablePurpose, unsigned, std::uint64_t address, std::uint64_t expected,
                           std::uint64_t desired) override {
    if (before_exchange) before_exchange(exchanges);
    ++exchanges;
    const std::uint64_t old = memory[address];
    if (old == expected) memory[address] = desired;
    return Task<Exchanged>::ready(Exchanged{.ok = true, .old = old});
  }
};

class WalkUpdate : public testing::Test {
 protected:
  WalkUpdate() {
    stage2_.S2TTB = stage2_table;
    stage2_.input_bits = 39;
    stage2_.start_level = 1;
    stage1_.table[0].base = tables_ipa;
    stage1_.table[0].input_bits = 39;
    stage1_.table[1].disabled = true;
    entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | S2AP_1 | AF;
    entry(data_ipa) = data_pa | block | normal | S2AP_0 | S2AP_1 | AF;
    leaf() = data_ipa | block | unprivileged | AF;
  }
  /// The stage 2 descriptor of an IPA.
  std::uint64_t& entry(std::uint64_t ipa) { return tables_.memory[stage2_table + 8 * (ipa / GiB)]; }
  /// The stage 1 descriptor, where it is in memory.
  std::uint64_t& leaf() { return tables_.memory[tables_pa + 8 * (va / GiB)]; }
  WalkResult walk(const Access& access) {
    const Stage2 below(stage2_, true);
    return run_now(walk_stage1(stage1_, &below, {.stages = Stages::both}, va, access, tables_));
  }
  WalkResult walk_second(const Access& access) {
    const Stage2 alone(stage2_, false);
    return run_now(walk_stage2(alone, data_ipa, EventClass::in, access, tables_));
  }

  Stage2Regime stage2_;
  TranslationRegime stage1_;
  Doublewords tables_;
};

TEST_F(WalkUpdate, Stage2SetsItsOwnBits) {
  stage2_.S2HA = stage2_.S2HD = true;
  const std::uint64_t clean = data_pa | block | normal | S2AP_0 | DBM;
  entry(data_ipa) = clean;
  WalkResult result = walk_second({});
  EXPECT_FALSE(result.fault);
  EXPECT_EQ(entry(data_ipa), clean | AF);
  EXPECT_TRUE(result.leaf.writable_clean);
  EXPECT_FALSE(result.leaf.permissions.allow({.write = true}));
  result = walk_second({.write = true});
  EXPECT_EQ(entry(data_ipa), clean | AF | S2AP_1);
  EXPECT_TRUE(result.leaf.permissions.allow({.write = true}));
  EXPECT_FALSE(result.leaf.writable_clean);
}

TEST_F(WalkUpdate, TheReadOfATableMakesNothingDirty) {
  stage2_.S2HA = stage2_.S2HD = true;
  entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | DBM;
  EXPECT_FALSE(walk({.write = true}).fault);
  EXPECT_EQ(entry(tables_ipa), tables_pa | block | normal | S2AP_0 | DBM | AF);
  entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | DBM;
  const Stage2 below(stage2_, true);
  std::uint64_t address = tables_ipa;
  EXPECT_FALSE(run_now(locate_table(below, EventClass::cd, address, tables_)));
  EXPECT_EQ(entry(tables_ipa), tables_pa | block | normal | S2AP_0 | DBM | AF)
      << "nor that of a CD";
}

/// An update of a stage 1 descriptor is a write for stage 2 (3.13.5).
TEST_F(WalkUpdate, AnUpdateOfStage1DirtiesThePageOfItsTable) {
  stage1_.HA = true;
  stage2_.S2HA = stage2_.S2HD = true;
  entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | DBM;
  leaf() &= ~AF;
  const WalkResult result = walk({});
  EXPECT_FALSE(result.fault);
  EXPECT_EQ(leaf(), data_ipa | block | unprivileged | AF);
  EXPECT_EQ(entry(tables_ipa), tables_pa | block | normal | S2AP_0 | S2AP_1 | DBM | AF);
}

TEST_F(WalkUpdate, AnUpdateOfStage1NeedsStage2sPermission) {
  stage1_.HA = true;
  stage2_.S2HA = true;  // without S2HD the page of the table stays read-only
  entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | DBM | AF;
  leaf() &= ~AF;
  const WalkResult result = walk({});
  EXPECT_EQ(result.fault.type, EventType::F_PERMISSION);
  EXPECT_TRUE(result.fault.stage2);
  EXPECT_EQ(result.fault.event_class, EventClass::ttd);
  EXPECT_TRUE(result.fault.table_write);
  EXPECT_EQ(result.fault.ipa, tables_ipa + 8 * (va / GiB));
  EXPECT_EQ(leaf() & AF, 0u);
  EXPECT_EQ(tables_.exchanges, 0u);
  // With the flag set there is nothing to be written.
  leaf() |= AF;
  EXPECT_FALSE(walk({}).fault);
}

TEST_F(WalkUpdate, DirtyStateOfStage1IsAWriteToo) {
  stage1_.HA = stage1_.HD = true;
  leaf() |= AP_2 | DBM;
  EXPECT_TRUE(walk({}).leaf.writable_clean);
  EXPECT_EQ(tables_.exchanges, 0u);
  EXPECT_FALSE(walk({.write = true}).leaf.writable_clean);
  EXPECT_EQ(leaf(), data_ipa | block | unprivileged | AF | DBM);
}

/// Every turn of each update, and every way in which it may be lost: what software stores stays.
TEST_F(WalkUpdate, WhatAnotherStoresIsNeverLost) {
  stage1_.HA = stage1_.HD = true;
  stage2_.S2HA = stage2_.S2HD = true;
  const std::uint64_t first = data_ipa | block | unprivileged | AP_2 | DBM;
  const std::uint64_t stored[] = {
      0,                                                           // nothing there any more
      data_ipa | block | unprivileged | AF | DBM,                  // dirty already
      7 * GiB | block | unprivileged | AP_2 | DBM,                 // another page, clean
      data_ipa | block | unprivileged | AP_2,                      // read-only
      data_ipa | block | unprivileged | AP_2 | DBM | 1ULL << 55};  // a bit of software's
  for (const std::uint64_t word : stored) {
    for (unsigned turn = 0; turn < 4; ++turn) {
      SCOPED_TRACE(testing::Message() << std::hex << word << " at turn " << turn);
      leaf() = first;
      entry(tables_ipa) = tables_pa | block | normal | S2AP_0 | DBM;
      tables_.exchanges = 0;
      bool stores = false;
      tables_.before_exchange = [&](unsigned exchange) {
        if (exchange != turn) return;
        stores = true;
        leaf() = word;
      };
      const WalkResult result = walk({.write = true});
      if (!stores) {
        EXPECT_EQ(leaf(), (first & ~AP_2) | AF);
        continue;
      }
      EXPECT_EQ(leaf() & ~(AF | AP_2), word & ~(AF | AP_2));
      if (word == 0) {
        EXPECT_EQ(result.fault.type, EventType::F_TRANSLATION);
        EXPECT_EQ(leaf(), 0u);
        continue;
      }
      const bool writable = (word & (AP_2 | DBM)) != AP_2;
      EXPECT_FALSE(result.fault);
      EXPECT_EQ(result.leaf.permissions.allow({.write = true}), writable);
      EXPECT_EQ(leaf(), writable ? (word & ~AP_2) | AF : word) << "what is denied changes nothing";
      EXPECT_EQ(result.leaf.output_base, word & 0xffff'c000'0000);
    }
  }
}

// A guest that never stops writing mustn't hold the SMMU up; 7.3.12 for an update that can't be
// done.
TEST_F(WalkUpdate, AWriterThatNeverRestsEndsTheWalk) {
  stage1_.HA = stage1_.HD = true;
  leaf() |= AP_2 | DBM;
  tables_.before_exchange = [this](unsigned) { leaf() ^= 1ULL << 55; };
  const WalkResult result = walk({.write = true});
  EXPECT_EQ(result.fault.type, EventType::F_WALK_EABT);
  EXPECT_LE(tables_.exchanges, 64u);
  EXPECT_NE(leaf() & AP_2, 0u) << "nothing was made dirty";
}

TEST_F(WalkUpdate, WhatHasNoFlagInMemoryIsNotKept) {
  stage1_.HA = true;
  leaf() = data_ipa | block | unprivileged | AP_2;
  tables_.kept.clear();
  const WalkResult denied = walk({.write = true});
  EXPECT_FALSE(denied.leaf.permissions.allow({.write = true}));
  EXPECT_EQ(leaf() & AF, 0u);
  const auto outputs = [&](std::uint64_t base) {
    unsigned found = 0;
    for (const CachedStep& step : tables_.kept) {
      const Leaf* const kept = std::get_if<Leaf>(&step);
      found += kept != nullptr && kept->output_base == base ? 1 : 0;
    }
    return found;
  };
  EXPECT_EQ(outputs(data_ipa), 0u);
  walk({});
  EXPECT_EQ(outputs(data_ipa), 1u);
}

// A leaf that overlaps what is cached ends the walk and is not kept (IHI 0070 7.3.17).
TEST_F(WalkUpdate, AnOverlappingLeafIsAConflict) {
  tables_.overlapping = Stages::both;
  WalkResult result = walk({});
  EXPECT_EQ(result.fault.type, EventType::F_TLB_CONFLICT);
  EXPECT_FALSE(result.fault.stage2);
  tables_.overlapping = Stages::stage2;
  result = walk({});
  EXPECT_EQ(result.fault.type, EventType::F_TLB_CONFLICT);
  EXPECT_TRUE(result.fault.stage2);
  EXPECT_EQ(result.fault.event_class, EventClass::ttd);
  EXPECT_EQ(result.fault.ipa & ~(GiB - 1), tables_ipa);
  EXPECT_EQ(tables_.kept.size(), 1u) << "the stage 2 leaf of the first walk's table";
}

// A descriptor's own faults come first: such a leaf would not have been cached.
TEST_F(WalkUpdate, AFaultyLeafIsNoConflict) {
  tables_.overlapping = Stages::both;
  leaf() &= ~AF;
  EXPECT_EQ(walk({}).fault.type, EventType::F_ACCESS);
}

// 3.21.1.2, nT: usable, never kept, no fault.
TEST_F(WalkUpdate, ABlockWithNtIsNotKeptWhereItCounts) {
  constexpr std::uint64_t nT = 1ULL << 16;
  leaf() |= nT;
  entry(tables_ipa) |= nT;
  EXPECT_FALSE(walk({}).fault);
  EXPECT_EQ(tables_.kept.size(), 2u);
  tables_.kept.clear();
  stage1_.nT_counts = stage2_.nT_counts = true;
  tables_.overlapping = Stages::both;
  const WalkResult result = walk({});
  EXPECT_FALSE(result.fault);
  EXPECT_TRUE(result.leaf.uncached);
  EXPECT_TRUE(tables_.kept.empty());
}

// DDI 0487 D8.3.2: nT is of blocks; of a page of 4 KiB that bit is of its address.
TEST_F(WalkUpdate, ThatBitOfAPageIsOfItsAddress) {
  stage1_.nT_counts = stage2_.nT_counts = true;
  const WalkPosition of_pages{.level = 3}, of_blocks{.level = 2};
  constexpr std::uint64_t bit_16 = 1ULL << 16;
  EXPECT_FALSE(step_walk(stage1_, of_pages, va, bit_16 | 3 | AF).leaf.uncached);
  EXPECT_TRUE(step_walk(stage1_, of_blocks, va, bit_16 | 1 | AF).leaf.uncached);
  EXPECT_FALSE(step_walk(stage2_, of_pages, bit_16 | 3 | AF).leaf.uncached);
  EXPECT_TRUE(step_walk(stage2_, of_blocks, bit_16 | 1 | AF).leaf.uncached);
}

}  // namespace
}  // namespace doorbell::smmu
