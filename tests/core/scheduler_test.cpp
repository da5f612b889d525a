#include "doorbell/core/arch/scheduler.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

Task<void> ticks(Scheduler& scheduler, Time period, int count, int& done) {
  for (int i = 0; i < count; ++i) {
    co_await Delay{scheduler, period};
    ++done;
  }
}

TEST(Scheduler, RunsUpToAndIncludingTheLimit) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  int done = 0;
  tasks.spawn(ticks(scheduler, 10, 100, done));
  scheduler.run_until(50);
  EXPECT_EQ(done, 5);
  EXPECT_EQ(scheduler.next_due(), 60u);
  EXPECT_EQ(scheduler.now(), 50u);
}

Task<void> returns_early(Scheduler& scheduler, int& done) {
  co_await Delay{scheduler, 5};
  scheduler.request_return();
  ++done;
  co_await Delay{scheduler, 5};
  ++done;
}

TEST(Scheduler, ReturnsEarlyWhenAsked) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  int done = 0;
  tasks.spawn(returns_early(scheduler, done));
  scheduler.run_until(100);
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(scheduler.take_return_request());
  EXPECT_FALSE(scheduler.take_return_request());
  scheduler.run_until(100);
  EXPECT_EQ(done, 2);
}

TEST(Scheduler, LooseTimingSuspendsWhenTheQuantumIsUsedUp) {
  Scheduler scheduler;
  scheduler.set_timing(Timing::loose);
  scheduler.set_quantum(100);
  TaskGroup tasks{scheduler};
  int first = 0;
  int other = 0;
  tasks.spawn(ticks(scheduler, 10, 50, first));
  tasks.spawn(ticks(scheduler, 10, 50, other));
  scheduler.run_until(0);
  EXPECT_EQ(first, 10);
  EXPECT_EQ(other, 10);
  scheduler.run();
  EXPECT_EQ(first, 50);
  EXPECT_EQ(scheduler.timing(), Timing::loose);
}

TEST(Scheduler, ABodyHasALocalTimeOfItsOwn) {
  Scheduler scheduler;
  scheduler.set_timing(Timing::loose);
  EXPECT_TRUE(scheduler.pass_loosely(30));
  Time inside = 0;
  scheduler.run_at_local_time(500, [&] {
    inside = scheduler.now();
    scheduler.pass_loosely(7);
  });
  EXPECT_EQ(inside, 500u);
  EXPECT_EQ(scheduler.now(), 30u);
}

TEST(Scheduler, TellsOfASwitchOfTiming) {
  Scheduler scheduler;
  int switches = 0;
  scheduler.on_timing_change([&](Timing timing) {
    EXPECT_EQ(timing, Timing::loose);
    ++switches;
  });
  scheduler.set_timing(Timing::approximate);
  scheduler.set_timing(Timing::loose);
  scheduler.set_timing(Timing::loose);
  EXPECT_EQ(switches, 1);
}

Task<void> after_two_delays(Scheduler& scheduler, bool in_one, std::vector<int>& order) {
  if (in_one) {
    co_await Delays{scheduler, 4, 6};
  } else {
    co_await Delay{scheduler, 4};
    co_await Delay{scheduler, 6};
  }
  order.push_back(0);
}

Task<void> due_with_it(Scheduler& scheduler, Time start, int number, std::vector<int>& order) {
  co_await Delay{scheduler, start};
  co_await Delay{scheduler, 10 - start};
  order.push_back(number);
}

TEST(Scheduler, TwoDelaysInOneComeWhereTheSecondWould) {
  std::vector<int> orders[2];
  for (const bool in_one : {false, true}) {
    Scheduler scheduler;
    TaskGroup tasks{scheduler};
    tasks.start(due_with_it(scheduler, 5, 3, orders[in_one]));
    tasks.start(after_two_delays(scheduler, in_one, orders[in_one]));
    tasks.start(due_with_it(scheduler, 3, 1, orders[in_one]));
    tasks.start(due_with_it(scheduler, 2, 2, orders[in_one]));
    scheduler.run();
    EXPECT_EQ(scheduler.now(), 10u);
  }
  EXPECT_EQ(orders[0], (std::vector<int>{2, 1, 0, 3}));
  EXPECT_EQ(orders[1], orders[0]);
}

}  // namespace
}  // namespace doorbell
