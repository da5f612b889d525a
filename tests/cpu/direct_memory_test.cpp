// Normal memory as a processor reaches it: through pointers where it was granted them, and only as
// far and as long as it was.
#include "doorbell/cpu/direct_memory.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/cpu/test_bench.h"

namespace doorbell::cpu {
namespace {

constexpr std::uint64_t bytes = 0x1000;

class DirectMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    owner.socket.bind(memory.socket);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    owner.scheduler().set_timing(Timing::loose);
  }
  struct Owner : Module {
    explicit Owner(const sc_core::sc_module_name& name) : Module(name) {}
    InitiatorSocket socket{"socket"};
    DirectMemory direct{socket};
  };
  bool store(std::uint64_t address, std::uint8_t value) {
    return owner.direct.write(address, std::span(&value, 1));
  }
  Memory memory{"memory", 100 * nanosecond, bytes};
  Owner owner{"owner"};
};

TEST_F(DirectMemoryTest, AGrantIsUsedUntilItIsTakenBack) {
  ASSERT_TRUE(store(0x10, 1));
  ASSERT_TRUE(store(bytes - 1, 2));
  EXPECT_EQ(memory.grants, 1u);
  memory.socket.invalidate_dmi(0, bytes - 1);
  ASSERT_TRUE(store(0x10, 3));
  EXPECT_EQ(memory.grants, 2u);
  EXPECT_EQ(memory.contents[0x10], 3);
}

TEST_F(DirectMemoryTest, AGrantIsGoneOfWhichAPartIsTakenBack) {
  ASSERT_TRUE(store(0x10, 1));
  memory.socket.invalidate_dmi(0x100, 0x1ff);
  ASSERT_TRUE(store(0x10, 2));
  EXPECT_EQ(memory.grants, 2u);
}

TEST_F(DirectMemoryTest, AnAccessThatLeavesItsGrantIsRefusedByMemory) {
  std::array<std::uint8_t, 8> data{};
  EXPECT_TRUE(owner.direct.read(bytes - 8, data));
  EXPECT_FALSE(owner.direct.read(bytes - 4, data));
  EXPECT_FALSE(owner.direct.write(bytes - 4, data));
}

// Though this memory takes nothing back: what is written past it, its watches are not told of.
TEST_F(DirectMemoryTest, NoGrantOutlivesLooseTiming) {
  ASSERT_TRUE(store(0x10, 1));
  owner.scheduler().set_timing(Timing::approximate);
  bool told = false;
  WriteWatch watch([&told] { told = true; });
  owner.direct.watch(0x10, watch);
  ASSERT_TRUE(watch.kept());
  ASSERT_TRUE(store(0x10, 2));
  EXPECT_TRUE(told);
  EXPECT_EQ(memory.contents[0x10], 2);
}

TEST_F(DirectMemoryTest, WhoKnowsNothingOfCoherenceIsLeftAloneInApproximateTiming) {
  memory.grants_always = true;
  owner.scheduler().set_timing(Timing::approximate);
  bool told = false;
  WriteWatch watch([&told] { told = true; });
  owner.direct.watch(0x10, watch);
  ASSERT_TRUE(store(0x10, 1));
  EXPECT_TRUE(told);
}

TEST_F(DirectMemoryTest, ACoherentGrantLastsAndTellsOfWrites) {
  memory.knows_coherence = true;
  owner.scheduler().set_timing(Timing::approximate);
  bool told = false;
  WriteWatch watch([&told] { told = true; });
  owner.direct.watch(0x40, watch);
  ASSERT_TRUE(store(0x3f, 1));
  EXPECT_FALSE(told);
  ASSERT_TRUE(store(0x40, 2));
  EXPECT_TRUE(told);
  memory.socket.invalidate_dmi(0, bytes - 1);
  owner.scheduler().set_timing(Timing::loose);
  ASSERT_TRUE(store(0x40, 3));
  EXPECT_EQ(memory.contents[0x40], 3);
  EXPECT_EQ(memory.grants, 1u);
}

}  // namespace
}  // namespace doorbell::cpu
