// FIQs of firmware on a native processor: their masks, and where they are taken.
#include <gtest/gtest.h>

#include "tests/cpu/test_bench.h"

namespace doorbell::cpu {
namespace {

NativeProcessor& here() {
  return NativeProcessor::current();
}

/// Firmware with a handler that lowers the line and notes when it ran, and at which EL.
class Fiq : public testing::Test {
 protected:
  Fiq() : bench_(costs()) {}
  static CpuParameters costs() {
    CpuParameters parameters = free_of_cost();
    parameters.exception_entry = 30;
    parameters.exception_return = 20;
    return parameters;
  }
  void run(std::function<void()> firmware) {
    bench_.processor.set_firmware([this, firmware = std::move(firmware)] {
      here().set_fiq_handler(
          [](void* self) {
            static_cast<Fiq*>(self)->taken_.push_back(here().time());
            static_cast<Fiq*>(self)->levels_.push_back(here().state().EL);
            static_cast<Fiq*>(self)->set_fiq(false);
          },
          this);
      firmware();
    });
    sc_core::sc_start(100, sc_core::SC_US);
  }
  void set_fiq(bool level) { set_fiq(level, bench_.processor.scheduler().now()); }
  /// Announced now.
  void set_fiq(bool level, Time at) {
    bench_.interface.socket->set_line(CpuInterfaceBackward::Line::fiq, level, at);
  }
  Bench bench_;
  std::vector<Time> taken_;
  std::vector<unsigned> levels_;
};

constexpr PeState at_EL3{.EL = 3, .secure = true, .SCR_FIQ = true};
constexpr PeState below_EL3{.EL = 1, .SCR_FIQ = true};

TEST_F(Fiq, WaitsForUnmaskingButWakesWfi) {
  run([this] {
    set_fiq(true, 1000 * nanosecond);
    here().wait_for_interrupt();
    EXPECT_EQ(here().time(), 1000 * nanosecond);
    here().mask_interrupts(false);
    here().work(500);
    here().time();
    EXPECT_TRUE(taken_.empty()) << "PSTATE.I masks no FIQs";
    EXPECT_TRUE(here().mask_fiqs(false));
    EXPECT_EQ(taken_, (std::vector<Time>{1530 * nanosecond}));
    EXPECT_FALSE(here().mask_fiqs(true));
  });
  EXPECT_EQ(levels_, std::vector<unsigned>{1});
  EXPECT_EQ(bench_.counter("interrupts"), 1U);
}

TEST_F(Fiq, IsTakenFromWfiAndFromWfe) {
  run([this] {
    here().mask_fiqs(false);
    set_fiq(true, 1000 * nanosecond);
    here().wait_for_interrupt();
    set_fiq(true, 2000 * nanosecond);
    here().wait_for_event();
  });
  EXPECT_EQ(taken_, (std::vector<Time>{1030 * nanosecond, 2030 * nanosecond}));
}

TEST_F(Fiq, IsTakenUnderLooseTimingToo) {
  bench_.processor.scheduler().set_timing(Timing::loose);
  run([this] {
    here().mask_fiqs(false);
    for (std::size_t i = 1; i <= 3; ++i) {
      set_fiq(true, here().time() + microsecond);
      while (taken_.size() < i)
        here().wait_for_interrupt();
    }
  });
  EXPECT_EQ(taken_.size(), 3U);
  EXPECT_TRUE(bench_.processor.halted());
}

TEST_F(Fiq, IsTakenBeforeTheNextAccess) {
  run([this] {
    here().mask_fiqs(false);
    set_fiq(true, 40 * nanosecond);
    here().work(200);
    here().load(0, 4, device);
  });
  EXPECT_EQ(taken_, (std::vector<Time>{230 * nanosecond}));
  EXPECT_EQ(bench_.memory.arrivals, (std::vector<Time>{250 * nanosecond}));
}

/// A handler that does nothing, of IRQs and of FIQs at any level: software's mistake, and the
/// simulation goes on.
class IdleHandler
    : public testing::TestWithParam<std::tuple<Timing, PeState, CpuInterfaceBackward::Line>> {};

TEST_P(IdleHandler, IsInterruptedAgainAndTimePasses) {
  const auto& [timing, state, line] = GetParam();
  CpuParameters parameters = free_of_cost();
  parameters.spin = 10;
  Bench bench(parameters);
  bench.processor.scheduler().set_timing(timing);
  unsigned taken = 0;
  bench.processor.set_firmware([&, line = line, state = state] {
    const auto count = [](void* self) { ++*static_cast<unsigned*>(self); };
    here().set_interrupt_handler(count, &taken);
    here().set_fiq_handler(count, &taken);
    here().enter(state);
    bench.interface.socket->set_line(line, true, 1000 * nanosecond);
    here().mask_interrupts(false);
    here().mask_fiqs(false);
    for (;;)
      here().wait_for_interrupt();
  });
  sc_core::sc_start(10, sc_core::SC_US);
  EXPECT_GT(taken, 100U);
}
INSTANTIATE_TEST_SUITE_P(All, IdleHandler,
                         testing::Combine(testing::Values(Timing::loose, Timing::approximate),
                                          testing::Values(PeState{}, below_EL3),
                                          testing::Values(CpuInterfaceBackward::Line::irq,
                                                          CpuInterfaceBackward::Line::fiq)));

// DDI 0487, D1.3: an exception is taken with both masked, and its return brings back what was.
TEST_F(Fiq, WaitsForTheEndOfAnIrqsHandler) {
  Time ended = 0;
  run([&] {
    here().set_interrupt_handler(
        [](void* at) {
          here().read_system_register(ICC_IAR1_EL1);
          here().work(1000);
          *static_cast<Time*>(at) = here().time();
        },
        &ended);
    here().mask_fiqs(false);
    here().mask_interrupts(false);
    bench_.interface.raise_at(100 * nanosecond, 33);
    set_fiq(true, 300 * nanosecond);
    while (taken_.empty())
      here().wait_for_interrupt();
    EXPECT_FALSE(here().mask_interrupts(true)) << "as it was";
  });
  ASSERT_EQ(taken_.size(), 1U);
  EXPECT_GT(ended, 1000 * nanosecond);
  EXPECT_EQ(taken_[0], ended + (20 + 30) * nanosecond);
}

// DDI 0487, D1.3.6: PSTATE.F of a lower level is no mask for it.
TEST_F(Fiq, OfEL3IsTakenThereWhateverALowerLevelMasks) {
  run([this] {
    here().enter(below_EL3);
    set_fiq(true, 1000 * nanosecond);
    here().work(2000);
    here().time();
    EXPECT_EQ(taken_.size(), 1U);
    EXPECT_EQ(here().state().EL, 1U);
    EXPECT_TRUE(here().mask_fiqs(true)) << "as it was";
  });
  EXPECT_EQ(levels_, std::vector<unsigned>{3});
}

TEST_F(Fiq, OfEL3IsMaskedThere) {
  run([this] {
    here().enter(at_EL3);
    set_fiq(true, 1000 * nanosecond);
    here().work(2000);
    here().time();
    EXPECT_TRUE(taken_.empty());
    here().mask_fiqs(false);
    EXPECT_EQ(taken_.size(), 1U);
  });
  EXPECT_EQ(levels_, std::vector<unsigned>{3});
}

// Without SCR_EL3.FIQ it goes to a lower level, and waits until EL3 is left.
TEST_F(Fiq, OfALowerLevelIsNotTakenAtEL3) {
  run([this] {
    here().mask_fiqs(false);
    here().enter({.EL = 3, .secure = true});
    set_fiq(true, 1000 * nanosecond);
    here().work(2000);
    here().time();
    EXPECT_TRUE(taken_.empty());
    here().enter({.EL = 1, .secure = true});
    here().time();
    EXPECT_EQ(taken_.size(), 1U);
  });
  EXPECT_EQ(levels_, std::vector<unsigned>{1});
}

TEST_F(Fiq, EndsTurnsThatWaitForAWrite) {
  run([this] {
    here().mask_fiqs(false);
    set_fiq(true, 1000 * nanosecond);
    while (taken_.empty() && here().time() < 50 * microsecond)
      here().spin_until_written(64, 60 * microsecond);
  });
  ASSERT_EQ(taken_.size(), 1U);
  EXPECT_LE(taken_[0], 1040 * nanosecond);
}

// DDI 0487, D1.6. Whoever has no handler may ask ICC_IAR0_EL1.
TEST(FiqWithoutHandler, EndsWfiAndWfe) {
  Bench bench(free_of_cost());
  Time woken = 0;
  bench.processor.set_firmware([&] {
    here().mask_fiqs(false);
    here().enter(below_EL3);
    bench.interface.socket->set_line(CpuInterfaceBackward::Line::fiq, true, 100 * nanosecond);
    here().wait_for_event(500 * nanosecond);
    EXPECT_EQ(here().time(), 100 * nanosecond);
    here().wait_for_interrupt();
    woken = here().time();
  });
  sc_core::sc_start(100, sc_core::SC_US);
  EXPECT_EQ(woken, 100 * nanosecond);
  EXPECT_EQ(bench.counter("interrupts"), 0U);
}

}  // namespace
}  // namespace doorbell::cpu
