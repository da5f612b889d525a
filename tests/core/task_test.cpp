#include "doorbell/core/arch/task.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

Task<int> later(Scheduler& scheduler, Time delay, int value) {
  co_await Delay{scheduler, delay};
  co_return value;
}

Task<void> sum_of_delays(Scheduler& scheduler, int count, std::uint64_t& sum) {
  for (int i = 0; i < count; ++i) {
    sum += static_cast<std::uint64_t>(co_await later(scheduler, nanosecond, i));
  }
}

TEST(Task, LooseTimingGivesTheSameResultWithFarFewerResumes) {
  std::uint64_t resumes[2];
  for (const Timing timing : {Timing::approximate, Timing::loose}) {
    Scheduler scheduler;
    scheduler.set_timing(timing);
    TaskGroup tasks{scheduler};
    std::uint64_t sum = 0;
    tasks.spawn(sum_of_delays(scheduler, 10'000, sum));
    scheduler.run();
    EXPECT_EQ(sum, 49'995'000u);
    resumes[timing == Timing::loose ? 1 : 0] = scheduler.resumes();
  }
  EXPECT_GE(resumes[0], 10'000u);
  EXPECT_LT(resumes[1], resumes[0] / 100);
}

Task<int> throws_after(Scheduler& scheduler, Time delay) {
  co_await Delay{scheduler, delay};
  throw std::runtime_error("thrown in a task");
}

Task<void> catches(Scheduler& scheduler, Time delay, bool& caught) {
  try {
    co_await throws_after(scheduler, delay);
  } catch (const std::runtime_error&) {
    caught = true;
  }
}

TEST(Task, ExceptionsGoToTheAwaiter) {
  for (const Time delay : {Time{0}, nanosecond}) {
    Scheduler scheduler;
    TaskGroup tasks{scheduler};
    bool caught = false;
    tasks.spawn(catches(scheduler, delay, caught));
    scheduler.run();
    EXPECT_TRUE(caught);
  }
}

Task<void> throws_as_root(Scheduler& scheduler) {
  co_await throws_after(scheduler, 5);
}

TEST(Task, ARootTasksExceptionLeavesTheScheduler) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  tasks.spawn(throws_as_root(scheduler));
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(tasks.size(), 0u);
}

struct Counted {
  explicit Counted(int& n) : count(n) { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  int& count;
};

Task<void> holds(Scheduler& scheduler, int& alive) {
  Counted counted{alive};
  co_await later(scheduler, second, 0);
}

TEST(TaskGroup, DestroysWhatHasNotEnded) {
  Scheduler scheduler;
  int alive = 0;
  {
    TaskGroup tasks{scheduler};
    tasks.start(holds(scheduler, alive));
    tasks.spawn(holds(scheduler, alive));
    scheduler.run_until(nanosecond);
    EXPECT_EQ(alive, 2);
    EXPECT_EQ(tasks.size(), 2u);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(scheduler.next_due(), never);
}

Task<void> records(Scheduler& scheduler, std::vector<Time>& times) {
  times.push_back(scheduler.now());
  co_await Delay{scheduler, 7};
  times.push_back(scheduler.now());
}

TEST(TaskGroup, StartsAtTheTimeAsked) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  std::vector<Time> times;
  tasks.start_at(100, records(scheduler, times));
  EXPECT_TRUE(times.empty());
  scheduler.run();
  EXPECT_EQ(times, (std::vector<Time>{100, 107}));
}

/// Waits for odd numbers only.
Task<int> twice(Scheduler& scheduler, int number) {
  if (number % 2 == 0) return Task<int>::ready(2 * number);
  return later(scheduler, nanosecond, 2 * number);
}

Task<void> add_up(Scheduler& scheduler, int& sum) {
  for (int i = 0; i < 4; ++i)
    sum += co_await twice(scheduler, i);
}

TEST(Task, OneThatIsReadyGivesItsResultWithoutWaiting) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  int sum = 0;
  tasks.spawn(add_up(scheduler, sum));
  scheduler.run();
  EXPECT_EQ(sum, 12);
  EXPECT_EQ(scheduler.now(), 2 * nanosecond);
}

struct Told final : Completion {
  explicit Told(Scheduler& s) : scheduler(s) {}
  void completed() override {
    ++times;
    at = scheduler.now();
  }
  Scheduler& scheduler;
  int times = 0;
  Time at = 0;
};

Task<void> waits(Scheduler& scheduler, Time delay) {
  co_await Delay{scheduler, delay};
}

TEST(TaskGroup, TellsOfTheEndOfARootTask) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  Told at_once{scheduler}, suspended{scheduler};
  tasks.start(Task<void>::ready(), at_once);
  EXPECT_EQ(at_once.times, 1);
  tasks.start(waits(scheduler, 5), suspended);
  EXPECT_EQ(suspended.times, 0);
  scheduler.run();
  EXPECT_EQ(suspended.times, 1);
  EXPECT_EQ(suspended.at, 5u);
  EXPECT_EQ(tasks.size(), 0u);
}

Task<void> fails(Scheduler& scheduler) {
  co_await throws_after(scheduler, 5);
}

TEST(TaskGroup, ATaskThatThrowsHasNotEndedWell) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  Told told{scheduler};
  tasks.start(fails(scheduler), told);
  EXPECT_THROW(scheduler.run(), std::runtime_error);
  EXPECT_EQ(told.times, 0);
}

Task<int> twice(int value) {
  co_return 2 * co_await Task<int>::ready(value);
}

TEST(Task, RunsNowWhatNeverWaits) {
  EXPECT_EQ(run_now(twice(21)), 42);
  EXPECT_EQ(run_now(Task<int>::ready(7)), 7);
  Scheduler scheduler;
  EXPECT_THROW(run_now(later(scheduler, nanosecond, 1)), std::logic_error);
}

}  // namespace
}  // namespace doorbell
