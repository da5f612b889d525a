#include "doorbell/core/arch/causes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "doorbell/core/arch/random.h"
#include "tests/core/journeys.h"

namespace doorbell {
namespace {

class CausesTest : public ::testing::Test {
 protected:
  CausesTest() {
    link_ = maker_.graph().add({"link", 1, "its", ""});
    its_ = maker_.graph().add({"its", 2, "", ""});
    maker_.log().on_finish([this](const Journey& journey, Outcome) { causes_.add(journey); });
  }

  JourneyMaker maker_;
  Causes causes_;
  StageId link_, its_;
};

using Key = std::tuple<unsigned, bool, std::string, std::string>;

Key key_of(const Cause& cause) {
  return {static_cast<unsigned>(cause.stage), cause.waiting, std::string(cause.resource),
          std::string(cause.holder)};
}

// Everything remembered and sorted, which Causes must not do.
struct BruteForce {
  struct Msi {
    Time end_to_end = 0;
    std::map<Key, Amount> causes;
  };
  std::vector<Msi> msis;

  void add(const std::vector<MadeSpan>& spans) {
    Msi msi;
    for (const MadeSpan& span : spans) {
      if (span.time == 0) continue;
      msi.end_to_end += span.time;
      const Key key{static_cast<unsigned>(span.stage), span.waiting, span.resource,
                    span.holder.what};
      msi.causes[key] += {1, span.time};
    }
    msis.push_back(msi);
  }
  Time median() {
    std::sort(msis.begin(), msis.end(),
              [](const Msi& a, const Msi& b) { return a.end_to_end < b.end_to_end; });
    return msis[(msis.size() + 1) / 2 - 1].end_to_end;
  }
};

TEST_F(CausesTest, SumsAreThoseOfBruteForce) {
  // The same text at two addresses.
  static const char text[] = "walk of page";
  static const char twin[] = "walk of page";
  const char* const holders[] = {text, twin, "", "CMD_SYNC"};
  const char* const resources[] = {"walkers", "", "credits"};
  BruteForce all;
  Random random(11);
  for (unsigned i = 0; i < 3000; ++i) {
    std::vector<MadeSpan> spans;
    for (unsigned j = 0, count = 1 + random.below(12); j < count; ++j) {
      spans.push_back({random.below(2) != 0 ? link_ : its_,
                       random.below(2) != 0,
                       resources[random.below(3)],
                       {holders[random.below(4)], random.below(5)},
                       random.below(1u << random.below(24))});
    }
    spans.push_back({its_, false, "end", {}, 1});  // none takes no time at all
    all.add(spans);
    maker_.make(spans);
  }

  const Causes::Split split = causes_.split();
  const Time median = all.median();
  EXPECT_GT(split.limit, median);
  EXPECT_LE(split.limit - median, median / 32 + 1);

  std::map<Key, Amount> slow, typical;
  Amount slow_whole, typical_whole;
  for (const auto& msi : all.msis) {
    const bool is_slow = msi.end_to_end >= split.limit;
    (is_slow ? slow_whole : typical_whole) += {1, msi.end_to_end};
    for (const auto& [key, amount] : msi.causes)
      (is_slow ? slow : typical)[key] += amount;
  }
  EXPECT_EQ(split.slow.count, slow_whole.count);
  EXPECT_EQ(split.slow.time, slow_whole.time);
  EXPECT_EQ(split.typical.count, typical_whole.count);
  EXPECT_EQ(split.typical.time, typical_whole.time);
  std::size_t known = 0;
  for (const Causes::Part& part : split.parts) {
    const Key key = key_of(part.cause);
    EXPECT_EQ(part.slow.count, slow[key].count);
    EXPECT_EQ(part.slow.time, slow[key].time);
    EXPECT_EQ(part.typical.count, typical[key].count);
    EXPECT_EQ(part.typical.time, typical[key].time);
    known += part.slow.count + part.typical.count != 0 ? 1 : 0;
  }
  std::map<Key, Amount> either = slow;
  either.insert(typical.begin(), typical.end());
  std::size_t expected = 0;
  for (const auto& [key, amount] : either)
    expected += amount.count != 0 ? 1 : 0;
  EXPECT_EQ(known, split.parts.size()) << "each cause is there once";
  EXPECT_GE(known, expected);
}

TEST_F(CausesTest, PartsAddUpToTheWhole) {
  Random random(5);
  for (unsigned i = 0; i < 500; ++i) {
    maker_.make({{link_, true, "line", {"write of stream", 8}, random.below(1'000'000)},
                 {its_, false, "", {}, 100 + random.below(5000)}});
  }
  const Causes::Split split = causes_.split();
  Time slow = 0, typical = 0;
  for (const Causes::Part& part : split.parts) {
    slow += part.slow.time;
    typical += part.typical.time;
  }
  EXPECT_EQ(slow, split.slow.time);
  EXPECT_EQ(typical, split.typical.time);
  EXPECT_EQ(split.slow.count + split.typical.count, 500u);
}

TEST_F(CausesTest, WhatOnlySlowOnesDoStandsFirst) {
  // All wait long for the line; slow ones wait for a walker on top of that.
  for (unsigned i = 0; i < 100; ++i) {
    const Time extra = i < 60 ? 0 : 500'000;
    maker_.make({{link_, true, "line", {}, 2'000'000},
                 {its_, true, "walkers", {"walk of page", i % 2}, extra},
                 {its_, false, "", {}, 1000}});
  }
  const Causes::Split split = causes_.split();
  EXPECT_EQ(split.slow.count, 40u);
  EXPECT_EQ(split.parts.front().cause.resource, "walkers");
  EXPECT_EQ(split.parts.front().holders.size(), 2u);
}

TEST_F(CausesTest, EqualLatenciesLeaveNoSlowOnes) {
  for (unsigned i = 0; i < 10; ++i)
    maker_.make({{its_, false, "", {}, 1000}});
  const Causes::Split split = causes_.split();
  EXPECT_EQ(split.slow.count, 0u);
  EXPECT_EQ(split.typical.count, 10u);
  EXPECT_GT(split.limit, 1000u);
}

TEST_F(CausesTest, OfAnOddNumberTheMiddleOneIsTypical) {
  for (const Time time : {1000u, 2000u, 4000u})
    maker_.make({{its_, false, "", {}, time}});
  const Causes::Split split = causes_.split();
  EXPECT_EQ(split.typical.count, 2u);
  EXPECT_EQ(split.slow.count, 1u);
}

TEST_F(CausesTest, NothingGivesNothing) {
  const Causes::Split split = causes_.split();
  EXPECT_EQ(split.slow.count + split.typical.count, 0u);
  EXPECT_TRUE(split.parts.empty());
}

TEST_F(CausesTest, HundredsOfResourcesAreKeptApart) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < 400; ++i)
    names.push_back("resource " + std::to_string(i));
  for (unsigned i = 0; i < 400; ++i)
    maker_.make({{its_, true, names[i].c_str(), {}, 1 + i}});
  const Causes::Split split = causes_.split();
  ASSERT_EQ(split.parts.size(), 400u);
  for (const Causes::Part& part : split.parts) {
    const Time time = part.slow.time + part.typical.time;
    EXPECT_EQ(part.cause.resource, "resource " + std::to_string(time - 1));
  }
}

}  // namespace
}  // namespace doorbell
