#include <gtest/gtest.h>

#include <array>

#include "tests/cpu/test_bench.h"

namespace doorbell::cpu {
namespace {

NativeProcessor& here() {
  return NativeProcessor::current();
}

constexpr std::uint64_t word = 0x104;

/// Reads the word until it isn't `old`; false when `until` comes first.
bool poll(std::uint8_t old, Time until) {
  for (;;) {
    const bool is_late = here().time() >= until;
    if (here().load(word, 4, normal) != old) return true;
    if (is_late) return false;
    here().spin_until_written(word, until);
  }
}

/// The same firmware on two processors, each with a memory and a CPU interface of its own; one of
/// them takes every turn.
class Polling : public testing::TestWithParam<std::uint64_t> {
 protected:
  static CpuParameters with(bool skip_turns) {
    CpuParameters parameters;
    parameters.frequency = GetParam();
    parameters.skip_turns = skip_turns;
    return parameters;
  }
  struct Seen {
    std::vector<Time> returned;
    std::vector<Time> interrupted;
    std::vector<bool> changed;
  };
  static void take(void* seen) {
    const std::uint64_t intid = here().read_system_register(ICC_IAR1_EL1);
    here().write_system_register(ICC_EOIR1_EL1, intid);
    static_cast<Seen*>(seen)->interrupted.push_back(here().time());
  }
  /// The n-th poll begins when the one before it has ended, and ends at `until(n)` at the latest.
  void run(unsigned polls, std::function<Time(unsigned)> until, bool masked = false) {
    for (unsigned i = 0; i < 2; ++i) {
      benches_[i]->processor.set_firmware([this, i, polls, until, masked] {
        here().set_interrupt_handler(take, &seen_[i]);
        here().mask_interrupts(masked);
        for (unsigned n = 0; n < polls; ++n) {
          const auto old = static_cast<std::uint8_t>(here().load(word, 1, normal));
          seen_[i].changed.push_back(poll(old, until(n)));
          seen_[i].returned.push_back(here().time());
        }
      });
    }
    sc_core::sc_start(1, sc_core::SC_MS);
    for (Bench* bench : benches_)
      EXPECT_TRUE(bench->processor.halted());
    EXPECT_EQ(seen_[0].returned, seen_[1].returned);
    EXPECT_EQ(seen_[0].interrupted, seen_[1].interrupted);
    EXPECT_EQ(seen_[0].changed, seen_[1].changed);
  }
  void write_at(Time at, std::uint64_t address, std::uint8_t value, Time last_step = 0) {
    for (Bench* bench : benches_)
      bench->memory.write_at(at, address, value, last_step);
  }
  void raise_at(Time at, std::uint32_t intid) {
    for (Bench* bench : benches_)
      bench->interface.raise_at(at, intid);
  }

