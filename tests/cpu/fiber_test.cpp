#include "doorbell/cpu/arch/fiber.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace doorbell::cpu {
namespace {

constexpr std::size_t stack = 64 << 10;

TEST(Fiber, StopsAndGoesOn) {
  std::vector<int> trace;
  Fiber* self = nullptr;
  Fiber fiber(stack, [&] {
    trace.push_back(1);
    self->suspend();
    trace.push_back(3);
  });
  self = &fiber;
  fiber.resume();
  trace.push_back(2);
  EXPECT_FALSE(fiber.finished());
  fiber.resume();
  EXPECT_TRUE(fiber.finished());
  EXPECT_EQ(trace, (std::vector<int>{1, 2, 3}));
}

TEST(Fiber, AMillionSwitchesOfTwoInTurn) {
  constexpr int switches = 500'000;
  int counts[2] = {};
  Fiber* fibers[2] = {};
  auto body = [&](int me) {
    for (int i = 0; i < switches; ++i) {
      EXPECT_LE(counts[me] - counts[1 - me], me == 0 ? 0 : -1);
      ++counts[me];
      fibers[me]->suspend();
    }
  };
  Fiber first(stack, [&] { body(0); });
  Fiber second(stack, [&] { body(1); });
  fibers[0] = &first;
  fibers[1] = &second;
  while (!second.finished()) {
    first.resume();
    second.resume();
    if (first.finished()) break;
  }
  EXPECT_EQ(counts[0], switches);
  EXPECT_EQ(counts[1], switches);
}

TEST(Fiber, WhatItThrowsComesOutOfResume) {
  Fiber fiber(stack, [] { throw std::runtime_error("lost"); });
  EXPECT_THROW(fiber.resume(), std::runtime_error);
  EXPECT_TRUE(fiber.finished());
}

struct Witness {
  bool& destroyed;
  ~Witness() { destroyed = true; }
};

TEST(Fiber, AnUnfinishedBodyIsUnwound) {
  bool destroyed = false;
  {
    Fiber* self = nullptr;
    Fiber fiber(stack, [&] {
      Witness witness{destroyed};
      self->suspend();
      ADD_FAILURE() << "went on";
    });
    self = &fiber;
    fiber.resume();
    EXPECT_FALSE(destroyed);
  }
  EXPECT_TRUE(destroyed);
}

TEST(Fiber, OneThatNeverRanRunsNothing) {
  bool ran = false;
  {
    Fiber fiber(stack, [&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

int depth_of(Fiber& fiber, int n) {
  volatile char room[1024] = {};
  room[n % 1024] = 1;
  if (n == 0) fiber.suspend();
  return n == 0 ? room[0] : room[n % 1024] + depth_of(fiber, n - 1);
}

TEST(Fiber, SuspendsDeepInsideCalls) {
  Fiber* self = nullptr;
  int result = 0;
  Fiber fiber(512 << 10, [&] { result = depth_of(*self, 100); });
  self = &fiber;
  fiber.resume();
  fiber.resume();
  EXPECT_EQ(result, 101);
}

}  // namespace
}  // namespace doorbell::cpu
