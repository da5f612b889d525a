#include <gtest/gtest.h>

#include "sw/include/bits.h"
#include "sw/include/poll.h"
#include "sw/include/region.h"
#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

TEST(Bits, FieldsAreTakenAndPutWhereTheSpecificationDrawsThem) {
  EXPECT_EQ(BITS(63, 0), UINT64_MAX);
  EXPECT_EQ(BITS(7, 4), 0xf0u);
  EXPECT_EQ(field_get(BITS(15, 8), 0x123456), 0x34u);
  EXPECT_EQ(field_put(BITS(15, 8), 0x1ff), 0xff00u);
  EXPECT_EQ(log2_ceiling(0), 0u);
  EXPECT_EQ(log2_ceiling(1), 0u);
  EXPECT_EQ(log2_ceiling(2), 1u);
  EXPECT_EQ(log2_ceiling(3), 2u);
  EXPECT_EQ(log2_ceiling(1025), 11u);
}

TEST(Region, HandsOutAlignedZeroedMemoryUntilItEnds) {
  FakeHardware hardware;
  hardware.store(0x2000, 8, ~0ull);
  region memory{0x1008, 0x4000, {}};
  EXPECT_EQ(region_allocate(&memory, 0x800, 0x1000), 0x2000u);
  EXPECT_EQ(hardware.load(0x2000, 8), 0u);
  EXPECT_EQ(region_allocate(&memory, 3, 8), 0x2800u);
  EXPECT_EQ(region_allocate(&memory, 8, 8), 0x2808u);
  EXPECT_EQ(region_allocate(&memory, 0x2000, 0x1000), 0u);
  EXPECT_EQ(region_allocate(&memory, 0x1000, 0x1000), 0x3000u);
  EXPECT_EQ(region_allocate(&memory, 8, 8), 0u);
}

TEST(Lock, MasksInterruptsAndRestoresWhatWasThere) {
  FakeHardware hardware;
  lock mutex{};
  hardware.interrupts_masked = true;
  std::uint64_t state = lock_acquire(&mutex);
  EXPECT_EQ(mutex.held, 1u);
  lock_release(&mutex, state);
  EXPECT_EQ(mutex.held, 0u);
  EXPECT_TRUE(hardware.interrupts_masked);
  hardware.interrupts_masked = false;
  state = lock_acquire(&mutex);
  EXPECT_TRUE(hardware.interrupts_masked);
  lock_release(&mutex, state);
  EXPECT_FALSE(hardware.interrupts_masked);
}

TEST(Poll, GivesUpAfterOneSecond) {
  FakeHardware hardware;
  hardware.add_frame(
      0x1000, 0x1000, [](std::uint64_t, unsigned) { return 1u; },
      [](std::uint64_t, unsigned, std::uint64_t) {});
  EXPECT_EQ(poll32(0x1000, 1, 1), STATUS_OK);
  EXPECT_EQ(poll32(0x1000, 1, 0), STATUS_TIMEOUT);
  EXPECT_GT(hardware.time_ns, 1000000000u);
  EXPECT_LT(hardware.time_ns, 1100000000u);
}

}  // namespace
}  // namespace doorbell::sw
