#include "doorbell/memory/arch/sparse_storage.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace doorbell::memory {
namespace {

TEST(SparseStorage, ReadsZerosAndTakesNothingUntilWritten) {
  SparseStorage storage(1ULL << 44);
  std::array<std::uint8_t, 16> data{};
  data.fill(0xff);
  storage.read((1ULL << 44) - 16, data);
  for (const std::uint8_t byte : data)
    EXPECT_EQ(byte, 0);
  EXPECT_EQ(storage.chunks(), 0u);
}

TEST(SparseStorage, KeepsWhatIsWrittenAcrossChunks) {
  SparseStorage storage(1ULL << 32);
  std::array<std::uint8_t, 100> data{};
  std::iota(data.begin(), data.end(), std::uint8_t{1});
  const std::uint64_t address = 3 * SparseStorage::chunk_bytes - 50;
  storage.write(address, data);
  std::array<std::uint8_t, 100> back{};
  storage.read(address, back);
  EXPECT_EQ(back, data);
  EXPECT_EQ(storage.chunks(), 2u);
}

TEST(SparseStorage, ChunksNeverMove) {
  SparseStorage storage(1ULL << 40);
  const std::uint8_t* first = storage.chunk(0);
  for (std::uint64_t i = 1; i < 64; ++i)
    storage.chunk(i * SparseStorage::chunk_bytes);
  EXPECT_EQ(storage.chunk(5), first);
}

TEST(SparseStorage, HoldsTheRestOfASizeThatIsNotOfWholeChunks) {
  for (const std::uint64_t whole : {std::uint64_t{0}, SparseStorage::chunk_bytes}) {
    SparseStorage storage(whole + 4096);
    const std::array<std::uint8_t, 4> data{1, 2, 3, 4};
    storage.write(whole + 4092, data);
    std::array<std::uint8_t, 4> back{};
    storage.read(whole + 4092, back);
    EXPECT_EQ(back, data);
  }
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
