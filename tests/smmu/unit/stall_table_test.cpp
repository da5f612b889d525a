// Stalled transactions and their STAGs (IHI 0070 3.12.2, 4.7.1, 4.7.2, 6.3.6).
#include "doorbell/smmu/arch/stall_table.h"

#include <gtest/gtest.h>

#include <set>

namespace doorbell::smmu {

bool operator==(const StallTable::Ended& a, const StallTable::Ended& b) {
  return a.index == b.index && a.how == b.how;
}

namespace {

using Index = StallTable::Index;
using Ended = StallTable::Ended;
using Endings = std::vector<Ended>;

StallTable::Stall read_of(std::uint32_t stream, std::uint64_t address = 0x1000) {
  return {.stream = {.stream_id = stream}, .address = address};
}

Index stall(StallTable& table, const StallTable::Stall& what, unsigned tbu = 0) {
  const std::optional<Index> place = table.take_place(tbu);
  EXPECT_TRUE(place.has_value());
  table.begin(place.value_or(0), what);
  return place.value_or(0);
}

/// Stalls with a record.
struct Recorded {
  Index index;
  std::uint16_t stag;
};
Recorded record(StallTable& table, const StallTable::Stall& what) {
  const Index index = stall(table, what);
  EXPECT_FALSE(table.suppressed(index));
  const auto stag = table.give_tag(index);
  EXPECT_TRUE(stag.has_value());
  return {index, stag.value_or(0)};
}

TEST(StallTable, ResumeEndsTheStallOfItsStagAndStream) {
  StallTable table(4, {8});
  const Recorded a = record(table, read_of(1)), b = record(table, read_of(2));
  EXPECT_NE(a.stag, b.stag);
  EXPECT_EQ(table.resume(2, a.stag, StallEnd::retry), Endings{});  // another's stream
  EXPECT_EQ(table.resume(1, 3, StallEnd::retry), Endings{});       // a STAG nobody has
  EXPECT_EQ(table.resume(1, 0xffff, StallEnd::retry), Endings{});
  EXPECT_EQ(table.count(), 2u);
  EXPECT_EQ(table.resume(2, b.stag, StallEnd::raz_wi), (Endings{{b.index, StallEnd::raz_wi}}));
  EXPECT_EQ(table.resume(2, b.stag, StallEnd::abort), Endings{});  // a second time
  EXPECT_EQ(table.resume(1, a.stag, StallEnd::retry), (Endings{{a.index, StallEnd::retry}}));
  EXPECT_EQ(table.count(), 0u);
}

// A late CMD_RESUME of a stall that has ended should meet nobody: STAGs come round.
TEST(StallTable, AStagThatWasGivenBackIsTheLastToBeUsedAgain) {
  StallTable table(3, {8});
  std::set<std::uint16_t> used;
  for (unsigned n = 0; n < 3; ++n) {
    const Recorded r = record(table, read_of(1, n * 0x1000));
    used.insert(r.stag);
    table.resume(1, r.stag, StallEnd::retry);
  }
  EXPECT_EQ(used, (std::set<std::uint16_t>{0, 1, 2}));
}

TEST(StallTable, NoMoreThanStallMaxHaveAStag) {
  StallTable table(2, {8});
  const Recorded a = record(table, read_of(1)), b = record(table, read_of(1, 0x2000));
  const Index c = stall(table, read_of(1, 0x3000));
  EXPECT_FALSE(table.has_tag());
  EXPECT_FALSE(table.give_tag(c).has_value());
  EXPECT_EQ(table.resume(1, b.stag, StallEnd::retry).size(), 1u);
  EXPECT_TRUE(table.has_tag());
  EXPECT_EQ(table.give_tag(c), b.stag);
  EXPECT_EQ(table.resume(1, b.stag, StallEnd::abort), (Endings{{c, StallEnd::abort}}));
  EXPECT_EQ(table.resume(1, a.stag, StallEnd::abort), (Endings{{a.index, StallEnd::abort}}));
}

TEST(StallTable, EachTbuHasItsPlaces) {
  StallTable table(8, {1, 0, 2});
  const std::optional<Index> a = table.take_place(0);
  ASSERT_TRUE(a.has_value());
  EXPECT_FALSE(table.take_place(0).has_value());
  EXPECT_FALSE(table.take_place(1).has_value());
  const std::optional<Index> b = table.take_place(2), c = table.take_place(2);
  ASSERT_TRUE(b && c);
  EXPECT_NE(b, c);
  EXPECT_FALSE(table.take_place(2).has_value());
  table.give_back(*b);
  EXPECT_FALSE(table.take_place(0).has_value());
  EXPECT_TRUE(table.take_place(2).has_value());
}

// One that is retried keeps its place, whoever comes meanwhile.
TEST(StallTable, AnEndedStallKeepsItsPlace) {
  StallTable table(2, {1});
  const Recorded a = record(table, read_of(1));
  EXPECT_EQ(table.resume(1, a.stag, StallEnd::retry).size(), 1u);
  EXPECT_FALSE(table.take_place(0).has_value());
  table.begin(a.index, read_of(1));
  EXPECT_FALSE(table.suppressed(a.index));  // by its own earlier record
  EXPECT_EQ(table.terminate_all(), (Endings{{a.index, StallEnd::abort}}));
  table.give_back(a.index);
  EXPECT_TRUE(table.take_place(0).has_value());
}

// 3.12.2.1: each line of the list.
TEST(StallTable, ADuplicateIsOfTheSamePageStreamAndKind) {
  StallTable table(8, {16});
  StallTable::Stall first = read_of(1, 0x1008);
  first.stream.substream_valid = true;
  first.stream.substream_id = 3;
  record(table, first);
  StallTable::Stall other = first;
  other.address = 0x1ff8;
  EXPECT_TRUE(table.suppressed(stall(table, other)));
  other.address = 0x2000;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.access.privileged = true;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.access.instruction = true;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.access.write = true;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.stream.substream_id = 4;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.stream.substream_id = 0;
  other.stream.substream_valid = false;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
  other = first;
  other.stream.stream_id = 2;
  EXPECT_FALSE(table.suppressed(stall(table, other)));
}

TEST(StallTable, OnlyARecordStandsForDuplicates) {
  StallTable table(1, {4});
  stall(table, read_of(1));
  const Recorded second = record(table, read_of(1));
  const Index third = stall(table, read_of(1));
  ASSERT_TRUE(table.suppressed(third));
  EXPECT_EQ(table.tag_of_first(third), second.stag);
  table.resume(1, second.stag, StallEnd::retry);
  EXPECT_FALSE(table.suppressed(stall(table, read_of(1))));  // the first is no longer stalled
}

// Whatever becomes of the first, those it stood for are retried, in their order (3.12.2.1).
TEST(StallTable, DuplicatesOfAResumedStallAreRetried) {
  StallTable table(4, {8});
  const Recorded a = record(table, read_of(1)), other = record(table, read_of(1, 0x2000));
  const Index b = stall(table, read_of(1)), of_other = stall(table, read_of(1, 0x2000)),
              c = stall(table, read_of(1));
  EXPECT_EQ(table.resume(1, a.stag, StallEnd::abort),
            (Endings{{a.index, StallEnd::abort}, {b, StallEnd::retry}, {c, StallEnd::retry}}));
  EXPECT_EQ(table.resume(1, other.stag, StallEnd::retry),
            (Endings{{other.index, StallEnd::retry}, {of_other, StallEnd::retry}}));
  EXPECT_EQ(table.count(), 0u);
}

TEST(StallTable, StallTermEndsAllOfAStream) {
  StallTable table(2, {8});
  const Recorded a = record(table, read_of(1));
  const Recorded b = record(table, read_of(2));
  const Index duplicate = stall(table, read_of(1)), unrecorded = stall(table, read_of(1, 0x3000));
  EXPECT_EQ(table.terminate(3), Endings{});
  EXPECT_EQ(table.terminate(1), (Endings{{a.index, StallEnd::abort},
                                         {duplicate, StallEnd::abort},
                                         {unrecorded, StallEnd::abort}}));
  EXPECT_EQ(table.count(), 1u);
  EXPECT_TRUE(table.has_tag());  // its STAG is free again
  EXPECT_EQ(table.resume(1, a.stag, StallEnd::retry), Endings{});
  EXPECT_EQ(table.terminate_all(), (Endings{{b.index, StallEnd::abort}}));
}

TEST(StallTable, WhatHasNoRecordIsRetriedWhenOneMayBeWritten) {
  StallTable table(2, {8});
  const Index a = stall(table, read_of(1));
  const Recorded b = record(table, read_of(2));
  const Index c = stall(table, read_of(3));
  EXPECT_TRUE(table.suppressed(stall(table, read_of(2))));
  EXPECT_EQ(table.retry_unrecorded(), (Endings{{a, StallEnd::retry}, {c, StallEnd::retry}}));
  EXPECT_EQ(table.count(), 2u);
  EXPECT_EQ(table.resume(2, b.stag, StallEnd::retry).size(), 2u);
}

TEST(StallTable, SettledItGivesStagsAsAtTheStart) {
  StallTable table(4, {4});
  table.resume(1, record(table, read_of(1)).stag, StallEnd::retry);
  EXPECT_EQ(record(table, read_of(1)).stag, 1u);
  table.terminate_all();
  table.settle();
  EXPECT_EQ(record(table, read_of(1)).stag, 0u);
}

}  // namespace
}  // namespace doorbell::smmu
