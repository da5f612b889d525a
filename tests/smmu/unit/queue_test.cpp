// Circular queues (IHI 0070 3.5.1, 7.4) and global errors (7.5).
#include "doorbell/smmu/arch/queue.h"

#include <gtest/gtest.h>

#include "doorbell/smmu/arch/global_error.h"

namespace doorbell::smmu {
namespace {

constexpr QueueLayout queue{.base = 0x1000, .log2_size = 2};

TEST(Queue, EmptyFullAndWrap) {
  EXPECT_TRUE(queue.empty(0, 0));
  EXPECT_TRUE(queue.empty(4, 4));
  EXPECT_TRUE(queue.full(4, 0));  // index equal, wrap bit differs
  EXPECT_FALSE(queue.full(3, 0));
  std::uint32_t prod = 0;
  for (int i = 0; i < 4; ++i)
    prod = queue.next(prod);
  EXPECT_EQ(prod, 4u);  // wrap bit toggled
  for (int i = 0; i < 4; ++i)
    prod = queue.next(prod);
  EXPECT_EQ(prod, 0u);
}

TEST(Queue, BitsAboveTheWrapBitAreIgnored) {
  EXPECT_TRUE(queue.empty(0x13, 0x3));
  EXPECT_TRUE(queue.full(overflow_flag | 4, 0));
}

TEST(Queue, UsedAndConsistent) {
  EXPECT_EQ(queue.used(6, 3), 3u);
  EXPECT_EQ(queue.used(1, 7), 2u);
  EXPECT_TRUE(queue.consistent(4, 0));
  EXPECT_FALSE(queue.consistent(5, 0));  // WR > RD with different wrap bits
  EXPECT_FALSE(queue.consistent(0, 1));
}

TEST(Queue, EntryAddresses) {
  EXPECT_EQ(queue.entry_address(3, log2_command_bytes), 0x1030u);
  EXPECT_EQ(queue.entry_address(7, log2_command_bytes), 0x1030u);
  EXPECT_EQ(queue.entry_address(1, log2_event_bytes), 0x1020u);
}

TEST(Queue, FromBaseRegister) {
  const auto q = QueueLayout::from_register(0x4000'0000'8123'4560 | 8, 16, 4, 44);
  EXPECT_EQ(q.log2_size, 8u);
  EXPECT_EQ(q.base, 0x8123'4000u);  // aligned to 4 KiB
  EXPECT_EQ(QueueLayout::from_register(19, 16, 4, 44).log2_size, 16u);
  EXPECT_EQ(QueueLayout::from_register(0x20 | 0, 16, 4, 44).base, 0x20u);
}

TEST(Queue, EveryFillingUpToFullIsConsistent) {
  for (std::uint32_t cons = 0; cons < 8; ++cons) {
    for (std::uint32_t used = 0; used < 8; ++used) {
      const std::uint32_t prod = queue.pointer(cons + used);
      EXPECT_EQ(queue.used(prod, cons), used);
      EXPECT_EQ(queue.full(prod, cons), used == 4);
      EXPECT_EQ(queue.empty(prod, cons), used == 0);
      EXPECT_EQ(queue.consistent(prod, cons), used <= 4);
    }
  }
}

TEST(Queue, OfOneEntry) {
  constexpr QueueLayout one{.base = 0x1000, .log2_size = 0};
  EXPECT_EQ(one.entries(), 1u);
  EXPECT_EQ(one.next(0), 1u);
  EXPECT_EQ(one.next(1), 0u);
  EXPECT_TRUE(one.full(1, 0));
  EXPECT_EQ(one.entry_address(1, log2_event_bytes), 0x1000u);
}

TEST(Queue, BaseIsCutToTheOutputSizeAndAlignedToTheQueue) {
  EXPECT_EQ(QueueLayout::from_register(1ULL << 44 | 0x8000'0000 | 4, 16, 4, 44).base, 0x8000'0000u);
  EXPECT_EQ(QueueLayout::from_register(1ULL << 43 | 4, 16, 4, 44).base, 1ULL << 43);
  EXPECT_EQ(QueueLayout::from_register(0x8000'0fe0 | 4, 16, 5, 44).base, 0x8000'0e00u);
  EXPECT_EQ(QueueLayout::from_register(0x8000'0000 | 16, 16, 4, 44).log2_size, 16u);
}

TEST(GlobalErrors, ToggleAndAcknowledge) {
  GlobalErrors e;
  EXPECT_TRUE(e.activate(GlobalError::CMDQ_ERR));
  EXPECT_EQ(e.gerror(), 1u);
  EXPECT_FALSE(e.activate(GlobalError::CMDQ_ERR));  // already active: not toggled again
  EXPECT_EQ(e.gerror(), 1u);
  EXPECT_TRUE(e.activate(GlobalError::EVENTQ_ABT_ERR));
  EXPECT_EQ(e.gerror(), 5u);
  e.acknowledge(1);
  EXPECT_FALSE(e.active(GlobalError::CMDQ_ERR));
  EXPECT_TRUE(e.active(GlobalError::EVENTQ_ABT_ERR));
  EXPECT_TRUE(e.activate(GlobalError::CMDQ_ERR));
  EXPECT_EQ(e.gerror(), 4u);
}

}  // namespace
}  // namespace doorbell::smmu
