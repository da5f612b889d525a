#include "doorbell/peripherals/arch/cfi_chip.h"

#include "doorbell/peripherals/arch/cfi_query.h"

namespace doorbell::peripherals {
namespace {

// The status register (28F256J3, table "Status Register Definitions").
constexpr std::uint8_t SR_ready = 1 << 7;
constexpr std::uint8_t SR_erase_error = 1 << 5;
constexpr std::uint8_t SR_program_error = 1 << 4;
constexpr std::uint8_t SR_block_locked = 1 << 1;
/// A command that isn't followed as it must be.
constexpr std::uint8_t SR_command_sequence = SR_erase_error | SR_program_error;

constexpr std::uint16_t manufacturer = 0x0089;  // Intel
constexpr std::uint16_t device = 0x0018;

constexpr std::uint8_t confirm = 0xD0;
constexpr std::uint32_t query_address = 0x55;  // JESD68.01, of a query command

}  // namespace

CfiChip::CfiChip(FlashArray& array, FlashLane lane, std::uint32_t words)
    : array_(array), lane_(lane), words_(words), locked_(words / block_words) {}

std::vector<std::uint32_t> CfiChip::buffered_words() const {
  std::vector<std::uint32_t> words;
  for (const auto& [word, data] : buffer_)
    words.insert(words.end(), {word, data});
  return words;
}

/// What no chip of this size could hold is left out.
void CfiChip::take_buffered(const std::vector<std::uint32_t>& words) {
  buffer_.clear();
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] < words_) buffer_.emplace_back(words[i], static_cast<std::uint16_t>(words[i + 1]));
  }
}

std::uint16_t CfiChip::cell(std::uint32_t word) const {
  const std::uint64_t offset = offset_of(word);
  return static_cast<std::uint16_t>(array_.byte(offset) | array_.byte(offset + 1) << 8);
}

/// Read Identifier Codes: of a block word 2 is its lock.
std::uint16_t CfiChip::identifier(std::uint32_t word) const {
  switch (word % block_words) {
    case 0:
      return manufacturer;
    case 1:
      return device;
    case 2:
      return locked_[block_of(word)] ? 1 : 0;
    default:
      return 0;
  }
}

std::uint16_t CfiChip::read(std::uint32_t word) const {
  switch (mode_) {
    case Mode::array:
      return cell(word);
    case Mode::identifier:
      return identifier(word);
    case Mode::query:
      return cfi_query(word % 0x100, words_ * 2, block_words * 2);
    default:
      return status_;
  }
}

void CfiChip::write(std::uint32_t word, std::uint16_t data) {
  const auto code = static_cast<std::uint8_t>(data);
  switch (mode_) {
    case Mode::program:
      mode_ = Mode::status;
      if (!is_locked(word, SR_program_error)) program(word, data);
      return;
    case Mode::erase:
      return confirm_erase(word, code);
    case Mode::lock:
      return confirm_lock(word, code);
    case Mode::buffer_count:
      return take_count(data);
    case Mode::buffer_data:
      return take_data(word, data);
    case Mode::buffer_confirm:
      return confirm_buffer(code);
    default:
      return command(word, code);
  }
}

void CfiChip::command(std::uint32_t word, std::uint8_t code) {
  switch (code) {
    case 0x10:
    case 0x40:
      mode_ = Mode::program;
      return;
    case 0x20:
      mode_ = Mode::erase;
      return;
    case 0x60:
      mode_ = Mode::lock;
      return;
    case 0x70:
      mode_ = Mode::status;
      return;
    case 0x90:
      mode_ = Mode::identifier;
      return;
    case 0x98:
      // At its address alone: U-Boot leaves the second chip behind with one that isn't for a bank
      // like this.
      mode_ = word % 0x100 == query_address ? Mode::query : Mode::array;
      return;
    case 0xE8:
      buffer_block_ = block_of(word);
      mode_ = Mode::buffer_count;
      return;
    case 0x50:
      status_ = SR_ready;
      mode_ = Mode::array;
      return;
    default:  // FFh, Read Array, and what no chip of this kind knows
      mode_ = Mode::array;
      return;
  }
}

void CfiChip::confirm_erase(std::uint32_t word, std::uint8_t code) {
  mode_ = Mode::status;
  if (code != confirm) {
    status_ |= SR_command_sequence;
    return;
  }
  if (is_locked(word, SR_erase_error)) return;
  const std::uint32_t start = block_of(word) * block_words;
  for (std::uint32_t at = start; at < start + block_words; ++at) {
    array_.erase(offset_of(at));
    array_.erase(offset_of(at) + 1);
  }
  ++blocks_erased_;
}

void CfiChip::confirm_lock(std::uint32_t word, std::uint8_t code) {
  mode_ = Mode::status;
  if (code == 0x01) {
    locked_[block_of(word)] = true;
  } else if (code == confirm) {
    locked_[block_of(word)] = false;
  } else {
    status_ |= SR_command_sequence;
  }
}

/// Write to Buffer: the number of words less one.
void CfiChip::take_count(std::uint16_t data) {
  if (data >= buffer_words) {
    status_ |= SR_command_sequence;
    mode_ = Mode::status;
    return;
  }
  buffer_.clear();
  buffer_left_ = data + 1U;
  mode_ = Mode::buffer_data;
}

void CfiChip::take_data(std::uint32_t word, std::uint16_t data) {
  if (block_of(word) != buffer_block_) {
    status_ |= SR_command_sequence;
    mode_ = Mode::status;
    return;
  }
  buffer_.emplace_back(word, data);
  if (--buffer_left_ == 0) mode_ = Mode::buffer_confirm;
}

void CfiChip::confirm_buffer(std::uint8_t code) {
  mode_ = Mode::status;
  if (code != confirm) {
    status_ |= SR_command_sequence;
    return;
  }
  if (is_locked(buffer_block_ * block_words, SR_program_error)) return;
  for (const auto& [word, data] : buffer_)
    program(word, data);
}

bool CfiChip::is_locked(std::uint32_t word, std::uint8_t error) {
  const bool locked = locked_[block_of(word)];
  if (locked) status_ |= error | SR_block_locked;
  return locked;
}

void CfiChip::program(std::uint32_t word, std::uint16_t data) {
  array_.program(offset_of(word), static_cast<std::uint8_t>(data));
  array_.program(offset_of(word) + 1, static_cast<std::uint8_t>(data >> 8));
  ++words_programmed_;
}

}  // namespace doorbell::peripherals
