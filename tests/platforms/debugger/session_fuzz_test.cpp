// Whatever comes from the port: each whole packet has one answer while the machine stands still,
// and no memory is touched but what is there.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "doorbell/core/arch/random.h"
#include "tests/platforms/debugger/made_target.h"
#include "tests/support/long_run.h"

namespace doorbell::debugger {
namespace {

class DebuggerFuzz : public ::testing::Test {
 protected:
  char any_byte() { return static_cast<char>(random_.below(256)); }
  /// Packets that GDB sends, to be changed here and there.
  std::string some_packet() {
    static const std::array<std::string, 30> known{"?",
                                                   "g",
                                                   "G00",
                                                   "p1f",
                                                   "P2=0000000000000000",
                                                   "m1000,10",
                                                   "M1000,2:abcd",
                                                   "X1000,3:a}]",
                                                   "Z0,1000,4",
                                                   "z0,1000,4",
                                                   "Z2,1000,8",
                                                   "Z3,10f8,10",
                                                   "z2,1000,8",
                                                   "c",
                                                   "s",
                                                   "C05;1000",
                                                   "vCont;c",
                                                   "vCont;s:1;c",
                                                   "vCont;s:2",
                                                   "vCont?",
                                                   "qSupported:swbreak+",
                                                   "qfThreadInfo",
                                                   "qXfer:features:read:target.xml:0,fff",
                                                   "qRcmd,68656c70",
                                                   "Hg2",
                                                   "Hc-1",
                                                   "T1",
                                                   "D",
                                                   "k",
                                                   "qThreadExtraInfo,1"};
    std::string payload = known[random_.below(known.size())];
    for (std::uint64_t changes = random_.below(4); changes != 0 && !payload.empty(); --changes) {
      const std::size_t at = random_.below(payload.size());
      switch (random_.below(3)) {
        case 0:
          payload[at] = any_byte();
          break;
        case 1:
          payload.erase(at, 1);
          break;
        default:
          payload.insert(at, 1, payload[random_.below(payload.size())]);
      }
    }
    return payload;
  }

  Random random_{16};
};

TEST_F(DebuggerFuzz, EachPacketHasOneAnswerWhileTheMachineStandsStill) {
  const auto rounds = test::cases<std::uint64_t>(2'000, 200'000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    testing::MadeTarget target;
    Session session(target);
    for (int i = 0; i < 20; ++i) {
      const std::string answer = session.receive(testing::framed(some_packet()));
      ASSERT_FALSE(answer.empty());
      ASSERT_EQ(answer.front(), '+');
      if (session.state() == Session::State::running) {
        ASSERT_EQ(answer, "+");
        ASSERT_EQ(target.orders.back().processors.size(), target.processors());
        ASSERT_NE(testing::decoded(session.stopped(1, {})), "broken");
      } else if (session.state() != Session::State::stopped) {
        break;
      } else {
        ASSERT_NE(testing::decoded(answer.substr(1)), "broken");
      }
    }
  }
}

TEST_F(DebuggerFuzz, AnyBytesAreTaken) {
  testing::MadeTarget target;
  Session session(target);
  const auto bytes = test::cases<std::uint64_t>(1'000'000, 100'000'000);
  std::string text;
  for (std::uint64_t i = 0; i < bytes; ++i) {
    text += random_.below(8) == 0 ? "$#}\x03+-*"[random_.below(7)] : any_byte();
    if (text.size() < 100) continue;
    session.receive(text);
    text.clear();
    if (session.state() == Session::State::running) session.stopped(0, {});
  }
  EXPECT_EQ(target.memory.size(), 256u);
  // And it still understands.
  session.receive("#00");
  EXPECT_NE(session.receive(testing::framed("qC")).find("QC"), std::string::npos);
}

}  // namespace
}  // namespace doorbell::debugger
