#include "doorbell/core/arch/barrier.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

class BarrierTest : public ::testing::Test {
 protected:
  Task<void> wait(unsigned& over) {
    co_await barrier.wait();
    ++over;
  }
  /// Puts the question.
  void ask(unsigned& over) { tasks.start(wait(over)); }
  void leave(unsigned epoch) {
    barrier.leave(epoch);
    scheduler.run();
  }
  Scheduler scheduler;
  Barrier barrier{scheduler};
  TaskGroup tasks{scheduler};
};

TEST_F(BarrierTest, IsOverAtOnceWhenNothingIsUnderWay) {
  unsigned over = 0;
  ask(over);
  EXPECT_EQ(over, 1u);
  const unsigned past = barrier.enter();
  leave(past);
  ask(over);
  EXPECT_EQ(over, 2u);
}

TEST_F(BarrierTest, WaitsForAllThatBeganBeforeAndNothingThatBeganLater) {
  unsigned over = 0;
  const unsigned first = barrier.enter(), second = barrier.enter();
  ask(over);
  const unsigned later = barrier.enter();
  leave(first);
  EXPECT_EQ(over, 0u);
  leave(second);
  EXPECT_EQ(over, 1u);
  EXPECT_EQ(barrier.under_way(), 1u);
  leave(later);
  EXPECT_EQ(barrier.under_way(), 0u);
}

// What began between two questions is of the second alone, in whatever order they leave.
TEST_F(BarrierTest, ASecondQuestionIsForWhatBeganSinceTheFirst) {
  unsigned first_over = 0, second_over = 0;
  const unsigned before = barrier.enter();
  ask(first_over);
  const unsigned between = barrier.enter();
  ask(second_over);
  const unsigned after = barrier.enter();
  leave(between);
  EXPECT_EQ(first_over + second_over, 0u) << "neither is over without the first";
  leave(before);
  EXPECT_EQ(first_over, 1u);
  leave(after);
  EXPECT_EQ(second_over, 1u);
}

TEST_F(BarrierTest, ASecondQuestionWaitsForWhatTheFirstWaitsFor) {
  unsigned over = 0;
  const unsigned before = barrier.enter();
  ask(over);
  ask(over);
  EXPECT_EQ(over, 0u);
  leave(before);
  EXPECT_EQ(over, 2u);
}

}  // namespace
}  // namespace doorbell