  Bench skipping_{with(true), 100 * nanosecond, 0};
  Bench turning_{with(false), 100 * nanosecond, 1};
  const std::array<Bench*, 2> benches_{&skipping_, &turning_};
  std::array<Seen, 2> seen_;
};

// A period of 400 ps, one that is no whole number of ps, and one of more than a turn's rest.
INSTANTIATE_TEST_SUITE_P(Clocks, Polling,
                         testing::Values(2'500'000'000, 3'000'000'000, 700'000'000));

TEST_P(Polling, AWriteIsSeenAtTheTurnAfterIt) {
  for (unsigned n = 0; n < 120; ++n)
    write_at(microsecond + n * (3 * microsecond + 130), word, static_cast<std::uint8_t>(n + 1));
  run(120, [](unsigned) { return never; });
  for (unsigned n = 0; n < 120; ++n) {
    const Time at = microsecond + n * (3 * microsecond + 130);
    const Time turn = 14 * second / GetParam();
    EXPECT_GE(seen_[0].returned[n], at);
    EXPECT_LE(seen_[0].returned[n], at + 2 * turn);
  }
}

/// At every edge of a turn, and placed before and after the turn that precedes it.
TEST_P(Polling, AWriteAtTheTimeOfATurnIsSeenInTheOrderOfTheirPlacing) {
  const Clock clock(skipping_.processor.scheduler(), GetParam());
  const Time turn = clock.duration(12);
  for (std::uint64_t n = 0; n < 120; ++n) {
    const Time at = clock.edge(1000 + 140 * n + n * (n + 1) / 2);
    const Time last_step = n % 3 == 0 ? turn / 3 : n % 3 == 1 ? 2 * turn / 3 : 3 * turn / 2;
    write_at(at, word, static_cast<std::uint8_t>(n + 1), last_step);
  }
  run(120, [](unsigned) { return never; });
}

TEST_P(Polling, OtherWritesToTheLineAndBesideItChangeNothing) {
  for (unsigned n = 1; n < 40; ++n)
    write_at(n * 97 * nanosecond, word - 0x44 + 4 * n, 1);
  write_at(10 * microsecond, word, 77);
  run(2, [](unsigned n) { return n == 0 ? never : 20 * microsecond; });
}

TEST_P(Polling, TheTimeEndsItAtTheTurnAfterIt) {
  run(100, [](unsigned n) { return (n + 1) * (2 * microsecond + 90); });
  EXPECT_EQ(seen_[0].changed, std::vector<bool>(100, false));
}

TEST_P(Polling, AnInterruptIsTakenAtTheTurnAfterIt) {
  for (unsigned n = 0; n < 100; ++n)
    raise_at(microsecond + n * (3 * microsecond + 110), 8192 + n);
  run(1, [](unsigned) { return 400 * microsecond; });
  EXPECT_EQ(seen_[0].interrupted.size(), 100u);
}

TEST_P(Polling, AMaskedInterruptChangesNothing) {
  raise_at(3 * microsecond, 8192);
  write_at(7 * microsecond, word, 1);
  run(
      1, [](unsigned) { return never; }, true);
  EXPECT_TRUE(seen_[0].interrupted.empty());
}

TEST_P(Polling, WritesInterruptsAndTimeAllTogether) {
  for (unsigned n = 0; n < 300; ++n) {
    write_at(n * (311 * nanosecond + 7), word, static_cast<std::uint8_t>(n));
    raise_at(n * (477 * nanosecond + 13), 8192 + n);
  }
  run(300, [](unsigned n) { return n * (400 * nanosecond + 3); });
}

/// With a turn skipped only when that is known to be the same.
TEST(SkippedTurns, CostTheHostNothing) {
  Bench bench;
  bench.processor.set_firmware([] {
    EXPECT_TRUE(poll(0, never));
    EXPECT_TRUE(poll(1, never));
  });
  bench.memory.write_at(400 * microsecond, word, 1);
  bench.memory.write_at(900 * microsecond, word, 2);
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(bench.processor.halted());
  EXPECT_LT(bench.processor.scheduler().resumes(), 40u);
}

TEST(SkippedTurns, AreTakenWhereTheMemoryKeepsNoWatches) {
  Bench bench;
  bench.memory.keeps_watches = false;
  bench.processor.set_firmware([] { EXPECT_TRUE(poll(0, never)); });
  bench.memory.write_at(100 * microsecond, word, 1);
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(bench.processor.halted());
  EXPECT_GT(bench.processor.scheduler().resumes(), 1000u);
}

TEST(SkippedTurns, AreTakenUnderLooseTimingWhereDirectAccessWritesUnseen) {
  Bench bench;
  bench.processor.scheduler().set_timing(Timing::loose);
  bench.processor.set_firmware([&] {
    here().store(word, 4, 0, normal);
    EXPECT_TRUE(poll(0, never));
  });
  bench.memory.write_at(100 * microsecond, word, 1);
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(bench.processor.halted());
}

TEST(SkippedTurns, AreTakenWhereEachReadTravels) {
  CpuParameters parameters;
  parameters.memory = MemoryAccess::uncached;
  Bench bench(parameters);
  bench.processor.set_firmware([] { EXPECT_TRUE(poll(0, never)); });
  bench.memory.write_at(10 * microsecond, word, 1);
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_TRUE(bench.processor.halted());
  EXPECT_GT(bench.memory.arrivals.size(), 50u);
}

TEST(SkippedTurns, AProcessorMayEndAsleep) {
  Bench bench;
  bench.processor.set_firmware([] { poll(0, never); });
  sc_core::sc_start(1, sc_core::SC_MS);
  EXPECT_FALSE(bench.processor.halted());
}

}  // namespace
}  // namespace doorbell::cpu
