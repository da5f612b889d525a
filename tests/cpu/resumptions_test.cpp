#include "doorbell/cpu/arch/resumptions.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/arch/task_group.h"

namespace doorbell::cpu {
namespace {

class ResumptionOrder : public testing::Test {
 protected:
  Task<void> step(int me, Time first, Time then) {
    co_await resumptions_.until(first);
    seen_.push_back(me);
    others_.push_back(resumptions_.next_other());
    processors_.push_back(resumptions_.next_processor());
    co_await resumptions_.until(then);
    seen_.push_back(me);
  }

  Task<void> look(Time at) {
    co_await Until{scheduler_, at};
    seen_at_15_ = resumptions_.next_other();
  }

  Scheduler scheduler_;
  Time seen_at_15_ = 0;
  Resumptions resumptions_{scheduler_};
  std::vector<int> seen_;
  std::vector<Time> others_;
  std::vector<Time> processors_;
};

TEST_F(ResumptionOrder, IsThatOfTheirTimesThenOfTheirComing) {
  TaskGroup tasks(scheduler_);
  tasks.spawn(step(1, 30, 40));
  tasks.spawn(step(2, 10, 40));
  tasks.spawn(step(3, 30, 35));
  scheduler_.run();
  EXPECT_EQ(seen_, (std::vector<int>{2, 1, 3, 3, 2, 1}));
  EXPECT_EQ(scheduler_.now(), 40u);
}

TEST_F(ResumptionOrder, OthersAreToldApartFromProcessors) {
  TaskGroup tasks(scheduler_);
  Waiter device(+[](Waiter&) {});
  scheduler_.wake_at(device, 25);
  tasks.spawn(step(1, 10, 100));
  tasks.spawn(step(2, 20, 100));
  tasks.spawn(look(15));
  scheduler_.run();
  EXPECT_EQ(seen_at_15_, 25u) << "while a processor waits for its turn at 20";
  EXPECT_EQ(others_, (std::vector<Time>{15, 25}));
  EXPECT_EQ(processors_, (std::vector<Time>{20, 100}));
}

TEST_F(ResumptionOrder, OneWhoseTaskIsGoneIsForgotten) {
  {
    TaskGroup tasks(scheduler_);
    tasks.spawn(step(1, 10, 100));
    scheduler_.run_until(50);
  }
  EXPECT_EQ(resumptions_.next_processor(), never);
  scheduler_.run();
  EXPECT_EQ(seen_, (std::vector<int>{1}));
}

}  // namespace
}  // namespace doorbell::cpu
