#include "doorbell/peripherals/arch/pl011_state.h"

#include <gtest/gtest.h>

#include <string>

namespace doorbell::peripherals {
namespace {

constexpr std::uint64_t DR = 0x000, RSR = 0x004, FR = 0x018, LCR_H = 0x02C, CR = 0x030,
                        IFLS = 0x034, IMSC = 0x038, RIS = 0x03C, MIS = 0x040, ICR = 0x044;
constexpr std::uint64_t BUSY = 1 << 3, RXFE = 1 << 4, TXFF = 1 << 5, RXFF = 1 << 6, TXFE = 1 << 7;
constexpr std::uint64_t RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, OE = 1 << 10;
constexpr std::uint64_t FEN = 1 << 4;
constexpr std::uint64_t enabled = 0x301, loopback = 1 << 7;

class Pl011StateTest : public testing::Test {
 protected:
  std::uint64_t read(std::uint64_t offset, unsigned size = 4) {
    std::uint64_t value = 0;
    EXPECT_EQ(state.registers().read(offset, size, value), RegisterResult::ok);
    return value;
  }
  void write(std::uint64_t offset, std::uint64_t value, unsigned size = 4) {
    EXPECT_EQ(state.registers().write(offset, size, value), RegisterResult::ok);
  }
  void fill(unsigned characters) {
    for (unsigned i = 0; i < characters; ++i)
      write(DR, 'a' + i);
  }
  /// Sends one whole character.
  char send() {
    const std::uint8_t character = state.begin_sending();
    state.end_sending(character);
    return static_cast<char>(character);
  }
  void receive(unsigned characters) {
    for (unsigned i = 0; i < characters; ++i)
      state.receive(static_cast<std::uint8_t>('a' + i));
  }

