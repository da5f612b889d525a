#include "doorbell/cpu/arch/counter_polling.h"

#include <gtest/gtest.h>

namespace doorbell::cpu {
namespace {

constexpr std::uint64_t most = 10'000;

class CounterPollingTest : public ::testing::Test {
 protected:
  /// A read, `length` instructions after the one before; what may pass at once counts as executed.
  std::uint64_t turn(std::uint64_t length) {
    executed_ += length;
    const std::uint64_t more = polling_.read(executed_, most);
    passed_ += length + more;
    ++reads_;
    return more;
  }

  CounterPolling polling_;
  std::uint64_t executed_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t reads_ = 0;
};

TEST_F(CounterPollingTest, ALongWaitTakesFewReadsAndIsMetWithinASixteenth) {
  for (const std::uint64_t wait : {100u, 1'000u, 50'000u, 2'000'000u}) {
    polling_.did_something_else();
    passed_ = reads_ = 0;
    while (passed_ < wait)
      turn(5);
    EXPECT_LE(passed_ - wait, std::min(wait / 16 + 5, most)) << wait;
    EXPECT_LE(reads_, 200 + wait / most) << wait;
  }
}

TEST_F(CounterPollingTest, MuchAtATimeIsAsMuchAsIsExecutedAtOnce) {
  std::uint64_t more = 0;
  for (int i = 0; i < 1'000; ++i)
    more = turn(7);
  EXPECT_EQ(more, most);
}

TEST_F(CounterPollingTest, TurnsThatArentAlikeAreExecuted) {
  for (unsigned i = 0; i < 1'000; ++i)
    ASSERT_EQ(turn(5 + i % 2), 0u);
}

TEST_F(CounterPollingTest, WhatHappensBetweenEndsTheWait) {
  for (int i = 0; i < 1'000; ++i)
    turn(5);
  polling_.did_something_else();
  for (int i = 0; i < 16; ++i)
    ASSERT_EQ(turn(5), 0u);
}

}  // namespace
}  // namespace doorbell::cpu
