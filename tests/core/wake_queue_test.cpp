#include "doorbell/core/arch/wake_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "doorbell/core/arch/random.h"

namespace doorbell {
namespace {

struct Tagged : Waiter {
  int tag = 0;
};

TEST(WakeQueue, PopsInOrderOfTimeThenOfPushing) {
  Random random{1};
  WakeQueue queue;
  std::vector<std::unique_ptr<Tagged>> waiters;
  std::vector<std::pair<Time, int>> expected;
  Time now = 0;
  int next_tag = 0;
  // Near, colliding and far times, with pops in between, over many turns of the ring.
  for (int round = 0; round < 2000; ++round) {
    for (int i = 0; i < 5; ++i) {
      const Time ranges[] = {1, 600, 5'000, 3 * microsecond, 40 * microsecond};
      auto waiter = std::make_unique<Tagged>();
      waiter->tag = next_tag++;
      const Time due = now + random.below(ranges[random.below(5)]);
      queue.push(*waiter, due, now);
      expected.emplace_back(due, waiter->tag);
      waiters.push_back(std::move(waiter));
    }
    for (int i = 0; i < 4; ++i) {
      const auto first = std::min_element(expected.begin(), expected.end());
      ASSERT_EQ(queue.next_due(), first->first);
      auto& waiter = static_cast<Tagged&>(queue.pop());
      ASSERT_EQ(waiter.due(), first->first);
      ASSERT_EQ(waiter.tag, first->second);
      now = first->first;
      expected.erase(first);
    }
  }
}

TEST(WakeQueue, AllThatHaveComeNearAreBeforeALaterNewcomer) {
  WakeQueue queue;
  Tagged far[3];
  for (Time i = 0; i < 3; ++i)
    queue.push(far[i], millisecond + i * nanosecond, 0);
  EXPECT_EQ(&queue.pop(), &far[0]);
  Tagged later;
  queue.push(later, millisecond + 3 * nanosecond, millisecond);
  EXPECT_EQ(&queue.pop(), &far[1]);
  EXPECT_EQ(&queue.pop(), &far[2]);
  EXPECT_EQ(&queue.pop(), &later);
}

// The ring of near times comes round after 1 us; just that much later is far, not now.
TEST(WakeQueue, WhatIsDueWhenTheRingHasComeRoundIsNotDueNow) {
  constexpr Time bucket = Time{1} << 14;
  constexpr Time ring = 64 * bucket;
  for (const Time later : {ring - 1, ring, ring + 1, ring + bucket - 1, ring + bucket}) {
    WakeQueue queue;
    Tagged first, second, after_a_turn;
    queue.push(first, 0, 0);
    queue.push(after_a_turn, later, 0);
    queue.push(second, 5'000, 0);
    EXPECT_EQ(&queue.pop(), &first) << later;
    EXPECT_EQ(&queue.pop(), &second) << later;
    EXPECT_EQ(&queue.pop(), &after_a_turn) << later;
  }
}

TEST(WakeQueue, ForgetsWaitersThatAreDestroyed) {
  WakeQueue queue;
  Tagged stays;
  {
    Tagged first;
    Tagged last;
    Tagged far;
    queue.push(first, 10, 0);
    queue.push(stays, 20, 0);
    queue.push(last, 30, 0);
    queue.push(far, millisecond, 0);
  }
  EXPECT_EQ(queue.next_due(), 20u);
  EXPECT_EQ(&queue.pop(), &stays);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.next_due(), never);
}

TEST(WakeQueue, AcceptsAnEarlierTimeAfterLookingAhead) {
  WakeQueue queue;
  Tagged far;
  Tagged near;
  queue.push(far, second, 0);
  EXPECT_EQ(queue.next_due(), second);
  queue.push(near, 5, 0);
  EXPECT_EQ(&queue.pop(), &near);
  EXPECT_EQ(&queue.pop(), &far);
}

/// Pushes at one time, in the order given by `placed`, whatever the order of the calls.
void expect_order_of_placing(Time due) {
  WakeQueue queue;
  Tagged waiters[4];
  const Time placed[] = {7, 3, 5, 3};
  for (int i = 0; i < 4; ++i)
    queue.push(waiters[i], due, placed[i]);
  Tagged earlier;
  queue.push(earlier, due - 1, due - 1);
  EXPECT_EQ(&queue.pop(), &earlier);
  for (const int expected : {1, 3, 2, 0})
    EXPECT_EQ(&queue.pop(), &waiters[expected]) << due;
}

TEST(WakeQueue, OfThoseDueAtOneTimeTheFirstPlacedIsFirst) {
  for (const Time due : {Time{100}, microsecond, 2 * millisecond})
    expect_order_of_placing(due);
}

}  // namespace
}  // namespace doorbell
