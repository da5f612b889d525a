#include "doorbell/peripherals/arch/cfi_query.h"

#include <array>
#include <bit>

namespace doorbell::peripherals {
namespace {

constexpr std::uint32_t first = 0x10;

constexpr std::array<std::uint8_t, 0x30> fixed{
    'Q',  'R',  'Y',               // 10h
    0x01, 0x00,                    // 13h: primary command set, Intel extended
    0x31, 0x00,                    // 15h: its table
    0x00, 0x00, 0x00, 0x00,        // 17h: no alternate command set
    0x45, 0x55,                    // 1Bh: Vcc from 4.5 to 5.5 V
    0x00, 0x00,                    // 1Dh: no Vpp pin
    0x07, 0x07, 0x0a, 0x00,        // 1Fh: 2^n us a word, a buffer; 2^n ms a block; no chip erase
    0x04, 0x04, 0x04, 0x00,        // 23h: 2^n times that at most
    0x00,                          // 27h: 2^n bytes, below
    0x02, 0x00,                    // 28h: 8 and 16 bits wide
    0x0b, 0x00,                    // 2Ah: 2^n bytes in the write buffer
    0x01,                          // 2Ch: one region of blocks
    0x00, 0x00, 0x00, 0x00,        // 2Dh: their number less one, their size in 256 bytes, below
    'P',  'R',  'I',  '1',  '0',   // 31h: primary table, version 1.0
    0x00, 0x00, 0x00, 0x00,        // 36h: no optional features
    0x00, 0x00, 0x00, 0x00, 0x00,  // 3Ah
    0x01,                          // 3Fh: one protection field
};

}  // namespace

std::uint8_t cfi_query(std::uint32_t word, std::uint32_t chip_bytes, std::uint32_t block_bytes) {
  const std::uint32_t last_block = chip_bytes / block_bytes - 1;
  switch (word) {
    case 0x27:
      return static_cast<std::uint8_t>(std::countr_zero(chip_bytes));
    case 0x2d:
      return static_cast<std::uint8_t>(last_block);
    case 0x2e:
      return static_cast<std::uint8_t>(last_block >> 8);
    case 0x2f:
      return static_cast<std::uint8_t>(block_bytes >> 8);
    case 0x30:
      return static_cast<std::uint8_t>(block_bytes >> 16);
    default:
      return word - first < fixed.size() ? fixed[word - first] : 0;
  }
}

}  // namespace doorbell::peripherals
