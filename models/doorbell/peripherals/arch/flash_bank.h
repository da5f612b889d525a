#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "doorbell/peripherals/arch/cfi_chip.h"

namespace doorbell::peripherals {

/// Two 16-bit chips side by side on 32 bits: even half-words are the first's, odd ones the
/// second's, so that software gives each command twice (0x0070'0070) and a block has 256 KiB.
class FlashBank {
 public:
  static constexpr std::uint32_t block_bytes = 2 * 2 * CfiChip::block_words;

  /// `array` outlives the bank; its size is a multiple of `block_bytes`.
  explicit FlashBank(FlashArray& array);

  // Accesses of any length within the array. A chip of which only one byte is written gets zero for
  // the other.
  void read(std::uint64_t offset, std::span<std::uint8_t> data) const;
  void write(std::uint64_t offset, std::span<const std::uint8_t> data);

  /// Half-words programmed and blocks of single chips erased.
  std::uint64_t words_programmed() const;
  std::uint64_t blocks_erased() const;

  /// For a checkpoint (core/arch/state.h), without the cells.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.list("chips", self.chips_,
               [](auto& chip, auto& inner) { CfiChip::describe(chip, inner); });
  }

 private:
  FlashArray& array_;
  std::array<CfiChip, 2> chips_;
};

}  // namespace doorbell::peripherals
