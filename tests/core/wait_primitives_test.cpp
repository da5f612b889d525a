#include "doorbell/core/arch/wait_primitives.h"

#include <gtest/gtest.h>

#include <vector>

#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

class WaitPrimitives : public ::testing::Test {
 protected:
  Scheduler scheduler;
  std::vector<int> log;
};

Task<void> take(Credits& credits, std::uint64_t count, int tag, std::vector<int>& log) {
  co_await credits.take(count);
  log.push_back(tag);
}

TEST_F(WaitPrimitives, CreditsAreGrantedFirstInFirstOut) {
  Credits credits{scheduler, 1};
  TaskGroup tasks{scheduler};
  tasks.start(take(credits, 1, 1, log));
  tasks.start(take(credits, 3, 2, log));
  tasks.start(take(credits, 1, 3, log));  // may not overtake the one that wants three
  credits.give(1);
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{1}));
  credits.give(3);
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(credits.available(), 0u);
}

TEST_F(WaitPrimitives, CreditsThatAreTooFewForWhoWaitsAreNobodyElses) {
  Credits credits{scheduler, 1};
  TaskGroup tasks{scheduler};
  tasks.start(take(credits, 3, 1, log));
  tasks.start(take(credits, 1, 2, log));
  EXPECT_FALSE(credits.try_take(1));
  scheduler.run();
  EXPECT_TRUE(log.empty());
  credits.give(3);
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2}));
}

Task<void> release_in_order(Scheduler& scheduler, OrderedRelease& order,
                            OrderedRelease::Ticket ticket, Time work, int tag,
                            std::vector<int>& log) {
  co_await Delay{scheduler, work};
  co_await order.turn(ticket);
  log.push_back(tag);
  order.done(ticket);
}

TEST_F(WaitPrimitives, OrderedReleaseFollowsTheTickets) {
  OrderedRelease order{scheduler};
  TaskGroup tasks{scheduler};
  const auto first = order.take();
  const auto second_ticket = order.take();
  const auto third = order.take();
  tasks.spawn(release_in_order(scheduler, order, first, 100, 1, log));
  tasks.spawn(release_in_order(scheduler, order, second_ticket, 10, 2, log));
  tasks.spawn(release_in_order(scheduler, order, third, 50, 3, log));
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(order.pending(), 0u);
}

TEST_F(WaitPrimitives, WhatPassesAheadOfItsTurnIsNotOvertaken) {
  OrderedRelease order{scheduler};
  TaskGroup tasks{scheduler};
  const auto first = order.take();
  const auto ahead = order.take();
  const auto last = order.take();
  tasks.spawn(release_in_order(scheduler, order, last, 10, 3, log));
  scheduler.run();
  order.done(first);
  scheduler.run();
  EXPECT_TRUE(log.empty());  // not ahead of the second, though that doesn't wait for its turn
  order.done(ahead);
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{3}));
  const auto slow = order.take();
  const auto quick = order.take();
  order.done(quick);
  tasks.spawn(release_in_order(scheduler, order, order.take(), 10, 4, log));
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{3}));
  order.done(slow);
  scheduler.run();
  EXPECT_EQ(log, (std::vector<int>{3, 4}));
  EXPECT_EQ(order.pending(), 0u);
}

Task<void> drain(Outstanding& outstanding, std::vector<int>& log) {
  co_await outstanding.drained();
  log.push_back(1);
}

TEST_F(WaitPrimitives, OutstandingDrainsAtZero) {
  Outstanding outstanding{scheduler};
  TaskGroup tasks{scheduler};
  outstanding.add();
  outstanding.add();
  tasks.start(drain(outstanding, log));
  outstanding.remove();
  scheduler.run();
  EXPECT_TRUE(log.empty());
  outstanding.remove();
  scheduler.run();
  EXPECT_EQ(log.size(), 1u);
  tasks.start(drain(outstanding, log));
  EXPECT_EQ(log.size(), 2u);
}

TEST_F(WaitPrimitives, AllWhoWaitForTheEndGoOn) {
  Outstanding outstanding{scheduler};
  TaskGroup tasks{scheduler};
  outstanding.add();
  for (int i = 0; i < 3; ++i)
    tasks.start(drain(outstanding, log));
  outstanding.remove();
  scheduler.run();
  EXPECT_EQ(log.size(), 3u);
}

Task<void> consume(Mailbox<int>& mailbox, std::vector<int>& log) {
  for (;;) {
    while (mailbox.empty())
      co_await mailbox.arrived();
    log.push_back(mailbox.pop());
  }
}

TEST_F(WaitPrimitives, MailboxKeepsOrder) {
  Mailbox<int> mailbox{scheduler};
  TaskGroup tasks{scheduler};
  tasks.start(consume(mailbox, log));
  for (int i = 0; i < 20; ++i)
    mailbox.push(i);
  scheduler.run();
  ASSERT_EQ(log.size(), 20u);
  EXPECT_TRUE(std::is_sorted(log.begin(), log.end()));
}

Task<void> wait_from_a_later_local_time(Scheduler& scheduler, Condition& condition, Time& woken) {
  co_await Delay{scheduler, 500};
  co_await condition.wait();
  woken = scheduler.now();
}

Task<void> notify_at_an_earlier_local_time(Scheduler& scheduler, Condition& condition) {
  co_await Delay{scheduler, 100};
  condition.notify_all();
}

TEST_F(WaitPrimitives, LooseLocalTimeDoesNotRunBackAcrossAWait) {
  scheduler.set_timing(Timing::loose);
  Condition condition{scheduler};
  TaskGroup tasks{scheduler};
  Time woken = 0;
  tasks.spawn(wait_from_a_later_local_time(scheduler, condition, woken));
  tasks.spawn(notify_at_an_earlier_local_time(scheduler, condition));
  scheduler.run();
  EXPECT_EQ(woken, 500u);
}

TEST_F(WaitPrimitives, TasksMayBeDestroyedWhileTheyWait) {
  Credits credits{scheduler, 0};
  OrderedRelease order{scheduler};
  {
    TaskGroup tasks{scheduler};
    order.take();
    tasks.start(take(credits, 1, 1, log));
    tasks.spawn(release_in_order(scheduler, order, order.take(), 1, 2, log));
    scheduler.run();
  }
  credits.give(5);
  order.done(0);
  scheduler.run();
  EXPECT_TRUE(log.empty());
  EXPECT_EQ(credits.available(), 5u);
}

}  // namespace
}  // namespace doorbell
