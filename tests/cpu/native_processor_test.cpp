#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/cpu/test_bench.h"

namespace doorbell::cpu {
namespace {

NativeProcessor& here() {
  return NativeProcessor::current();
}
void run() {
  sc_core::sc_start(100, sc_core::SC_US);
}

TEST(NativeProcessor, DeviceAccessesBlockUntilTheyAreAnswered) {
  Bench bench(free_of_cost());
  std::vector<Time> times;
  std::uint64_t value = 0;
  bench.processor.set_firmware([&] {
    here().store(0x100, 8, 0x1122334455667788, device);
    times.push_back(here().time());
    value = here().load(0x104, 4, device);
    times.push_back(here().time());
  });
  run();
  EXPECT_EQ(value, 0x11223344u);
  EXPECT_EQ(times, (std::vector<Time>{100 * nanosecond, 200 * nanosecond}));
  EXPECT_TRUE(bench.processor.halted());
  EXPECT_EQ(bench.counter("device_accesses"), 2u);
}

TEST(NativeProcessor, CachedMemoryTakesCyclesAndNothingTravels) {
  CpuParameters parameters = free_of_cost();
  parameters.cached_access = 4;
  Bench bench(parameters);
  Time end = 0;
  std::uint64_t value = 0;
  bench.processor.set_firmware([&] {
    here().fill(0x40, 128, 0xab);
    here().store(0x48, 1, 0xcd, normal);
    value = here().load(0x48, 8, normal);
    end = here().time();
  });
  run();
  EXPECT_EQ(value, 0xabababababababcdu);
  EXPECT_EQ(end, 16 * nanosecond);
  EXPECT_TRUE(bench.memory.arrivals.empty());
  EXPECT_EQ(bench.memory.grants, 0u);  // no direct access in approximate timing
  EXPECT_EQ(bench.memory.contents[0x40 + 127], 0xab);
  EXPECT_EQ(bench.memory.contents[0x40 + 128], 0);
}

TEST(NativeProcessor, AFillEndsWhereItShould) {
  Bench bench(free_of_cost());
  bench.processor.set_firmware([&] { here().fill(0x40, 100, 0xab); });
  run();
  EXPECT_EQ(bench.memory.contents[0x40 + 99], 0xab);
  EXPECT_EQ(bench.memory.contents[0x40 + 100], 0);
}

TEST(NativeProcessor, UncachedMemoryTravels) {
  CpuParameters parameters = free_of_cost();
  parameters.memory = MemoryAccess::uncached;
  Bench bench(parameters);
  bench.processor.set_firmware([&] { here().fill(0, 32, 1); });
  run();
  EXPECT_EQ(bench.memory.arrivals.size(), 4u);
}

TEST(NativeProcessor, LooseTimingUsesDirectAccessAndGivesTheSameBytes) {
  Bench bench;
  bench.processor.scheduler().set_timing(Timing::loose);
  std::uint64_t value = 0;
  bench.processor.set_firmware([&] {
    here().store(0x10, 4, 7, normal);
    value = here().load(0x10, 4, device);
    here().scheduler().set_timing(Timing::approximate);
    value += here().load(0x10, 4, normal);
  });
  run();
  EXPECT_EQ(value, 14u);
  EXPECT_EQ(bench.memory.grants, 1u);
}

TEST(NativeProcessor, APostedWriteLetsFirmwareGoOnUntilItsNextAccess) {
  CpuParameters parameters = free_of_cost();
  parameters.posted_writes = true;
  Bench bench(parameters);
  std::vector<Time> times;
  bench.processor.set_firmware([&] {
    here().store(0, 4, 1, device);
    times.push_back(here().time());
    here().store(8, 4, 1, device);
    times.push_back(here().time());
    here().barrier();
    times.push_back(here().time());
    here().store(8, 4, 2, device);
    here().load(8, 4, device);
    times.push_back(here().time());
  });
  run();
  EXPECT_EQ(times, (std::vector<Time>{0, 100 * nanosecond, 200 * nanosecond, 400 * nanosecond}));
}

TEST(NativeProcessor, APostedWriteThatFailsIsCounted) {
  CpuParameters parameters = free_of_cost();
  parameters.posted_writes = true;
  Bench bench(parameters);
  bench.processor.set_firmware([&] { here().store(1 << 20, 4, 0, device); });
  run();
  EXPECT_EQ(bench.counter("bus_errors"), 1u);
}

TEST(NativeProcessor, AnErrorAnswerReadsAsOnesAndIsCounted) {
  Bench bench;
  std::uint64_t value = 0;
  bench.processor.set_firmware([&] {
    value = here().load(1 << 20, 4, device);
    here().store(1 << 20, 4, 0, device);
    EXPECT_EQ(here().load(1 << 20, 4, normal), ~std::uint64_t{0});
  });
  run();
  EXPECT_EQ(value, ~std::uint64_t{0});
  EXPECT_EQ(bench.counter("bus_errors"), 3u);
}

TEST(NativeProcessor, UnknownSystemRegistersAreCounted) {
  Bench bench;
  bench.processor.set_firmware([&] {
    EXPECT_EQ(here().read_system_register(0x1234), 0u);
    here().write_system_register(0x1234, 1);
  });
  run();
  EXPECT_EQ(bench.counter("undefined_accesses"), 2u);
}

TEST(NativeProcessor, WhatFirmwareThrowsEndsTheRun) {
  Bench bench;
  bench.processor.set_firmware([] { throw std::runtime_error("firmware"); });
  EXPECT_ANY_THROW(run());
}

TEST(NativeProcessor, FirmwareThatNeverEndsIsUnwound) {
  bool unwound = false;
  {
    Bench bench;
    bench.processor.set_firmware([&] {
      struct Witness {
        bool& flag;
        ~Witness() { flag = true; }
      } witness{unwound};
      for (;;)
        here().load(0, 4, device);
    });
    run();
    EXPECT_FALSE(bench.processor.halted());
  }
  EXPECT_TRUE(unwound);
}

TEST(NativeProcessor, AMillionTurnsOfAPollingLoop) {
  Bench bench(free_of_cost());
  std::uint64_t turns = 0;
  bench.processor.set_firmware([&] {
    for (; turns < 1'000'000; ++turns)
      here().spin();
  });
  sc_core::sc_start(2, sc_core::SC_MS);
  EXPECT_EQ(turns, 1'000'000u);
}

TEST(NativeProcessor, AMillionAccessesInLooseTiming) {
  Bench bench;
  bench.processor.scheduler().set_timing(Timing::loose);
  std::uint64_t sum = 0;
  bench.processor.set_firmware([&] {
    for (int i = 0; i < 1'000'000; ++i) {
      here().store(8, 8, 1, normal);
      sum += here().load(8, 8, normal);
    }
  });
  sc_core::sc_start(1, sc_core::SC_SEC);
  EXPECT_EQ(sum, 1'000'000u);
}

class Lookahead : public testing::TestWithParam<Time> {};

/// Two processors take turns in the order of simulated time, not of construction or host timing,
/// however far the scheduler may run ahead.
TEST_P(Lookahead, TwoProcessorsInterleaveInTheOrderOfTime) {
  Bench first(free_of_cost(), 70 * nanosecond, 0);
  Bench second(free_of_cost(), 100 * nanosecond, 1);
  std::vector<std::pair<unsigned, Time>> trace;
  auto firmware = [&trace](int turns) {
    return [&trace, turns] {
      for (int i = 0; i < turns; ++i) {
        here().load(0, 4, device);
        trace.emplace_back(here().number(), here().time() / nanosecond);
      }
    };
  };
  first.processor.set_firmware(firmware(4));
  second.processor.set_firmware(firmware(3));
  first.processor.simulation().kernel().set_lookahead(GetParam());
  run();
  EXPECT_EQ(trace, (std::vector<std::pair<unsigned, Time>>{
                       {0, 70}, {1, 100}, {0, 140}, {1, 200}, {0, 210}, {0, 280}, {1, 300}}));
}

INSTANTIATE_TEST_SUITE_P(Processors, Lookahead,
                         testing::Values(0, 1 * nanosecond, 1 * microsecond, 1 * millisecond));

}  // namespace
}  // namespace doorbell::cpu
