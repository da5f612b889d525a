#include "doorbell/core/arch/slots.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/random.h"
#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

class SlotsTest : public ::testing::Test {
 protected:
  Scheduler scheduler;
  Statistics statistics;
};

Task<void> use(Scheduler& scheduler, Slots& slots, Time service, std::vector<Time>& ends) {
  Slot slot = co_await slots.acquire({"user", ends.size()});
  co_await Delay{scheduler, service};
  ends.push_back(scheduler.now());
}

TEST_F(SlotsTest, BoundsConcurrencyAndGrantsInOrder) {
  Slots slots{scheduler, statistics.group("test"), "places", 2};
  TaskGroup tasks{scheduler};
  std::vector<Time> ends;
  for (int i = 0; i < 5; ++i)
    tasks.start(use(scheduler, slots, 100, ends));
  EXPECT_EQ(slots.free(), 0u);
  EXPECT_STREQ(slots.oldest_holder().what, "user");
  scheduler.run();
  EXPECT_EQ(ends, (std::vector<Time>{100, 100, 200, 200, 300}));
  EXPECT_EQ(slots.free(), 2u);
}

Task<void> hold(Scheduler& scheduler, Slots& slots, Holder holder, Time time) {
  Slot slot = co_await slots.acquire(holder);
  co_await Delay{scheduler, time};
}

TEST_F(SlotsTest, TheOldestHolderIsWhoseGrantIsLongestAgo) {
  Slots slots{scheduler, statistics.group("test"), "places", 3};
  TaskGroup tasks{scheduler};
  tasks.start(hold(scheduler, slots, {"first", 1}, 100));
  tasks.start(hold(scheduler, slots, {"second", 2}, 300));
  tasks.start(hold(scheduler, slots, {"third", 3}, 300));
  EXPECT_STREQ(slots.oldest_holder().what, "first");
  scheduler.run_until(100);
  EXPECT_STREQ(slots.oldest_holder().what, "second");
  tasks.start(hold(scheduler, slots, {"fourth", 4}, 300));  // in the place of the first
  EXPECT_STREQ(slots.oldest_holder().what, "second");
  scheduler.run();
  EXPECT_FALSE(slots.oldest_holder().known());
}

TEST_F(SlotsTest, AMovedSlotGivesItsOldPlaceBack) {
  Slots slots{scheduler, statistics.group("test"), "places", 2};
  TaskGroup tasks{scheduler};
  Slot kept;
  const auto take_twice = [](Slots& from, Slot& into) -> Task<void> {
    into = co_await from.acquire();
    into = co_await from.acquire();
  };
  tasks.start(take_twice(slots, kept));
  EXPECT_EQ(slots.free(), 1u);
  kept.release();
  EXPECT_EQ(slots.free(), 2u);
  kept.release();
  EXPECT_EQ(slots.free(), 2u);
}

Task<void> wait_with_journey(Scheduler& scheduler, Slots& slots, JourneyHandle journey) {
  Slot slot = co_await slots.acquire({}, journey);
  co_await Delay{scheduler, 10};
}

TEST_F(SlotsTest, TheJourneyKnowsWhatItWaitedFor) {
  StageGraph graph;
  StageStatistics stage_statistics{graph};
  JourneyLog log{stage_statistics};
  log.keep_spans(0, 1);
  const StageId stage = graph.add({"tcu", 50, "", ""});
  Slots slots{scheduler, statistics.group("tcu"), "walkers", 1};
  TaskGroup tasks{scheduler};
  std::vector<Time> ends;
  tasks.start(use(scheduler, slots, 100, ends));
  JourneyHandle journey = log.start({1, 1, 0}, stage, 0);
  tasks.start(wait_with_journey(scheduler, slots, journey));
  scheduler.run();
  log.finish(journey, Outcome::acknowledged, scheduler.now());
  ASSERT_EQ(journey->samples().size(), 1u);
  EXPECT_EQ(journey->samples()[0].waiting, 100u);
  EXPECT_EQ(journey->samples()[0].service, 10u);
  ASSERT_EQ(journey->spans().size(), 2u);
  EXPECT_STREQ(journey->spans()[0].resource, "tcu.walkers");
  EXPECT_STREQ(journey->spans()[0].holder.what, "user");
}

TEST_F(SlotsTest, MayBeDestroyedWithTasksWaitingAndHolding) {
  Slots slots{scheduler, statistics.group("test"), "places", 1};
  std::vector<Time> ends;
  {
    TaskGroup tasks{scheduler};
    for (int i = 0; i < 3; ++i)
      tasks.start(use(scheduler, slots, 100, ends));
    scheduler.run_until(50);
  }
  EXPECT_EQ(slots.free(), 1u);
  EXPECT_TRUE(ends.empty());
}

Task<void> arrivals(Scheduler& scheduler, Slots& slots, TaskGroup& tasks, Random& random, Time mean,
                    Time service, int count, std::vector<Time>& ends) {
  for (int i = 0; i < count; ++i) {
    co_await Delay{scheduler, random.exponential(mean)};
    tasks.start(use(scheduler, slots, service, ends));
  }
}

struct LoadCase {
  double load;
  double waiting;  // M/D/1: mean wait / service = rho / (2 (1 - rho))
  int samples;
};

class MD1 : public ::testing::TestWithParam<LoadCase> {};

TEST_P(MD1, QueueingDelayMatches) {
  Scheduler scheduler;
  Statistics statistics;
  Slots slots{scheduler, statistics.group("server"), "place", 1};
  Random random{2026};
  std::vector<Time> ends;
  ends.reserve(static_cast<std::size_t>(GetParam().samples));
  constexpr Time service = 10'000;
  TaskGroup users{scheduler};
  TaskGroup source{scheduler};
  const auto mean = static_cast<Time>(service / GetParam().load);
  source.spawn(arrivals(scheduler, slots, users, random, mean, service, GetParam().samples, ends));
  scheduler.run();
  statistics.finish(scheduler.now());
  const double waited = static_cast<double>(slots.queue().occupancy_integral()) /
                        static_cast<double>(slots.server().completions());
  EXPECT_NEAR(waited / service, GetParam().waiting, 0.03 * GetParam().waiting);
  EXPECT_NEAR(slots.server().utilisation(), GetParam().load, 0.01 * GetParam().load);
  EXPECT_LT(slots.queue().littles_law_error(), 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Loads, MD1,
                         ::testing::Values(LoadCase{0.3, 0.2143, 400'000},
                                           LoadCase{0.5, 0.5, 400'000},
                                           LoadCase{0.7, 1.1667, 600'000},
                                           LoadCase{0.9, 4.5, 2'000'000}));

}  // namespace
}  // namespace doorbell
