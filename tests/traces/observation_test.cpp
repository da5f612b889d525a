#include "platforms/replay/observation.h"

#include <gtest/gtest.h>

#include "platforms/replay/counts.h"

namespace doorbell::replay {
namespace {

TEST(Observation, AReadTellsOfTheWritesAheadOfItAlone) {
  Observation observation;
  observation.handed(11);
  observation.handed(12);
  const auto read = observation.evidence_started();
  observation.handed(13);
  EXPECT_EQ(observation.next_observed(read), 11u);
  EXPECT_EQ(observation.next_observed(read), 12u);
  EXPECT_EQ(observation.next_observed(read), 0u);
  EXPECT_EQ(observation.unobserved(), 1u);
}

TEST(Observation, AFlushIsForWritesOfWhichNothingUnderWayWillTell) {
  Observation observation;
  EXPECT_FALSE(observation.needs_flush()) << "there is no write";
  const auto older = observation.evidence_started();
  observation.handed(11);
  EXPECT_TRUE(observation.needs_flush()) << "the read was issued ahead of it";
  const auto newer = observation.evidence_started();
  EXPECT_FALSE(observation.needs_flush()) << "whatever else is under way";
  observation.evidence_ended(newer);
  EXPECT_TRUE(observation.needs_flush());
  observation.evidence_ended(older);
  EXPECT_TRUE(observation.needs_flush());
}

TEST(Observation, EachReadIsUnderWayUntilItEnds) {
  Observation observation;
  observation.handed(11);
  const auto one = observation.evidence_started();
  const auto other = observation.evidence_started();
  observation.evidence_ended(one);
  EXPECT_FALSE(observation.needs_flush()) << "the other one will tell";
  observation.evidence_ended(other);
  EXPECT_TRUE(observation.needs_flush());
}

TEST(ReplayCounts, OfCopiesAddUpEachByItself) {
  const ReplayCounts one{.released = 1,
                         .done = 2,
                         .maps = 3,
                         .unmaps = 4,
                         .submits = 5,
                         .handles = 6,
                         .smmu_commands = 7,
                         .its_commands = 8,
                         .reads = 9,
                         .writes = 10,
                         .bytes = 11,
                         .msis = 12,
                         .msis_taken = 13,
                         .msis_joined = 14,
                         .msis_lost = 15,
                         .flushes = 16,
                         .refused = 17,
                         .failed = 18};
  ReplayCounts both = one;
  both += one;
  EXPECT_EQ(both.released, 2u);
  EXPECT_EQ(both.done, 4u);
  EXPECT_EQ(both.maps, 6u);
  EXPECT_EQ(both.unmaps, 8u);
  EXPECT_EQ(both.submits, 10u);
  EXPECT_EQ(both.handles, 12u);
  EXPECT_EQ(both.smmu_commands, 14u);
  EXPECT_EQ(both.its_commands, 16u);
  EXPECT_EQ(both.reads, 18u);
  EXPECT_EQ(both.writes, 20u);
  EXPECT_EQ(both.bytes, 22u);
  EXPECT_EQ(both.msis, 24u);
  EXPECT_EQ(both.msis_taken, 26u);
  EXPECT_EQ(both.msis_joined, 28u);
  EXPECT_EQ(both.msis_lost, 30u);
  EXPECT_EQ(both.flushes, 32u);
  EXPECT_EQ(both.refused, 34u);
  EXPECT_EQ(both.failed, 36u);
}

}  // namespace
}  // namespace doorbell::replay
