#include "doorbell/cpu/arch/generic_timer.h"

#include <gtest/gtest.h>

#include "doorbell/core/arch/system_register.h"

namespace doorbell::cpu {
namespace {

using Which = GenericTimer::Which;

constexpr Time tick = 16 * nanosecond;

TEST(GenericTimer, CountsSimulatedTimeAt62500Kilohertz) {
  const GenericTimer timer;
  EXPECT_EQ(timer.read(CNTFRQ_EL0, 0), 62'500'000u);
  EXPECT_EQ(timer.read(CNTVCT_EL0, second), 62'500'000u);
  EXPECT_EQ(timer.read(CNTPCT_EL0, 100 * tick - 1), 99u);
  EXPECT_EQ(timer.read(CNTPCT_EL0, 100 * tick), 100u);
  EXPECT_EQ(timer.read(system_register(3, 3, 14, 7, 7), 0), std::nullopt);
}

TEST(GenericTimer, IsAssertedFromItsCompareValueOn) {
  GenericTimer timer;
  ASSERT_TRUE(timer.write(CNTV_CVAL_EL0, 100, 0));
  EXPECT_EQ(timer.next_expiry(0), never) << "disabled";
  ASSERT_TRUE(timer.write(CNTV_CTL_EL0, 1, 0));
  EXPECT_EQ(timer.next_expiry(0), 100 * tick);
  EXPECT_FALSE(timer.asserted(Which::virtual_timer, 100 * tick - 1));
  EXPECT_EQ(timer.read(CNTV_CTL_EL0, 100 * tick - 1), 1u);
  EXPECT_TRUE(timer.asserted(Which::virtual_timer, 100 * tick));
  EXPECT_EQ(timer.read(CNTV_CTL_EL0, 100 * tick), 5u);
  EXPECT_FALSE(timer.asserted(Which::physical_timer, 100 * tick));
  EXPECT_EQ(timer.next_expiry(100 * tick), never);
}

TEST(GenericTimer, AMaskHidesTheOutputAndNotTheCondition) {
  GenericTimer timer;
  timer.write(CNTP_CVAL_EL0, 5, 0);
  timer.write(CNTP_CTL_EL0, 3, 0);
  EXPECT_FALSE(timer.asserted(Which::physical_timer, 5 * tick));
  EXPECT_EQ(timer.read(CNTP_CTL_EL0, 5 * tick), 7u);
  EXPECT_EQ(timer.next_expiry(0), never);
  timer.write(CNTP_CTL_EL0, 1, 5 * tick);
  EXPECT_TRUE(timer.asserted(Which::physical_timer, 5 * tick));
}

TEST(GenericTimer, TvalIsASignedOffsetFromTheCounter) {
  GenericTimer timer;
  timer.write(CNTV_TVAL_EL0, 50, 1000 * tick);
  EXPECT_EQ(timer.read(CNTV_CVAL_EL0, 0), 1050u);
  EXPECT_EQ(timer.read(CNTV_TVAL_EL0, 1060 * tick), 0xffff'fff6u);
  timer.write(CNTV_TVAL_EL0, 0xffff'ffff, 1000 * tick);
  EXPECT_EQ(timer.read(CNTV_CVAL_EL0, 0), 999u);
}

TEST(GenericTimer, TheEarlierOfBothExpiresFirst) {
  GenericTimer timer;
  timer.write(CNTV_CVAL_EL0, 200, 0);
  timer.write(CNTV_CTL_EL0, 1, 0);
  timer.write(CNTP_CVAL_EL0, 100, 0);
  timer.write(CNTP_CTL_EL0, 1, 0);
  EXPECT_EQ(timer.next_expiry(0), 100 * tick);
  EXPECT_EQ(timer.next_expiry(100 * tick), 200 * tick);
  timer.reset();
  EXPECT_EQ(timer.next_expiry(0), never);
}

TEST(GenericTimer, CountersAndFrequencyCannotBeWritten) {
  GenericTimer timer;
  EXPECT_FALSE(timer.write(CNTVCT_EL0, 1, 0));
  EXPECT_FALSE(timer.write(CNTFRQ_EL0, 1, 0));
  timer.write(CNTV_CVAL_EL0, ~std::uint64_t{0}, 0);
  timer.write(CNTV_CTL_EL0, 1, 0);
  EXPECT_EQ(timer.next_expiry(0), never) << "later than simulated time goes";
}

}  // namespace
}  // namespace doorbell::cpu
