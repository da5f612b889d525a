#include "doorbell/peripherals/pl031.h"

#include <gtest/gtest.h>

#include "tests/memory/test_initiator.h"

namespace doorbell::peripherals {
namespace {

using Changes = std::vector<std::pair<Time, bool>>;

constexpr std::uint64_t DR = 0x00, MR = 0x04, IMSC = 0x10, ICR = 0x1C;
constexpr std::uint32_t epoch = 1'704'067'200;

std::vector<std::uint8_t> word(std::uint32_t value) {
  std::vector<std::uint8_t> data;
  for (unsigned i = 0; i < 4; ++i)
    data.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  return data;
}

class Listener : public Module {
 public:
  explicit Listener(const sc_core::sc_module_name& name) : Module(name) {}
  WireIn wire{"wire", [this](bool level) { changes.emplace_back(now(), level); }};
  Changes changes;
};

class Pl031Test : public testing::Test {
 protected:
  Pl031Test() {
    initiator.socket.bind(rtc.registers);
    rtc.interrupt.bind(listener.wire);
  }
  static void run(Time duration) { sc_core::sc_start(sc_core::sc_time::from_value(duration)); }

  memory::TestInitiator initiator{"initiator"};
  Listener listener{"listener"};
  Pl031 rtc{"rtc", {.access = 100 * nanosecond}};
};

TEST_F(Pl031Test, SaysTheEpochAndTheTimeSince) {
  const std::size_t first = initiator.read(0, DR, 4);
  const std::size_t later = initiator.read(5 * second / 2, DR, 4);
  run(3 * second);
  EXPECT_EQ(initiator.accesses[first].ended, 100 * nanosecond);
  EXPECT_EQ(initiator.accesses[first].data, word(epoch));
  EXPECT_EQ(initiator.accesses[later].data, word(epoch + 2));
}

TEST_F(Pl031Test, TheInterruptRisesAtTheMatchAndFallsWhenCleared) {
  initiator.write(0, IMSC, word(1));
  initiator.write(0, MR, word(epoch + 2));
  initiator.write(3 * second, ICR, word(1));
  run(5 * second);
  EXPECT_EQ(listener.changes,
            (Changes{{2 * second, true}, {3 * second + 100 * nanosecond, false}}));
}

TEST_F(Pl031Test, AnEarlierMatchTakesThePlaceOfALaterOne) {
  initiator.write(0, IMSC, word(1));
  initiator.write(0, MR, word(epoch + 100));
  initiator.write(second, MR, word(epoch + 3));
  run(200 * second);
  EXPECT_EQ(listener.changes, (Changes{{3 * second, true}}));
}

}  // namespace
}  // namespace doorbell::peripherals
