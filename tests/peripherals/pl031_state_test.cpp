#include "doorbell/peripherals/arch/pl031_state.h"

#include <gtest/gtest.h>

namespace doorbell::peripherals {
namespace {

constexpr std::uint64_t DR = 0x00, MR = 0x04, LR = 0x08, CR = 0x0C, IMSC = 0x10, RIS = 0x14,
                        MIS = 0x18, ICR = 0x1C;
constexpr std::uint32_t epoch = 1'704'067'200;

class Pl031StateTest : public testing::Test {
 protected:
  std::uint64_t read(std::uint64_t offset) {
    std::uint64_t value = 0;
    EXPECT_EQ(state.registers().read(offset, 4, value), RegisterResult::ok);
    return value;
  }
  void write(std::uint64_t offset, std::uint64_t value) {
    EXPECT_EQ(state.registers().write(offset, 4, value), RegisterResult::ok);
  }
  Pl031State state{epoch};
};

TEST_F(Pl031StateTest, CountsSecondsOfSimulatedTimeFromTheEpoch) {
  EXPECT_EQ(read(DR), epoch);
  state.advance(second - 1);
  EXPECT_EQ(read(DR), epoch);
  state.advance(second);
  EXPECT_EQ(read(DR), epoch + 1);
  state.advance(1000 * second);
  EXPECT_EQ(read(DR), epoch + 1000);
}

TEST_F(Pl031StateTest, NeverRunsBack) {
  state.advance(2 * second);
  state.advance(second);
  EXPECT_EQ(read(DR), epoch + 2);
}

TEST_F(Pl031StateTest, IsEnabledForGood) {
  EXPECT_EQ(read(CR), 1u);
  write(CR, 0);
  EXPECT_EQ(read(CR), 1u);
}

TEST_F(Pl031StateTest, IsLoaded) {
  state.advance(10 * second);
  write(LR, 5);
  EXPECT_EQ(read(LR), 5u);
  EXPECT_EQ(read(DR), 5u);
  state.advance(12 * second);
  EXPECT_EQ(read(DR), 7u);
}

TEST_F(Pl031StateTest, CountsRoundItsThirtyTwoBits) {
  write(LR, 0xFFFF'FFFF);
  state.advance(second);
  EXPECT_EQ(read(DR), 0u);
}

TEST_F(Pl031StateTest, AMatchIsRaisedWhenItsSecondBegins) {
  state.advance(second / 2);
  write(MR, epoch + 3);
  write(IMSC, 1);
  EXPECT_EQ(state.next_interrupt(), 3 * second);
  state.advance(3 * second - 1);
  EXPECT_FALSE(state.interrupt());
  state.advance(3 * second);
  EXPECT_TRUE(state.interrupt());
  EXPECT_EQ(read(MIS), 1u);
  EXPECT_EQ(state.next_interrupt(), never);
  write(ICR, 1);
  EXPECT_FALSE(state.interrupt());
  state.advance(4 * second);
  EXPECT_FALSE(state.interrupt()) << "it matches once";
}

TEST_F(Pl031StateTest, AMaskedMatchIsRaisedAndDoesNotInterrupt) {
  write(MR, epoch + 1);
  EXPECT_EQ(state.next_interrupt(), never);
  state.advance(2 * second);
  EXPECT_EQ(read(RIS), 1u);
  EXPECT_EQ(read(MIS), 0u);
  EXPECT_FALSE(state.interrupt());
  write(IMSC, 1);
  EXPECT_TRUE(state.interrupt());
}

TEST_F(Pl031StateTest, AMatchWithThePresentSecondIsRaisedAtOnce) {
  write(MR, epoch);
  EXPECT_EQ(read(RIS), 1u);
}

TEST_F(Pl031StateTest, LoadingMovesTheMatch) {
  write(MR, epoch + 100);
  write(IMSC, 1);
  write(LR, epoch + 98);
  EXPECT_EQ(state.next_interrupt(), 2 * second);
}

TEST_F(Pl031StateTest, AMatchBeyondSimulatedTimeNeverComes) {
  write(MR, epoch - 1);
  write(IMSC, 1);
  EXPECT_EQ(state.next_interrupt(), never);
}

TEST_F(Pl031StateTest, IsAccessedByBytesAndHalfWordsToo) {
  std::uint64_t value = 0;
  EXPECT_EQ(state.registers().read(0xFF4, 1, value), RegisterResult::ok) << "as EDK2 does";
  EXPECT_EQ(value, 0xF0u);
  EXPECT_EQ(state.registers().read(DR, 2, value), RegisterResult::ok);
  EXPECT_EQ(value, epoch & 0xFFFF);
  EXPECT_EQ(state.registers().write(IMSC, 1, 1), RegisterResult::ok);
  EXPECT_EQ(read(IMSC), 1u);
}

TEST_F(Pl031StateTest, IsAPrimeCellThatLinuxKnows) {
  std::uint32_t peripheral = 0, cell = 0;
  for (unsigned i = 0; i < 4; ++i) {
    peripheral |= static_cast<std::uint32_t>(read(0xFE0 + 4 * i) << 8 * i);
    cell |= static_cast<std::uint32_t>(read(0xFF0 + 4 * i) << 8 * i);
  }
  EXPECT_EQ(peripheral & 0x000F'FFFF, 0x4'1031u) << "designer Arm, part 031";
  EXPECT_EQ(cell, 0xB105'F00Du);
}

}  // namespace
}  // namespace doorbell::peripherals