  Pl011State state;
};

TEST_F(Pl011StateTest, ResetsAsTheManualSays) {
  EXPECT_EQ(read(FR), TXFE | RXFE);
  EXPECT_EQ(read(CR), 0x300u);
  EXPECT_EQ(read(IFLS), 0x12u);
  for (const std::uint64_t offset : {RSR, LCR_H, IMSC, RIS, MIS})
    EXPECT_EQ(read(offset), 0u) << offset;
}

TEST_F(Pl011StateTest, IsAPrimeCellThatLinuxKnows) {
  std::uint32_t peripheral = 0, cell = 0;
  for (unsigned i = 0; i < 4; ++i) {
    peripheral |= static_cast<std::uint32_t>(read(0xFE0 + 4 * i) << 8 * i);
    cell |= static_cast<std::uint32_t>(read(0xFF0 + 4 * i) << 8 * i);
  }
  EXPECT_EQ(peripheral & 0x000F'FFFF, 0x4'1011u) << "designer Arm, part 011";
  EXPECT_EQ(cell, 0xB105'F00Du);
}

TEST_F(Pl011StateTest, UnimplementedBitsReadAsZero) {
  for (const auto& [offset, bits] :
       std::initializer_list<std::pair<std::uint64_t, std::uint64_t>>{{0x24, 0xFFFF},
                                                                      {0x28, 0x3F},
                                                                      {LCR_H, 0xFF},
                                                                      {CR, 0xFF87},
                                                                      {IFLS, 0x3F},
                                                                      {IMSC, 0x7FF},
                                                                      {0x48, 0x7}}) {
    write(offset, 0xFFFF'FFFF);
    EXPECT_EQ(read(offset), bits) << offset;
  }
}

TEST_F(Pl011StateTest, SendsWhatWasWrittenInOrder) {
  write(LCR_H, FEN);
  fill(3);
  EXPECT_EQ(read(FR) & (BUSY | TXFE), BUSY);
  std::string sent;
  while (state.can_send())
    sent += send();
  EXPECT_EQ(sent, "abc");
  EXPECT_EQ(read(FR) & (BUSY | TXFE), TXFE);
}

TEST_F(Pl011StateTest, IsBusyUntilTheLastBitHasLeft) {
  write(DR, 'x');
  const std::uint8_t character = state.begin_sending();
  EXPECT_EQ(read(FR) & (BUSY | TXFE), BUSY | TXFE);
  EXPECT_FALSE(state.can_send());
  state.end_sending(character);
  EXPECT_EQ(read(FR) & BUSY, 0u);
}

TEST_F(Pl011StateTest, TheFifoHoldsSixteenAndLosesWhatIsWrittenBeyond) {
  write(LCR_H, FEN);
  fill(15);
  EXPECT_EQ(read(FR) & TXFF, 0u);
  fill(2);
  EXPECT_EQ(read(FR) & TXFF, TXFF);
  unsigned sent = 0;
  for (; state.can_send(); ++sent)
    send();
  EXPECT_EQ(sent, 16u);
}

TEST_F(Pl011StateTest, WithoutFifosThereIsRoomForOne) {
  fill(1);
  EXPECT_EQ(read(FR) & TXFF, TXFF);
  receive(1);
  EXPECT_EQ(read(FR) & RXFF, RXFF);
  EXPECT_EQ(read(RIS) & RX, RX);
}

TEST_F(Pl011StateTest, TheTransmitInterruptComesWhenTheFifoSinksToItsLevel) {
  for (const auto& [selector, level] : std::initializer_list<std::pair<unsigned, unsigned>>{
           {0, 2}, {1, 4}, {2, 8}, {3, 12}, {4, 14}}) {
    write(LCR_H, 0);
    write(LCR_H, FEN);
    write(IFLS, selector);
    write(ICR, 0x7FF);
    fill(16);
    EXPECT_EQ(read(RIS) & TX, 0u) << "filling raises nothing";
    for (unsigned left = 15; left > level; --left) {
      send();
      EXPECT_EQ(read(RIS) & TX, 0u) << left;
    }
    send();
    EXPECT_EQ(read(RIS) & TX, TX) << level;
    fill(1);
    EXPECT_EQ(read(RIS) & TX, 0u) << "above the level again";
  }
}

TEST_F(Pl011StateTest, AClearedTransmitInterruptComesBackOnlyWithACharacterThatLeaves) {
  write(DR, 'x');
  EXPECT_EQ(read(RIS) & TX, 0u);
  send();
  EXPECT_EQ(read(RIS) & TX, TX) << "the single location is empty";
  write(ICR, TX);
  EXPECT_EQ(read(RIS) & TX, 0u);
  write(IMSC, TX);
  EXPECT_FALSE(state.interrupt());
}

TEST_F(Pl011StateTest, TheReceiveInterruptIsTheLevelOfItsFifo) {
  for (const auto& [selector, level] : std::initializer_list<std::pair<unsigned, unsigned>>{
           {0, 2}, {1, 4}, {2, 8}, {3, 12}, {4, 14}}) {
    write(LCR_H, 0);
    write(LCR_H, FEN);
    write(IFLS, selector << 3);
    receive(level - 1);
    EXPECT_EQ(read(RIS) & RX, 0u) << level;
    receive(1);
    EXPECT_EQ(read(RIS) & RX, RX) << level;
    read(DR);
    EXPECT_EQ(read(RIS) & RX, 0u) << level;
  }
}

TEST_F(Pl011StateTest, TheTimeoutIsRaisedWhileCharactersWaitAndFallsWithTheLast) {
  write(LCR_H, FEN);
  state.receive_timeout();
  EXPECT_EQ(read(RIS) & RT, 0u) << "nothing waits";
  receive(2);
  state.receive_timeout();
  EXPECT_EQ(read(RIS) & RT, RT);
  EXPECT_EQ(read(DR), 'a');
  EXPECT_EQ(read(RIS) & RT, RT);
  EXPECT_EQ(read(DR), 'b');
  EXPECT_EQ(read(RIS) & RT, 0u);
  EXPECT_EQ(read(FR) & RXFE, RXFE);
}

TEST_F(Pl011StateTest, AnOverrunIsToldAtOnceAndBesideTheNextCharacterThatFindsRoom) {
  receive(2);
  EXPECT_EQ(read(RIS) & OE, OE);
  EXPECT_EQ(read(RSR), 1u << 3);
  EXPECT_EQ(read(DR), 'a') << "what was there is valid";
  state.receive('c');
  EXPECT_EQ(read(DR), 1u << 11 | 'c');
  write(RSR, 0xFF);
  EXPECT_EQ(read(RSR), 0u);
}

TEST_F(Pl011StateTest, ReceivesOnlyWhenEnabledWithRoom) {
  EXPECT_FALSE(state.can_receive()) << "UARTEN is 0";
  write(CR, enabled);
  EXPECT_TRUE(state.can_receive());
  write(CR, enabled & ~0x200U);
  EXPECT_FALSE(state.can_receive()) << "RXE is 0";
  write(CR, enabled);
  receive(1);
  EXPECT_FALSE(state.can_receive()) << "full";
}

// For who wonders why nothing comes in: the first thing that software has to mend.
TEST_F(Pl011StateTest, SaysWhyItReceivesNothing) {
  EXPECT_STREQ(state.refuses_input(), "UARTCR.UARTEN is 0") << "reset";
  write(CR, 1);
  EXPECT_STREQ(state.refuses_input(), "UARTCR.RXE is 0");
  write(CR, enabled | 1U << 7);
  EXPECT_STREQ(state.refuses_input(), "UARTCR.LBE is 1");
  write(CR, enabled);
  receive(1);
  EXPECT_STREQ(state.refuses_input(), "its receive FIFO is full");
}

TEST_F(Pl011StateTest, TheMaskDecidesWhatInterrupts) {
  receive(1);
  EXPECT_FALSE(state.interrupt());
  EXPECT_EQ(read(MIS), 0u);
  write(IMSC, TX);
  EXPECT_FALSE(state.interrupt());
  write(IMSC, RX);
  EXPECT_TRUE(state.interrupt());
  EXPECT_EQ(read(MIS), RX);
}

TEST_F(Pl011StateTest, ChangingFenEmptiesTheFifos) {
  write(LCR_H, FEN);
  fill(3);
  receive(14);
  state.receive_timeout();
  write(LCR_H, FEN | 0x60);
  EXPECT_EQ(read(FR) & (TXFE | RXFE), 0u) << "the length of words empties nothing";
  write(LCR_H, 0x60);
  EXPECT_EQ(read(FR), TXFE | RXFE);
  EXPECT_EQ(read(RIS) & (RX | RT), 0u);
}

TEST_F(Pl011StateTest, LoopbackBringsCharactersAndModemLinesBack) {
  write(CR, enabled | loopback);
  EXPECT_FALSE(state.can_receive()) << "the line outside is cut off";
  write(DR, 'x');
  EXPECT_FALSE(state.end_sending(state.begin_sending())) << "it doesn't leave";
  EXPECT_EQ(read(DR), 'x');
  // DTR to DSR, RTS to CTS, Out1 to DCD, Out2 to RI.
  for (const auto& [output, input, interrupt] :
       std::initializer_list<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>>{
           {1 << 10, 1 << 1, 1 << 3},
           {1 << 11, 1 << 0, 1 << 1},
           {1 << 12, 1 << 2, 1 << 2},
           {1 << 13, 1 << 8, 1 << 0}}) {
    write(ICR, 0x7FF);
    write(CR, enabled | loopback | output);
    EXPECT_EQ(read(FR) & 0x107, input);
    EXPECT_EQ(read(RIS) & 0xF, interrupt);
    write(CR, enabled | loopback);
  }
  write(CR, enabled | 0xF << 10);
  EXPECT_EQ(read(FR) & 0x107, 0u) << "no modem is connected";
}

TEST_F(Pl011StateTest, TakesAccessesOfAnyWidth) {
  write(DR, 'x', 1);
  EXPECT_EQ(state.begin_sending(), 'x');
  state.receive('y');
  EXPECT_EQ(read(DR + 1, 1), 0u) << "the bits of errors alone take nothing out";
  EXPECT_EQ(read(DR, 2), 'y');
}

}  // namespace
}  // namespace doorbell::peripherals
