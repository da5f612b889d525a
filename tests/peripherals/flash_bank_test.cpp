#include "doorbell/peripherals/arch/flash_bank.h"

#include <gmock/gmock.h>

#include <string>

namespace doorbell::peripherals {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t block = FlashBank::block_bytes;
constexpr std::uint32_t ready = 0x0080'0080;
constexpr std::uint32_t erased = 0xFFFF'FFFF;

class FlashBankTest : public testing::Test {
 protected:
  std::uint32_t read(std::uint64_t offset) const {
    std::array<std::uint8_t, 4> data{};
    bank.read(offset, data);
    return data[0] | data[1] << 8U | data[2] << 16U | static_cast<std::uint32_t>(data[3]) << 24U;
  }
  void write(std::uint64_t offset, std::uint32_t value) {
    const std::array<std::uint8_t, 4> data{
        static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8),
        static_cast<std::uint8_t>(value >> 16), static_cast<std::uint8_t>(value >> 24)};
    bank.write(offset, data);
  }
  /// To both chips.
  void command(std::uint64_t offset, std::uint32_t code) { write(offset, code << 16 | code); }
  void program(std::uint64_t offset, std::uint32_t value) {
    command(offset, 0x40);
    write(offset, value);
  }
  void erase(std::uint64_t offset) {
    command(offset, 0x20);
    command(offset, 0xD0);
  }
  std::uint32_t status() {
    command(0, 0x70);
    return read(0);
  }
  void read_array() { command(0, 0xFF); }

  FlashArray array{4 * block};
  FlashBank bank{array};
};

TEST_F(FlashBankTest, IsErasedAndReadsItsArrayFromReset) {
  EXPECT_EQ(read(0), erased);
  EXPECT_EQ(read(4 * block - 4), erased);
}

