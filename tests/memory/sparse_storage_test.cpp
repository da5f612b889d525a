#include "doorbell/memory/arch/sparse_storage.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "doorbell/core/arch/error.h"

namespace doorbell::memory {
namespace {

TEST(SparseStorage, MayBeFarLargerThanTheHost) {
  constexpr std::uint64_t size = 1ULL << 44;
  SparseStorage storage(size);
  std::array<std::uint8_t, 16> data{};
  data.fill(0xff);
  storage.read(size - 16, data);
  for (const std::uint8_t byte : data)
    EXPECT_EQ(byte, 0);
  const std::array<std::uint8_t, 4> written{1, 2, 3, 4};
  storage.write(size - 4, written);
  std::array<std::uint8_t, 4> back{};
  storage.read(size - 4, back);
  EXPECT_EQ(back, written);
}

TEST(SparseStorage, KeepsWhatIsWrittenAcrossPages) {
  SparseStorage storage(1ULL << 32);
  std::array<std::uint8_t, 100> data{};
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  const std::uint64_t address = (2ULL << 20) - 50;
  storage.write(address, data);
  std::array<std::uint8_t, 100> back{};
  storage.read(address, back);
  EXPECT_EQ(back, data);
}

TEST(SparseStorage, ItsBytesAreOneArray) {
  SparseStorage storage(4096 + 100);
  ASSERT_EQ(storage.bytes().size(), 4096u + 100);
  const std::array<std::uint8_t, 1> data{7};
  storage.write(4096 + 99, data);
  EXPECT_EQ(storage.bytes().back(), 7);
}

TEST(SparseStorage, ASizeThatTheHostCantMapIsRefused) {
  EXPECT_THROW(SparseStorage(1ULL << 63), InputError);
}

TEST(SparseStorage, KnowsItsEnds) {
  const SparseStorage storage(4096);
  EXPECT_TRUE(storage.contains(0, 4096));
  EXPECT_TRUE(storage.contains(4095, 1));
  EXPECT_FALSE(storage.contains(4095, 2));
  EXPECT_FALSE(storage.contains(~0ULL, 2));
  EXPECT_FALSE(storage.contains(0, 4097));
}

}  // namespace
}  // namespace doorbell::memory
