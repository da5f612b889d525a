#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "doorbell/peripherals/arch/flash_array.h"

namespace doorbell::peripherals {

/// Where a chip's words are in the bytes of its bank.
struct FlashLane {
  std::uint32_t first = 0;   ///< Byte of the bank at which word 0 is.
  std::uint32_t stride = 2;  ///< Bytes of the bank between two words.
};

/// One 16-bit NOR flash chip with the Intel command set: what a bus sees of it (JESD68.01 Common
/// Flash Interface; Intel 28F256J3 datasheet, command definitions and status register). Programming
/// and erasing take no time: SR.7 is always 1, and there is nothing to suspend.
class CfiChip {
 public:
  static constexpr std::uint32_t block_words = 0x1'0000;  ///< 128 KiB, one erase block.
  static constexpr std::uint32_t buffer_words = 0x400;    ///< 2 KiB, the write buffer.

  /// `array` outlives the chip; `words` is a multiple of `block_words`.
  CfiChip(FlashArray& array, FlashLane lane, std::uint32_t words);

  /// Whether reads are of the array: the state after power-up.
  bool reads_array() const { return mode_ == Mode::array; }
  std::uint16_t read(std::uint32_t word) const;
  void write(std::uint32_t word, std::uint16_t data);

  std::uint64_t words_programmed() const { return words_programmed_; }
  std::uint64_t blocks_erased() const { return blocks_erased_; }

  /// For a checkpoint (core/arch/state.h), without the cells.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("mode", self.mode_, static_cast<std::uint64_t>(Mode::buffer_confirm));
    state.value("status", self.status_);
    state.values("locked", self.locked_);
    state.value("buffer_block", self.buffer_block_, self.locked_.size() - 1);
    state.value("buffer_left", self.buffer_left_, buffer_words);
    auto words = self.buffered_words();
    state.sequence("buffer", words, std::size_t{2} * buffer_words);
    if constexpr (State::reads) self.take_buffered(words);
  }

 private:
  enum class Mode : std::uint8_t {
    array,
    status,
    identifier,
    query,
    program,
    erase,
    lock,
    buffer_count,
    buffer_data,
    buffer_confirm,
  };

  /// Places and data of what is in the write buffer, by turns.
  std::vector<std::uint32_t> buffered_words() const;
  void take_buffered(const std::vector<std::uint32_t>& words);
  std::uint64_t offset_of(std::uint32_t word) const { return lane_.first + word * lane_.stride; }
  static std::uint32_t block_of(std::uint32_t word) { return word / block_words; }
  std::uint16_t cell(std::uint32_t word) const;
  std::uint16_t identifier(std::uint32_t word) const;
  void command(std::uint32_t word, std::uint8_t code);
  void confirm_erase(std::uint32_t word, std::uint8_t code);
  void confirm_lock(std::uint32_t word, std::uint8_t code);
  void take_count(std::uint16_t data);
  void take_data(std::uint32_t word, std::uint16_t data);
  void confirm_buffer(std::uint8_t code);
  bool is_locked(std::uint32_t word, std::uint8_t error);
  void program(std::uint32_t word, std::uint16_t data);

  FlashArray& array_;
  FlashLane lane_;
  std::uint32_t words_;
  Mode mode_ = Mode::array;
  std::uint8_t status_ = 0x80;
  std::vector<bool> locked_;
  std::uint32_t buffer_block_ = 0;
  std::uint32_t buffer_left_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint16_t>> buffer_;
  std::uint64_t words_programmed_ = 0;
  std::uint64_t blocks_erased_ = 0;
};

}  // namespace doorbell::peripherals
