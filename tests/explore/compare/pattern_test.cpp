#include "platforms/explore/compare/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace doorbell::explore {
namespace {

TEST(Pattern, WithoutAStarIsANameItself) {
  EXPECT_TRUE(name_matches("totals.measured", "totals.measured"));
  EXPECT_FALSE(name_matches("totals.measured", "totals.measure"));
  EXPECT_FALSE(name_matches("totals.measure", "totals.measured"));
  EXPECT_FALSE(name_matches("", "totals"));
  EXPECT_TRUE(name_matches("", ""));
}

TEST(Pattern, OneStarStaysWithinAComponent) {
  EXPECT_TRUE(name_matches("latency.*.p99", "latency.end_to_end.p99"));
  EXPECT_FALSE(name_matches("latency.*.p99", "latency.its.waiting.p99"));
  EXPECT_TRUE(name_matches("virt.cpu*.interrupts", "virt.cpu12.interrupts"));
  EXPECT_TRUE(name_matches("virt.cpu*.interrupts", "virt.cpu.interrupts"));
  EXPECT_FALSE(name_matches("*", "totals.measured"));
  EXPECT_TRUE(name_matches("*.*", "totals.measured"));
}

TEST(Pattern, TwoStarsCrossComponents) {
  EXPECT_TRUE(name_matches("**", "totals.measured"));
  EXPECT_TRUE(name_matches("**", ""));
  EXPECT_TRUE(name_matches("latency.**.p99", "latency.its.waiting.p99"));
  EXPECT_TRUE(name_matches("**.hit_rate", "virt.smmu.tbu.main_tlb.hit_rate"));
  EXPECT_FALSE(name_matches("**.hit_rate", "virt.smmu.tbu.main_tlb.hits"));
  EXPECT_TRUE(name_matches("**tlb**rate", "virt.smmu.tbu.main_tlb.hit_rate"));
}

TEST(Pattern, OtherCharactersStandForThemselves) {
  EXPECT_FALSE(name_matches("latency?end", "latency.end"));
  EXPECT_FALSE(name_matches("a.b", "axb"));
  EXPECT_TRUE(name_matches("latency.*.p99.9", "latency.end_to_end.p99.9"));
  EXPECT_FALSE(name_matches("latency.*.p99", "latency.end_to_end.p99.9"));
}

TEST(Pattern, ManyStarsTakeNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "**a";
  EXPECT_FALSE(name_matches(pattern + "b", std::string(500, 'a')));
}

}  // namespace
}  // namespace doorbell::explore
