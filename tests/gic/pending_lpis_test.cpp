#include "doorbell/gic/arch/pending_lpis.h"

#include <gtest/gtest.h>

namespace doorbell::gic {
namespace {

constexpr LpiConfiguration enabled(std::uint8_t priority) {
  return {priority, true};
}
constexpr LpiConfiguration masked(std::uint8_t priority) {
  return {priority, false};
}

TEST(PendingLpis, TheMostUrgentComesFirstAndTheOldestOfItsPriority) {
  PendingLpis<int> lpis;
  lpis.insert(8300, enabled(0xA0), 1);
  lpis.insert(8200, enabled(0xA0), 2);
  lpis.insert(9000, enabled(0x20), 3);
  EXPECT_EQ(lpis.highest(), (PendingInterrupt{9000, 0x20, Group::group1}));
  EXPECT_EQ(lpis.remove(9000), 3);
  EXPECT_EQ(lpis.highest().INTID, 8300u);
  EXPECT_EQ(lpis.remove(8300), 1);
  EXPECT_EQ(lpis.highest().INTID, 8200u);
  EXPECT_EQ(lpis.remove(8200), 2);
  EXPECT_FALSE(lpis.highest().valid());
  EXPECT_EQ(lpis.size(), 0u);
}

TEST(PendingLpis, MaskedOnesWaitForAConfiguration) {
  PendingLpis<int> lpis;
  lpis.insert(8192, masked(0xA0), 0);
  EXPECT_TRUE(lpis.contains(8192));
  EXPECT_FALSE(lpis.highest().valid());
  EXPECT_EQ(lpis.disabled(), 1u);
  lpis.reconfigure(8192, enabled(0x40));
  EXPECT_EQ(lpis.highest(), (PendingInterrupt{8192, 0x40, Group::group1}));
  EXPECT_EQ(lpis.disabled(), 0u);
  lpis.reconfigure(8192, masked(0x40));
  EXPECT_FALSE(lpis.highest().valid());
}

TEST(PendingLpis, OnlyANewConfigurationLosesItsPlace) {
  PendingLpis<int> lpis;
  lpis.insert(8192, enabled(0x40), 0);
  lpis.insert(8193, enabled(0x40), 0);
  lpis.reconfigure(8192, enabled(0x40));
  EXPECT_EQ(lpis.highest().INTID, 8192u);
  lpis.reconfigure(8192, enabled(0x80));
  lpis.reconfigure(8192, enabled(0x40));
  EXPECT_EQ(lpis.highest().INTID, 8193u);
}

TEST(PendingLpis, RoomIsMadeWithMaskedOnesThenWithTheLeastUrgent) {
  PendingLpis<int> lpis;
  lpis.insert(8192, enabled(0x20), 0);
  lpis.insert(8193, enabled(0xF0), 0);
  lpis.insert(8194, masked(0x00), 0);
  EXPECT_EQ(lpis.victim(), 8194u);
  lpis.remove(8194);
  EXPECT_EQ(lpis.victim(), 8193u);
  lpis.remove(8193);
  EXPECT_EQ(lpis.victim(), 8192u);
}

TEST(PendingLpis, ListsINTIDsInOrder) {
  PendingLpis<int> lpis;
  for (const std::uint32_t INTID : {60000u, 8192u, 9000u})
    lpis.insert(INTID, enabled(0x80), 0);
  EXPECT_EQ(lpis.intids(), (std::vector<std::uint32_t>{8192, 9000, 60000}));
}

TEST(PendingLpis, AgreesWithASimpleModel) {
  PendingLpis<std::uint32_t> lpis;
  std::vector<std::pair<std::uint32_t, LpiConfiguration>> model;  // in order of arrival
  std::uint64_t state = 42;
  const auto random = [&state](std::uint32_t below) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::uint32_t>((state >> 33) % below);
  };
  for (int step = 0; step < 20000; ++step) {
    const std::uint32_t INTID = 8192 + random(600);
    if (!lpis.contains(INTID)) {
      const LpiConfiguration configuration{static_cast<std::uint8_t>(random(32) << 3),
                                           random(4) != 0};
      lpis.insert(INTID, configuration, INTID);
      model.emplace_back(INTID, configuration);
    } else {
      ASSERT_EQ(lpis.remove(INTID), INTID);
      std::erase_if(model, [INTID](const auto& one) { return one.first == INTID; });
    }
    PendingInterrupt expected;
    for (const auto& [id, configuration] : model) {
      if (configuration.enabled && configuration.priority < expected.priority) {
        expected = {id, configuration.priority, Group::group1};
      }
    }
    ASSERT_EQ(lpis.highest(), expected) << step;
    ASSERT_EQ(lpis.size(), model.size());
  }
}

}  // namespace
}  // namespace doorbell::gic
