#include "doorbell/core/arch/clock.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/random.h"

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

TEST(Clock, FindsTheFirstEdgeFromAnyTimeOn) {
  Scheduler scheduler;
  Random random{3};
  // Periods of 1 ps to 1 us; times up to a thousand hours, at, before and behind edges.
  for (const Time period : {1u, 2u, 400u, 500u, 625u, 1'000u, 1'000'000u}) {
    const Clock clock{scheduler, second / period};
    for (int i = 0; i < 2'000; ++i) {
      const Time edge = random.below(3'600'000 * second / period) * period;
      ASSERT_EQ(clock.after(edge, 0), edge) << period;
      ASSERT_EQ(clock.after(edge + 1, 2), edge + 3 * period) << edge;
      ASSERT_EQ(clock.after(edge + period - 1, 0), period == 1 ? edge : edge + period) << edge;
    }
  }
}

}  // namespace
}  // namespace doorbell
