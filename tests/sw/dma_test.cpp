#include "sw/drivers/dma/dma.h"

#include <gtest/gtest.h>

#include "tests/sw/fake_hardware.h"

namespace doorbell::sw {
namespace {

constexpr std::uint64_t registers = 0x10000000;
constexpr std::uint64_t ring = 0x40000000;

class DmaDriver : public testing::Test {
 protected:
  DmaDriver() {
    hardware_.add_frame(
        registers, 0x1000,
        [this](std::uint64_t at, unsigned size) { return hardware_.load(at, size); },
        [this](std::uint64_t at, unsigned size, std::uint64_t value) {
          hardware_.store(at, size, value);
        });
    hardware_.store(0, 4, 0x4c454244);
  }
  FakeHardware hardware_;
  dma_engine engine_{};
};

TEST_F(DmaDriver, ARingHoldsAsManyDescriptorsAsItHasEntries) {
  hardware_.store(0x20, 4, 0xfffffffe);  // about to wrap
  hardware_.store(0x1c, 4, 0xfffffffe);
  ASSERT_EQ(dma_open(&engine_, registers, ring, 0x7000, 4), STATUS_OK);
  const dma_descriptor descriptor = {.operation = DMA_COPY, .length = 64};
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
  EXPECT_EQ(dma_put(&engine_, &descriptor), STATUS_NO_SPACE);
  hardware_.store(0x1c, 4, 0xffffffff);  // one is done
  EXPECT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
  EXPECT_EQ(dma_put(&engine_, &descriptor), STATUS_NO_SPACE);
  dma_start(&engine_);
  EXPECT_EQ(hardware_.load(0x20, 4), 3u);
}

TEST_F(DmaDriver, DescriptorsAreEncoded) {
  ASSERT_EQ(dma_open(&engine_, registers, ring, 0x1'00007000, 4), STATUS_OK);
  EXPECT_EQ(hardware_.load(0x10, 8), 0x100007000u);
  EXPECT_EQ(hardware_.load(0x08, 4), 1u);
  const dma_descriptor descriptor = {.operation = DMA_COPY,
                                     .length = 0x12345678,
                                     .source = 0x1111,
                                     .destination = 0x2222,
                                     .completion = 0x3333,
                                     .interrupt = true,
                                     .vector = 0xabcd};
  ASSERT_EQ(dma_put(&engine_, &descriptor), STATUS_OK);
  EXPECT_EQ(hardware_.load(ring, 8), 0x12345678abcd0303u);
  EXPECT_EQ(hardware_.load(ring + 8, 8), 0x1111u);
  EXPECT_EQ(hardware_.load(ring + 16, 8), 0x2222u);
  EXPECT_EQ(hardware_.load(ring + 24, 8), 0x3333u);
  dma_close(&engine_);
  EXPECT_EQ(hardware_.load(0x08, 4), 0u);
}

TEST_F(DmaDriver, SomebodyElsesDeviceIsRefused) {
  hardware_.store(0, 4, 0x11111111);
  EXPECT_EQ(dma_open(&engine_, registers, ring, 0, 4), STATUS_UNSUPPORTED);
}

}  // namespace
}  // namespace doorbell::sw
