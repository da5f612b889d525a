#include "doorbell/peripherals/arch/flash_bank.h"

namespace doorbell::peripherals {
namespace {

constexpr std::uint32_t bus_bytes = 4;
constexpr std::uint32_t lane_bytes = 2;

CfiChip chip(FlashArray& array, std::uint32_t number) {
  return {array,
          {.first = number * lane_bytes, .stride = bus_bytes},
          static_cast<std::uint32_t>(array.size() / bus_bytes)};
}

}  // namespace

FlashBank::FlashBank(FlashArray& array) : array_(array), chips_{chip(array, 0), chip(array, 1)} {}

void FlashBank::read(std::uint64_t offset, std::span<std::uint8_t> data) const {
  if (chips_[0].reads_array() && chips_[1].reads_array()) {
    array_.read(offset, data);
    return;
  }
  for (std::uint8_t& byte : data) {
    const std::uint16_t word = chips_[offset / lane_bytes % chips_.size()].read(
        static_cast<std::uint32_t>(offset / bus_bytes));
    byte = static_cast<std::uint8_t>(word >> 8 * (offset % lane_bytes));
    ++offset;
  }
}

void FlashBank::write(std::uint64_t offset, std::span<const std::uint8_t> data) {
  while (!data.empty()) {
    const std::uint64_t first = offset % lane_bytes;
    const std::size_t count = std::min<std::size_t>(lane_bytes - first, data.size());
    std::uint16_t word = 0;
    for (std::size_t i = 0; i < count; ++i)
      word = static_cast<std::uint16_t>(word | data[i] << 8 * (first + i));
    chips_[offset / lane_bytes % chips_.size()].write(
        static_cast<std::uint32_t>(offset / bus_bytes), word);
    offset += count;
    data = data.subspan(count);
  }
}

std::uint64_t FlashBank::words_programmed() const {
  return chips_[0].words_programmed() + chips_[1].words_programmed();
}

std::uint64_t FlashBank::blocks_erased() const {
  return chips_[0].blocks_erased() + chips_[1].blocks_erased();
}

}  // namespace doorbell::peripherals
