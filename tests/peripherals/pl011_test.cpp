#include "doorbell/peripherals/pl011.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/memory/test_initiator.h"
#include "tests/peripherals/test_console.h"

namespace doorbell::peripherals {
namespace {

using memory::TestInitiator;
using Changes = std::vector<std::pair<Time, bool>>;

constexpr std::uint64_t DR = 0x000, FR = 0x018, LCR_H = 0x02C, CR = 0x030, IFLS = 0x034,
                        IMSC = 0x038;
constexpr std::uint32_t FEN = 1 << 4, RX = 1 << 4, TX = 1 << 5, RT = 1 << 6, enabled = 0x301;

class InterruptListener : public Module {
 public:
  explicit InterruptListener(const sc_core::sc_module_name& name) : Module(name) {}
  WireIn wire{"wire", [this](bool level) { changes.emplace_back(now(), level); }};
  Changes changes;
};

class Pl011Test : public testing::Test {
 protected:
  void build(const UartParameters& parameters) {
    uart_ = std::make_unique<Pl011>("uart", parameters);
    initiator_.socket.bind(uart_->registers);
    uart_->interrupt.bind(listener_.wire);
    uart_->connect(console_);
  }
  std::size_t write(Time at, std::uint64_t offset, std::uint32_t value) {
    std::vector<std::uint8_t> data;
    for (unsigned i = 0; i < 4; ++i)
      data.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    return initiator_.write(at, offset, data);
  }
  void set_up(std::uint32_t mask) {
    write(0, LCR_H, FEN);
    write(0, CR, enabled);
    write(0, IMSC, mask);
  }
  std::uint32_t value(std::size_t access) const {
    const auto& data = initiator_.accesses[access].data;
    return data[0] | data[1] << 8U | data[2] << 16U | static_cast<std::uint32_t>(data[3]) << 24U;
  }
  static void run(Time duration) { sc_core::sc_start(sc_core::sc_time::from_value(duration)); }

