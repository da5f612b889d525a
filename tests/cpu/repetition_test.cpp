#include "doorbell/cpu/arch/repetition.h"

#include <gtest/gtest.h>

namespace doorbell::cpu {
namespace {

using Access = Repetition::Access;
using Kind = Access::Kind;

Access load(std::uint64_t address, std::uint64_t value) {
  return {Kind::load, address, value};
}

TEST(Repetition, OneAccessOverAndOverBeganWithItsFirst) {
  Repetition repetition;
  for (Time now = 10; now < 20; ++now)
    repetition.saw(load(0x100, 7), now);
  EXPECT_EQ(repetition.since(), 10u);
  EXPECT_EQ(repetition.polled(), load(0x100, 7));
}

TEST(Repetition, AnotherAnswerIsNone) {
  Repetition repetition;
  repetition.saw(load(0x100, 7), 10);
  repetition.saw(load(0x100, 8), 11);
  EXPECT_EQ(repetition.since(), 11u);
  repetition.saw(load(0x100, 8), 12);
  EXPECT_EQ(repetition.since(), 11u);
  EXPECT_EQ(repetition.polled(), load(0x100, 8));
}

TEST(Repetition, ALoopOfSeveralAccessesIsKnownUpToSixteen) {
  for (const std::uint64_t length : {2u, 3u, 16u, 17u}) {
    Repetition repetition;
    for (Time now = 1; now <= 1000; ++now)
      repetition.saw(load(now % length, 0), now);
    EXPECT_EQ(repetition.since(), length <= 16 ? length : 1000) << length;
  }
}

TEST(Repetition, TheSameAccessesInAnotherOrderAreOne) {
  Repetition repetition;
  for (const std::uint64_t address : {1u, 2u, 3u, 3u, 1u, 2u, 2u, 3u, 1u})
    repetition.saw(load(address, 0), address == 3 ? 7 : 5);
  EXPECT_EQ(repetition.since(), 7u);
}

TEST(Repetition, ReadsAreWhatIsPolledNotTurnsOrWrites) {
  Repetition repetition;
  repetition.saw(load(0x100, 7), 1);
  repetition.saw({Kind::store, 0x200, 1}, 2);
  repetition.saw({}, 3);
  EXPECT_EQ(repetition.polled(), load(0x100, 7));
  repetition.got_on(4);
  EXPECT_EQ(repetition.since(), 4u);
  repetition.saw({}, 5);
  EXPECT_EQ(repetition.polled(), Access{});
}

}  // namespace
}  // namespace doorbell::cpu
