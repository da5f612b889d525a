// Whatever software does with flash: nothing but an erase makes ones of zeros, nothing changes
// where nothing was addressed, and the array can always be read again.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "doorbell/core/arch/random.h"
#include "doorbell/peripherals/arch/flash_bank.h"
#include "tests/support/long_run.h"

namespace doorbell::peripherals {
namespace {

constexpr std::uint64_t block = FlashBank::block_bytes;
constexpr std::uint64_t size = 3 * block;
/// Accesses are within so many bytes of the ends of a block.
constexpr std::uint64_t edge = 16;

class FlashFuzz : public testing::Test {
 protected:
  std::uint64_t place() {
    const std::uint64_t end = block * random.below(4);
    const std::uint64_t offset = end + random.below(2 * edge);
    return std::min(offset < edge ? offset : offset - edge, size - 8);
  }
  std::uint16_t command() {
    constexpr std::array<std::uint16_t, 14> known{0x10, 0x20, 0x40, 0x50, 0x60, 0x70, 0x90,
                                                  0x98, 0xD0, 0xE8, 0xFF, 0x01, 0x00, 0x03};
    if (random.below(8) == 0) return static_cast<std::uint16_t>(random.next());
    return known[random.below(known.size())];
  }
  /// The cells near the ends of the blocks.
  std::vector<std::uint8_t> watched() const {
    std::vector<std::uint8_t> cells;
    for (std::uint64_t end = 0; end <= size; end += block) {
      const std::uint64_t first = end < edge ? 0 : end - edge;
      for (std::uint64_t at = first; at < std::min(end + edge + 8, size); ++at)
        cells.push_back(array.byte(at));
    }
    return cells;
  }
  void write() {
    const std::uint16_t first = command();
    const std::uint16_t second = random.below(4) == 0 ? command() : first;
    const std::array<std::uint8_t, 8> data{
        static_cast<std::uint8_t>(first),  static_cast<std::uint8_t>(first >> 8),
        static_cast<std::uint8_t>(second), static_cast<std::uint8_t>(second >> 8),
        static_cast<std::uint8_t>(first),  static_cast<std::uint8_t>(first >> 8),
        static_cast<std::uint8_t>(second), static_cast<std::uint8_t>(second >> 8)};
    const bool whole_word = random.below(4) != 0;
    const std::uint64_t at = place();
    bank.write(whole_word ? at / 4 * 4 : at,
               std::span(data).first(whole_word ? 4 : 1 + random.below(8)));
  }

  Random random{4};
  FlashArray array{size};
  FlashBank bank{array};
};

TEST_F(FlashFuzz, OnlyAnErasureMakesOnesAndTheArrayCanBeReadAgain) {
  std::vector<std::uint8_t> before = watched();
  for (int access = 0; access < test::cases(100'000, 3'000'000); ++access) {
    const std::uint64_t erased = bank.blocks_erased();
    write();
    std::array<std::uint8_t, 8> data{};
    bank.read(place(), std::span(data).first(1 + random.below(8)));
    std::vector<std::uint8_t> after = watched();
    if (bank.blocks_erased() == erased) {
      for (std::size_t i = 0; i < after.size(); ++i)
        ASSERT_EQ(after[i] & ~before[i], 0) << "cell " << i << " after access " << access;
    }
    before = std::move(after);
  }
  EXPECT_GT(bank.blocks_erased(), 100u);
  EXPECT_GT(bank.words_programmed(), 1000u);
  for (std::uint64_t at = edge + 8; at < block - edge; ++at)
    ASSERT_EQ(array.byte(at), 0xFF) << "nobody was there: " << at;

  constexpr std::array<std::uint8_t, 4> read_array{0xFF, 0, 0xFF, 0};
  for (std::uint32_t i = 0; i < CfiChip::buffer_words + 2; ++i)
    bank.write(0, read_array);
  std::array<std::uint8_t, 4> cells{};
  for (std::uint64_t at = 0; at < edge; at += 4) {
    bank.read(at, cells);
    for (std::uint64_t i = 0; i < cells.size(); ++i)
      EXPECT_EQ(cells[i], array.byte(at + i));
  }
}

}  // namespace
}  // namespace doorbell::peripherals
