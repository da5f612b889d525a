#include "doorbell/core/arch/clock.h"

#include <gtest/gtest.h>

namespace doorbell {
namespace {

TEST(Clock, WholePeriodsAreExact) {
  Scheduler scheduler;
  const Clock clock{scheduler, 1'000'000'000};
  EXPECT_EQ(clock.edge(5), 5 * nanosecond);
  EXPECT_EQ(clock.after(0, 3), 3 * nanosecond);
  EXPECT_EQ(clock.after(1, 3), 4 * nanosecond);
}

TEST(Clock, EdgesOfOtherFrequenciesAreRoundedWithoutDrift) {
  Scheduler scheduler;
  const Clock clock{scheduler, 3'000'000'000};
  EXPECT_EQ(clock.edge(1), 333u);
  EXPECT_EQ(clock.edge(2), 667u);
  EXPECT_EQ(clock.edge(3), 1000u);
  EXPECT_EQ(clock.edge(3'000'000'000), second);
  for (std::uint64_t n = 0; n < 10'000; ++n) {
    ASSERT_EQ(clock.after(clock.edge(n), 0), clock.edge(n));
    ASSERT_EQ(clock.after(clock.edge(n) + 1, 0), clock.edge(n + 1));
  }
}

}  // namespace
}  // namespace doorbell
