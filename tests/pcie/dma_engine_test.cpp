#include "doorbell/pcie/arch/dma_engine.h"

#include <gtest/gtest.h>

namespace doorbell::pcie::dma {
namespace {

TEST(DmaEngineTest, DescriptorSurvivesMemory) {
  const Descriptor d{.opcode = Opcode::copy,
                     .raise_msi = true,
                     .write_completion = true,
                     .relaxed_ordering = true,
                     .vector = 0x123,
                     .length = 0x10000,
                     .source = 0x1234'5678'9abc,
                     .destination = 0xfedc'ba98'7654,
                     .completion = 0x4000'1000};
  Descriptor back;
  const DescriptorBytes bytes = encode(d);
  EXPECT_EQ(bytes[0], 3);
  EXPECT_EQ(bytes[1], 7);
  EXPECT_EQ(bytes[2], 0x23);
  ASSERT_TRUE(decode(bytes, 4096, back));
  EXPECT_EQ(back, d);
}

TEST(DmaEngineTest, LocalMemoryIsNotLeft) {
  Descriptor back;
  Descriptor d{.opcode = Opcode::read, .length = 256, .destination = 4096 - 256};
  EXPECT_TRUE(decode(encode(d), 4096, back));
  ++d.destination;
  EXPECT_FALSE(decode(encode(d), 4096, back));
  d = {.opcode = Opcode::write, .length = 1, .source = ~0ULL};
  EXPECT_FALSE(decode(encode(d), 4096, back));
}

TEST(DmaEngineTest, UnknownOpcodeIsRefused) {
  DescriptorBytes bytes{};
  bytes[0] = 9;
  Descriptor back;
  EXPECT_FALSE(decode(bytes, 4096, back));
}

TEST(DmaEngineTest, RegisterTableIsConsistent) {
  RegisterBank bank{register_table()};
  std::uint64_t value = 0;
  EXPECT_EQ(bank.read(DMA_ID, 4, value), RegisterResult::ok);
  EXPECT_EQ(value, identification);
  EXPECT_EQ(bank.write(DMA_RING_BASE + 4, 4, 0x12), RegisterResult::ok);
  EXPECT_EQ(bank.get("DMA_RING_BASE"), 0x12'0000'0000u);
  EXPECT_NE(bank.write(DMA_HEAD, 4, 1), RegisterResult::ok);
}

}  // namespace
}  // namespace doorbell::pcie::dma
