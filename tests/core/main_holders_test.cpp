#include "doorbell/core/arch/main_holders.h"

#include <gtest/gtest.h>

#include <map>

#include "doorbell/core/arch/random.h"

namespace doorbell {
namespace {

TEST(MainHolders, AFewAreExactAndInOrder) {
  MainHolders holders;
  holders.add(7, 10);
  holders.add(5, 30);
  holders.add(7, 15);
  holders.add(6, 25);
  const auto order = holders.in_order();
  ASSERT_EQ(order.size(), 3u);
  EXPECT_EQ(order[0].id, 5u);
  EXPECT_EQ(order[1].id, 6u) << "of equal ones, the smaller number first";
  EXPECT_EQ(order[2].id, 7u);
  for (const auto& entry : order)
    EXPECT_EQ(entry.error, 0u);
  EXPECT_EQ(order[2].time, 25u);
}

TEST(MainHolders, OfManyTheOneThatHoldsMoreThanItsShareIsFoundAndNeverExaggerated) {
  MainHolders holders;
  std::map<std::uint64_t, Time> truth;
  Random random(3);
  for (unsigned i = 0; i < 20'000; ++i) {
    const std::uint64_t id = i % 5 == 0 ? 77 : 1000 + random.below(3000);
    const Time time = 1 + random.below(100);
    holders.add(id, time);
    truth[id] += time;
  }
  const auto order = holders.in_order();
  ASSERT_FALSE(order.empty());
  EXPECT_LE(order.size(), MainHolders::capacity);
  EXPECT_EQ(order.front().id, 77u);
  for (const auto& entry : order) {
    EXPECT_LE(entry.certain(), truth[entry.id]);
    EXPECT_GE(entry.time, truth[entry.id]);
  }
}

}  // namespace
}  // namespace doorbell