  TestInitiator initiator_{"initiator"};
  InterruptListener listener_{"listener"};
  TestConsole console_;
  std::unique_ptr<Pl011> uart_;
};

TEST_F(Pl011Test, AnAccessTakesItsTimeAndACharacterNone) {
  build({.access = 100 * nanosecond});
  const std::size_t access = write(microsecond, DR, 'x');
  run(millisecond);
  EXPECT_EQ(initiator_.accesses[access].ended, microsecond + 100 * nanosecond);
  ASSERT_EQ(console_.output.size(), 1u);
  EXPECT_EQ(console_.output[0], (std::pair{'x', microsecond + 100 * nanosecond}));
}

TEST_F(Pl011Test, PrintsThoughNobodyEnabledIt) {
  // Linux's earlycon and firmware that only prints count on whoever was there before them.
  build({});
  for (const char character : std::string("early"))
    write(0, DR, static_cast<std::uint8_t>(character));
  run(millisecond);
  EXPECT_EQ(console_.text(), "early");
}

TEST_F(Pl011Test, CharactersLeaveOneAfterAnother) {
  build({.access = 0, .character = 10 * microsecond});
  set_up(0);
  for (const char character : std::string("abc"))
    write(microsecond, DR, static_cast<std::uint8_t>(character));
  const std::size_t busy = initiator_.read(31 * microsecond - 1, FR, 4);
  const std::size_t idle = initiator_.read(31 * microsecond + 1, FR, 4);
  run(millisecond);
  using Output = std::vector<std::pair<char, Time>>;
  EXPECT_EQ(console_.output,
            (Output{{'a', 11 * microsecond}, {'b', 21 * microsecond}, {'c', 31 * microsecond}}));
  EXPECT_EQ(value(busy) & 8, 8u);
  EXPECT_EQ(value(idle) & 8, 0u);
}

TEST_F(Pl011Test, TheTransmitInterruptRisesWhenTheLevelIsReached) {
  build({.access = 0, .character = 10 * microsecond});
  set_up(TX);
  write(0, IFLS, 0);
  for (unsigned i = 0; i < 4; ++i)
    write(microsecond, DR, 'x');
  run(millisecond);
  // The first goes to the shift register at once, the second when it has left: two are left then.
  ASSERT_EQ(listener_.changes.size(), 3u);
  EXPECT_EQ(listener_.changes[0], (std::pair{microsecond, true})) << "none left behind the first";
  EXPECT_EQ(listener_.changes[1], (std::pair{microsecond, false})) << "three wait";
  EXPECT_EQ(listener_.changes[2], (std::pair{11 * microsecond, true}));
}

TEST_F(Pl011Test, WhatIsTypedWaitsUntilTheReceiverIsEnabled) {
  build({.access = 0});
  console_.type("ls");
  run(microsecond);
  EXPECT_EQ(console_.not_taken(), 2u);
  set_up(RT);
  const std::size_t first = initiator_.read(2 * microsecond, DR, 4);
  const std::size_t second = initiator_.read(2 * microsecond, DR, 4);
  run(millisecond);
  EXPECT_EQ(value(first), 'l');
  EXPECT_EQ(value(second), 's');
  EXPECT_EQ(listener_.changes, (Changes{{microsecond, true}, {2 * microsecond, false}}))
      << "the timeout: two are below the level";
}

TEST_F(Pl011Test, NothingIsLostThatFindsTheFifoFull) {
  build({.access = 0});
  set_up(RX);
  std::string typed;
  for (char character = 'a'; character <= 'z'; ++character)
    typed += character;
  console_.type(typed);
  std::vector<std::size_t> reads;
  for (unsigned i = 0; i < typed.size(); ++i)
    reads.push_back(initiator_.read(microsecond * (i + 1), DR, 4));
  run(millisecond);
  std::string read;
  for (const std::size_t access : reads)
    read += static_cast<char>(value(access));
  EXPECT_EQ(read, typed);
}

TEST_F(Pl011Test, CharactersComeInOneAfterAnotherAndTheTimeoutBehindThem) {
  build({.access = 0, .character = 10 * microsecond});
  set_up(RX | RT);
  console_.type("abc", 5 * microsecond);
  const std::size_t empty = initiator_.read(15 * microsecond - 1, FR, 4);
  const std::size_t one = initiator_.read(15 * microsecond + 1, FR, 4);
  run(millisecond);
  EXPECT_EQ(value(empty) & 0x10, 0x10u);
  EXPECT_EQ(value(one) & 0x10, 0u);
  EXPECT_EQ(console_.not_taken(), 0u);
  EXPECT_EQ(listener_.changes, (Changes{{(35 + 32) * microsecond, true}}));
}

TEST_F(Pl011Test, InputThatComesLateIsTakenThen) {
  build({.access = 0});
  set_up(RX | RT);
  run(10 * microsecond);
  console_.type("x");
  const std::size_t access = initiator_.read(11 * microsecond, DR, 4);
  run(millisecond);
  EXPECT_EQ(value(access), 'x');
}

TEST_F(Pl011Test, LooseTimingGivesTheSameWithoutAWakeUpForAnAccess) {
  build({.access = 100 * nanosecond});
  Scheduler& scheduler = uart_->simulation().scheduler();
  scheduler.set_timing(Timing::loose);
  set_up(0);
  run(microsecond);
  const std::uint64_t before = scheduler.resumes();
  for (unsigned i = 0; i < 100; ++i)
    initiator_.read(2 * microsecond, FR, 4);
  run(millisecond);
  EXPECT_EQ(scheduler.resumes() - before, 100u) << "the test's own tasks, begun once each";
}

TEST_F(Pl011Test, CountsWhatPasses) {
  build({.access = 0});
  set_up(RT);
  console_.type("ab");
  write(microsecond, DR, 'x');
  run(millisecond);
  std::map<std::string, std::uint64_t> counts;
  uart_->simulation().statistics().visit([&](const Statistic& statistic) {
    if (const auto* counter = dynamic_cast<const Counter*>(&statistic))
      counts[counter->path()] = counter->value();
  });
  EXPECT_EQ(counts["uart.sent"], 1u);
  EXPECT_EQ(counts["uart.received"], 2u);
  EXPECT_EQ(counts["uart.interrupts"], 1u);
}

}  // namespace
}  // namespace doorbell::peripherals
