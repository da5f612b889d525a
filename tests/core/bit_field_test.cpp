// Fields of words, and integers in memory.
#include "doorbell/core/arch/bit_field.h"

#include <gtest/gtest.h>

#include <array>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell {
namespace {

TEST(BitField, ReadsAndWritesItsBitsAlone) {
  constexpr BitField field{4, 8};
  EXPECT_EQ(field.mask(), 0xFF0u);
  EXPECT_EQ(field.get(0xABCD), 0xBCu);
  EXPECT_EQ(field.make(0x1FF), 0xFF0u) << "bits beyond it are cut off";
  EXPECT_EQ(field.set(0xFFFF, 0x12), 0xF12Fu);
  EXPECT_TRUE(field.test(0x010));
  EXPECT_FALSE(field.test(0xF00F));
}

TEST(BitField, ReachesToTheTopOfAWord) {
  constexpr BitField whole{0, 64}, top{63, 1};
  EXPECT_EQ(whole.mask(), ~0ULL);
  EXPECT_EQ(whole.set(5, ~0ULL), ~0ULL);
  EXPECT_EQ(top.get(1ULL << 63), 1u);
  EXPECT_EQ(low_mask(0), 0u);
  EXPECT_EQ(low_mask(63), ~0ULL >> 1);
  EXPECT_EQ(low_mask(64), ~0ULL);
}

TEST(Bits, AreNamedHighToLow) {
  EXPECT_EQ(bits(0xABCD, 11, 4), 0xBCu);
  EXPECT_EQ(bits(~0ULL, 63, 0), ~0ULL);
  EXPECT_EQ(bits(1ULL << 63, 63, 63), 1u);
  EXPECT_EQ(with_bits(0xFFFF, 11, 4, 0x112), 0xF12Fu);
  EXPECT_EQ(with_bits(7, 63, 0, 9), 9u);
}

TEST(LittleEndian, IsTheSameOnEveryHost) {
  std::array<std::uint8_t, 8> bytes{};
  store_little_endian<std::uint64_t>(bytes, 0x0123'4567'89AB'CDEF);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01}));
  EXPECT_EQ(load_little_endian<std::uint64_t>(bytes), 0x0123'4567'89AB'CDEF);
  EXPECT_EQ(load_little_endian<std::uint16_t>(bytes), 0xCDEFu) << "the beginning alone";
}

TEST(LittleEndian, FewerBytesAreTheLowPart) {
  std::array<std::uint8_t, 3> bytes{};
  store_little_endian<std::uint32_t>(bytes, 0x89AB'CDEF);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 3>{0xEF, 0xCD, 0xAB}));
  EXPECT_EQ(load_little_endian<std::uint32_t>(bytes), 0xAB'CDEFu);
  EXPECT_EQ(load_little_endian<std::uint64_t>(std::span<std::uint8_t>()), 0u);
}

}  // namespace
}  // namespace doorbell
