// What each of several TBUs has, of its own or as all, and what they can't have together.
#include <gtest/gtest.h>

#include <string>

#include "doorbell/core/arch/error.h"
#include "doorbell/smmu/arch/parameters.h"

namespace doorbell::smmu {
namespace {

std::string refusal(const SmmuParameters& parameters) {
  try {
    parameters.check();
  } catch (const InputError& error) {
    return error.what();
  }
  return "fits";
}

TEST(TbuEntries, AreAsAllButForWhatTheySay) {
  SmmuParameters all;
  all.tbu.main_tlb.geometry = {64, 4, ReplacementPolicy::lru, 1};
  all.tbu.micro_tlb.geometry = {8, 8, ReplacementPolicy::lru, 1};
  all.tbu.outstanding_reads = 5;
  all.tbus = {{.first_stream_id = 0, .last_stream_id = 9},
              {.first_stream_id = 10,
               .last_stream_id = 19,
               .micro_tlb_entries = 32,
               .main_tlb_entries = 256,
               .outstanding_writes = 7,
               .translation_slots = 3,
               .translation_requests = 2}};
  const TbuParameters same = all.of_tbu(0).tbu, own = all.of_tbu(1).tbu;
  EXPECT_EQ(same.main_tlb.geometry.entries, 64u);
  EXPECT_EQ(same.micro_tlb.geometry.ways, 8u);
  EXPECT_EQ(own.main_tlb.geometry.entries, 256u);
  EXPECT_EQ(own.main_tlb.geometry.ways, 4u);
  EXPECT_EQ(own.micro_tlb.geometry.entries, 32u);
  EXPECT_EQ(own.micro_tlb.geometry.ways, 32u) << "what is fully associative stays so";
  EXPECT_EQ(own.outstanding_reads, 5u);
  EXPECT_EQ(own.outstanding_writes, 7u);
  EXPECT_EQ(own.translation_slots, 3u);
  EXPECT_EQ(own.translation_requests, 2u);
  EXPECT_EQ(refusal(all), "fits");
}

TEST(TbuEntries, EachStreamIsAtOneOfThem) {
  SmmuParameters p;
  p.tbus = {{.first_stream_id = 0, .last_stream_id = 9}, {.first_stream_id = 10}};
  EXPECT_EQ(refusal(p), "fits");
  p.tbus[1].first_stream_id = 9;
  EXPECT_EQ(refusal(p),
            "smmu.tbus.1.first_stream_id, smmu.tbus.1.last_stream_id: expected StreamIDs that none "
            "of smmu.tbus.0.first_stream_id to last_stream_id is, found 9 in both");
  p.tbus[1] = {.first_stream_id = 20, .last_stream_id = 19};
  EXPECT_EQ(refusal(p),
            "smmu.tbus.1.last_stream_id: expected at least smmu.tbus.1.first_stream_id=20, found "
            "19");
}

TEST(TbuEntries, HaveTlbsOfWholeSets) {
  SmmuParameters p;
  p.tbu.main_tlb.geometry = {64, 4, ReplacementPolicy::lru, 1};
  p.tbus = {{.main_tlb_entries = 128}};
  EXPECT_EQ(refusal(p), "fits");
  p.tbus[0].main_tlb_entries = 130;
  EXPECT_EQ(refusal(p),
            "smmu.tbus.0.main_tlb_entries: expected a multiple of smmu.tlb.ways, found 130");
}

TEST(Clocks, OfAnSmmuAreThoseOfThisWorld) {
  SmmuParameters p;
  p.clock = 2'000'000'000;
  EXPECT_EQ(refusal(p), "fits");
  p.clock = 1'000'000;
  p.speed = 999;
  EXPECT_EQ(refusal(p),
            "smmu.speed: expected a clock of 1MHz to 1000GHz with smmu.clock, in Hz, found 999000");
}

}  // namespace
}  // namespace doorbell::smmu
