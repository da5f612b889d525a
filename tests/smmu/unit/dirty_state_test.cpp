#include "doorbell/smmu/arch/dirty_state.h"

#include <gtest/gtest.h>

#include <array>

#include "doorbell/core/arch/random.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu {
namespace {

constexpr auto stage1 = DescriptorStage::stage1;
constexpr auto stage2 = DescriptorStage::stage2;
constexpr std::uint64_t AP_2 = 1ULL << 7;    // stage 1: read-only
constexpr std::uint64_t S2AP_0 = 1ULL << 6;  // stage 2: readable
constexpr std::uint64_t S2AP_1 = 1ULL << 7;  // stage 2: writable
constexpr std::uint64_t AF = 1ULL << 10;
constexpr std::uint64_t DBM = 1ULL << 51;
constexpr HardwareUpdates none{};
constexpr HardwareUpdates access_only{.access_flag = true};
constexpr HardwareUpdates both{.access_flag = true, .dirty_state = true};

TEST(DirtyState, IsUpdatedOnlyWithTheAccessFlag) {
  EXPECT_EQ(HardwareUpdates::of(false, false), none);
  EXPECT_EQ(HardwareUpdates::of(true, false), access_only);
  EXPECT_EQ(HardwareUpdates::of(true, true), both);
  EXPECT_EQ(HardwareUpdates::of(false, true), none) << "0b10 is as 0b00";
}

/// One row for each descriptor that is told apart (IHI 0070 3.13.2, 3.13.3.1).
struct Row {
  DescriptorStage stage;
  std::uint64_t descriptor;
  HardwareUpdates updates;
  std::uint64_t after_read;
  std::uint64_t after_write;
  bool writable_clean;
};

const Row rows[] = {
    // Nothing is enabled: nothing changes, whatever the descriptor says.
    {stage1, 0, none, 0, 0, false},
    {stage1, DBM | AP_2, none, DBM | AP_2, DBM | AP_2, false},
    {stage2, DBM | S2AP_0, none, DBM | S2AP_0, DBM | S2AP_0, false},
    // The Access flag alone: dirty state is software's.
    {stage1, 0, access_only, AF, AF, false},
    {stage1, AF, access_only, AF, AF, false},
    {stage1, DBM | AP_2, access_only, DBM | AP_2 | AF, DBM | AP_2 | AF, false},
    {stage1, DBM | AP_2 | AF, access_only, DBM | AP_2 | AF, DBM | AP_2 | AF, false},
    {stage2, S2AP_0, access_only, S2AP_0 | AF, S2AP_0 | AF, false},
    {stage2, DBM | S2AP_0, access_only, DBM | S2AP_0 | AF, DBM | S2AP_0 | AF, false},
    // Both. Stage 1: non-writable, writable-clean, writable-dirty, writable without DBM.
    {stage1, AP_2, both, AP_2 | AF, AP_2 | AF, false},
    {stage1, DBM | AP_2, both, DBM | AP_2 | AF, DBM | AF, true},
    {stage1, DBM | AP_2 | AF, both, DBM | AP_2 | AF, DBM | AF, true},
    {stage1, DBM | AF, both, DBM | AF, DBM | AF, false},
    {stage1, DBM, both, DBM | AF, DBM | AF, false},
    {stage1, 0, both, AF, AF, false},
    // Stage 2, where the bit has the other meaning. S2AP = 0b00 may become 0b10.
    {stage2, S2AP_0, both, S2AP_0 | AF, S2AP_0 | AF, false},
    {stage2, 0, both, AF, AF, false},
    {stage2, DBM | S2AP_0, both, DBM | S2AP_0 | AF, DBM | S2AP_0 | S2AP_1 | AF, true},
    {stage2, DBM | S2AP_0 | AF, both, DBM | S2AP_0 | AF, DBM | S2AP_0 | S2AP_1 | AF, true},
    {stage2, DBM, both, DBM | AF, DBM | S2AP_1 | AF, true},
    {stage2, DBM | S2AP_1, both, DBM | S2AP_1 | AF, DBM | S2AP_1 | AF, false},
    {stage2, S2AP_1 | S2AP_0, both, S2AP_1 | S2AP_0 | AF, S2AP_1 | S2AP_0 | AF, false},
};

TEST(DirtyState, EachDescriptorBecomesWhatItIsToBecome) {
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    EXPECT_EQ(after_access(row.stage, row.descriptor, row.updates, false), row.after_read);
    EXPECT_EQ(after_access(row.stage, row.descriptor, row.updates, true), row.after_write);
    EXPECT_EQ(is_writable_clean(row.stage, row.descriptor, row.updates), row.writable_clean);
  }
}

TEST(DirtyState, AWritableCleanDescriptorCountsAsWritable) {
  for (const Row& row : rows) {
    SCOPED_TRACE(&row - rows);
    const std::uint64_t counted = as_writable(row.stage, row.descriptor, row.updates);
    const std::uint64_t flipped = row.descriptor ^ (row.stage == stage1 ? AP_2 : S2AP_1);
    EXPECT_EQ(counted, row.writable_clean ? flipped : row.descriptor);
  }
}

TEST(DirtyState, WhatIsNeverChangedStays) {
  Random random(17);
  const std::array<HardwareUpdates, 3> all{none, access_only, both};
  for (unsigned i = 0; i < 30'000; ++i) {
    const std::uint64_t before = random.next();
    const HardwareUpdates updates = all[random.below(3)];
    const bool write = random.below(2) != 0;
    const std::uint64_t first = after_access(stage1, before, updates, write);
    EXPECT_EQ(first & AP_2 & ~before, 0u) << "AP[2] is never set";
    EXPECT_EQ((first ^ before) & ~(AF | AP_2), 0u) << "DBM and all else stay";
    const std::uint64_t second = after_access(stage2, before, updates, write);
    EXPECT_EQ(before & S2AP_1 & ~second, 0u) << "S2AP[1] is never cleared";
    EXPECT_EQ((second ^ before) & ~(AF | S2AP_1), 0u);
    for (const std::uint64_t after : {first, second}) {
      EXPECT_EQ(before & AF & ~after, 0u) << "AF is never cleared";
      if ((after ^ before) & AP_2) {
        EXPECT_TRUE(write && updates.dirty_state && (before & DBM) && (after & AF));
      }
    }
    // Once is enough: what has been updated isn't updated again.
    EXPECT_EQ(after_access(stage1, first, updates, write), first);
    EXPECT_EQ(after_access(stage2, second, updates, write), second);
  }
}

}  // namespace
}  // namespace doorbell::smmu