TEST_F(FlashBankTest, BothChipsAnswerTheCfiQuery) {
  command(0x55 * 4, 0x98);
  std::string text;
  for (std::uint32_t word = 0x10; word < 0x13; ++word) {
    EXPECT_EQ(read(word * 4) >> 16, read(word * 4) & 0xFFFF);
    text += static_cast<char>(read(word * 4));
  }
  EXPECT_EQ(text, "QRY");
  EXPECT_EQ(read(0x13 * 4), 0x0001'0001u) << "Intel's command set";
  EXPECT_EQ(1u << (read(0x27 * 4) & 0xFF), 2 * block) << "bytes of a chip";
  EXPECT_EQ(read(0x2D * 4) & 0xFF, 3u) << "the last block";
  EXPECT_EQ(read(0x30 * 4) & 0xFF, 2u) << "64 KiB times that is a block of a chip";
  EXPECT_EQ(1u << (read(0x2A * 4) & 0xFF), 2 * CfiChip::buffer_words);
  read_array();
  EXPECT_EQ(read(0x10 * 4), erased);
}

TEST_F(FlashBankTest, TheCfiQueryIsAskedForAtItsAddress) {
  command(0x2A * 4, 0x98);
  EXPECT_EQ(read(0x10 * 4), erased) << "what U-Boot tries for a bank of eight bits";
  command(0x555 * 4, 0x98);
  EXPECT_EQ(read(0x10 * 4) & 0xFF, 'Q') << "bits of the address above the eighth play no part";
}

TEST_F(FlashBankTest, SaysWhoItIs) {
  command(0, 0x90);
  EXPECT_EQ(read(0), 0x0089'0089u);
  EXPECT_EQ(read(4), 0x0018'0018u);
  EXPECT_EQ(read(8), 0u) << "not locked";
}

TEST_F(FlashBankTest, ProgramsAndShowsItsStatusUntilTheArrayIsAskedFor) {
  program(0x100, 0x1234'5678);
  EXPECT_EQ(read(0x100), ready);
  read_array();
  EXPECT_EQ(read(0x100), 0x1234'5678u);
  EXPECT_EQ(read(0x104), erased);
  EXPECT_EQ(read(0xFC), erased);
}

TEST_F(FlashBankTest, ProgrammingMakesZerosOnly) {
  program(0, 0xF0F0'FFFF);
  program(0, 0xFF00'00FF);
  read_array();
  EXPECT_EQ(read(0), 0xF000'00FFu);
}

TEST_F(FlashBankTest, ErasesOneBlock) {
  for (const std::uint64_t offset : {block - 4, block, 2 * block - 4, 2 * block})
    program(offset, 0);
  erase(block + 0x1000);
  EXPECT_EQ(read(0), ready);
  read_array();
  EXPECT_EQ(read(block - 4), 0u);
  EXPECT_EQ(read(block), erased);
  EXPECT_EQ(read(2 * block - 4), erased);
  EXPECT_EQ(read(2 * block), 0u);
}

TEST_F(FlashBankTest, AnEraseThatIsntConfirmedErasesNothing) {
  program(0, 0);
  command(0, 0x20);
  command(0, 0xFF);
  EXPECT_EQ(read(0), 0x00B0'00B0u) << "SR.5 and SR.4: a wrong sequence";
  read_array();
  EXPECT_EQ(read(0), 0u);
}

TEST_F(FlashBankTest, ErrorsStayUntilTheyAreCleared) {
  command(0, 0x20);
  command(0, 0x20);
  program(0, 0);
  EXPECT_EQ(status(), 0x00B0'00B0u);
  command(0, 0x50);
  EXPECT_EQ(read(4), erased) << "the array again";
  EXPECT_EQ(status(), ready);
}

TEST_F(FlashBankTest, WritesABuffer) {
  command(0x200, 0xE8);
  EXPECT_EQ(read(0x200), ready) << "a buffer is free";
  command(0x200, 3);
  for (std::uint32_t i = 0; i < 4; ++i)
    write(0x200 + 4 * i, i);
  EXPECT_EQ(array.byte(0x200), 0xFF) << "nothing before it is confirmed";
  command(0x200, 0xD0);
  EXPECT_EQ(read(0), ready);
  read_array();
  for (std::uint32_t i = 0; i < 4; ++i)
    EXPECT_EQ(read(0x200 + 4 * i), i);
  EXPECT_EQ(read(0x210), erased);
}

TEST_F(FlashBankTest, ABufferThatIsntConfirmedWritesNothing) {
  command(0, 0xE8);
  command(0, 0);
  write(0, 0);
  command(0, 0xFF);
  EXPECT_EQ(status(), 0x00B0'00B0u);
  read_array();
  EXPECT_EQ(read(0), erased);
}

TEST_F(FlashBankTest, ABufferIsNoLongerThanTheChipsBuffer) {
  command(0, 0xE8);
  command(0, CfiChip::buffer_words);
  EXPECT_EQ(read(0), 0x00B0'00B0u);
  command(0, 0x50);
  command(0, 0xE8);
  command(0, CfiChip::buffer_words - 1);
  for (std::uint32_t i = 0; i < CfiChip::buffer_words; ++i)
    write(4 * i, 0);
  command(0, 0xD0);
  EXPECT_EQ(read(0), ready);
  EXPECT_EQ(bank.words_programmed(), 2 * CfiChip::buffer_words);
}

TEST_F(FlashBankTest, ABufferStaysInItsBlock) {
  command(0, 0xE8);
  command(0, 1);
  write(block - 4, 0);
  write(block, 0);
  EXPECT_EQ(read(0), 0x00B0'00B0u);
  read_array();
  EXPECT_EQ(read(block - 4), erased);
  EXPECT_EQ(read(block), erased);
}

TEST_F(FlashBankTest, ALockedBlockKeepsWhatItHolds) {
  program(block, 0xFFFF'0000);
  command(block, 0x60);
  command(block, 0x01);
  command(0, 0x90);
  EXPECT_THAT((std::vector{read(8), read(block + 8)}), ElementsAre(0u, 0x0001'0001u));
  program(block, 0);
  EXPECT_EQ(read(0), 0x0092'0092u) << "SR.4, SR.1";
  command(0, 0x50);
  erase(block);
  EXPECT_EQ(read(0), 0x00A2'00A2u) << "SR.5, SR.1";
  command(0, 0x50);
  command(block, 0xE8);
  command(block, 0);
  write(block, 0);
  command(block, 0xD0);
  EXPECT_EQ(read(0), 0x0092'0092u);
  read_array();
  EXPECT_EQ(read(block), 0xFFFF'0000u);
  command(0, 0x50);
  command(block, 0x60);
  command(block, 0xD0);
  erase(block);
  EXPECT_EQ(status(), ready);
  read_array();
  EXPECT_EQ(read(block), erased);
}

TEST_F(FlashBankTest, TheChipsAreTwo) {
  write(0, 0x0040);  // to the first chip alone; the second reads its array
  write(0, 0x1234);
  read_array();
  EXPECT_EQ(read(0), 0xFFFF'1234u);
  const std::array<std::uint8_t, 2> query{0x98, 0};
  bank.write(0x55 * 4 + 2, query);
  EXPECT_EQ(read(0x10 * 4) >> 16, 'Q');
  EXPECT_EQ(read(0x10 * 4) & 0xFFFF, 0xFFFFu);
}

TEST_F(FlashBankTest, ReadsOfAnyWidthInEveryMode) {
  program(0, 0x0403'0201);
  program(4, 0x0807'0605);
  command(0, 0x70);
  std::array<std::uint8_t, 8> data{};
  bank.read(0, data);
  EXPECT_THAT(data, ElementsAre(0x80, 0, 0x80, 0, 0x80, 0, 0x80, 0));
  read_array();
  bank.read(0, data);
  EXPECT_THAT(data, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  std::array<std::uint8_t, 3> part{};
  bank.read(1, part);
  EXPECT_THAT(part, ElementsAre(2, 3, 4));
}

TEST_F(FlashBankTest, WhatNoChipKnowsIsReadArray) {
  command(0, 0x70);
  command(0, 0xF0);  // the reset of another command set, with which software probes
  EXPECT_EQ(read(0), erased);
}

}  // namespace
}  // namespace doorbell::peripherals
