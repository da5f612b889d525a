#include "doorbell/core/arch/registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace doorbell {
namespace {

constexpr std::array<RegisterInfo, 8> table{{
    {.name = "SMMU_CR0", .offset = 0x20, .section = "IHI 0070 6.3.9", .writable = 0x1f},
    {.name = "SMMU_CR0ACK",
     .offset = 0x24,
     .access = RegisterAccess::read_only,
     .section = "IHI 0070 6.3.10"},
    {.name = "SMMU_STRTAB_BASE", .offset = 0x80, .width = 8, .reset = 0x1'0000'0002},
    {.name = "GITS_BASER<n>", .offset = 0x100, .width = 8, .reset = 7, .count = 8},
    {.name = "GICD_SETSPI_NSR", .offset = 0x40, .access = RegisterAccess::write_only},
    {.name = "GICD_SETSPI_SR",
     .offset = 0x50,
     .access = RegisterAccess::write_only,
     .half_word_access = true},
    {.name = "GICD_IPRIORITYR<n>", .offset = 0x400, .count = 255, .byte_access = true},
    {.name = "MSIX_DATA<n>", .offset = 0x10008, .count = 4, .stride = 16},
}};

class RegisterBankTest : public testing::Test {
 protected:
  std::uint64_t read(std::uint64_t offset, unsigned size) {
    std::uint64_t data = ~0ULL;
    EXPECT_EQ(bank_.read(offset, size, data), RegisterResult::ok);
    return data;
  }
  RegisterResult result_of_read(std::uint64_t offset, unsigned size) {
    std::uint64_t data = ~0ULL;
    const RegisterResult result = bank_.read(offset, size, data);
    EXPECT_EQ(data, 0u);
    return result;
  }

  RegisterBank bank_{table};
};

TEST_F(RegisterBankTest, RegistersHaveTheirResetsUntilWritten) {
  EXPECT_EQ(read(0x80, 8), 0x1'0000'0002u);
  EXPECT_EQ(read(0x138, 8), 7u);
  EXPECT_EQ(bank_.write(0x80, 8, 0x1234'5678'9abc'def0), RegisterResult::ok);
  EXPECT_EQ(read(0x80, 8), 0x1234'5678'9abc'def0u);
  bank_.reset();
  EXPECT_EQ(read(0x80, 8), 0x1'0000'0002u);
}

TEST_F(RegisterBankTest, OnlyWritableBitsChange) {
  EXPECT_EQ(bank_.write(0x20, 4, 0xffff'ffff), RegisterResult::ok);
  EXPECT_EQ(read(0x20, 4), 0x1fu);
}

TEST_F(RegisterBankTest, A64BitRegisterIsAlsoTwo32BitHalves) {
  EXPECT_EQ(bank_.write(0x104, 4, 0x8000'0000), RegisterResult::ok);
  EXPECT_EQ(read(0x100, 8), 0x8000'0000'0000'0007u);
  EXPECT_EQ(read(0x104, 4), 0x8000'0000u);
  EXPECT_EQ(read(0x100, 4), 7u);
}

TEST_F(RegisterBankTest, BytesAreAllowedWhereTheTableSaysSo) {
  EXPECT_EQ(bank_.write(0x406, 1, 0xa0), RegisterResult::ok);
  EXPECT_EQ(read(0x404, 4), 0x00a0'0000u);
  EXPECT_EQ(read(0x406, 2), 0x00a0u);
  EXPECT_EQ(bank_.get("GICD_IPRIORITYR<n>", 1), 0x00a0'0000u);
  EXPECT_EQ(result_of_read(0x20, 1), RegisterResult::bad_size);
}

TEST_F(RegisterBankTest, HalfWordsAloneWhereTheTableSaysSo) {
  EXPECT_EQ(bank_.write(0x50, 2, 0x90), RegisterResult::ok);
  EXPECT_EQ(bank_.get("GICD_SETSPI_SR"), 0x90u);
  EXPECT_EQ(bank_.write(0x50, 1, 0), RegisterResult::bad_size);
  EXPECT_EQ(bank_.write(0x51, 2, 0), RegisterResult::bad_size);
}

TEST_F(RegisterBankTest, EveryWrongAccessHasItsResult) {
  EXPECT_EQ(result_of_read(0x28, 4), RegisterResult::unmapped);
  EXPECT_EQ(result_of_read(0x1000, 4), RegisterResult::unmapped);
  EXPECT_EQ(result_of_read(~0ULL - 3, 4), RegisterResult::unmapped);
  EXPECT_EQ(result_of_read(0x40, 4), RegisterResult::read_of_write_only);
  EXPECT_EQ(bank_.write(0x24, 4, 1), RegisterResult::write_of_read_only);
  EXPECT_EQ(result_of_read(0x20, 8), RegisterResult::bad_size);
  EXPECT_EQ(result_of_read(0x84, 8), RegisterResult::bad_size);
  EXPECT_EQ(result_of_read(0x82, 4), RegisterResult::bad_size);
  EXPECT_EQ(result_of_read(0x80, 3), RegisterResult::bad_size);
  EXPECT_EQ(result_of_read(0x80, 16), RegisterResult::bad_size);
  EXPECT_EQ(bank_.write(0x401, 2, 0), RegisterResult::bad_size);
}

TEST_F(RegisterBankTest, AStridedArrayHasHolesBetweenItsElements) {
  EXPECT_EQ(bank_.write(0x10028, 4, 99), RegisterResult::ok);
  EXPECT_EQ(bank_.get("MSIX_DATA<n>", 2), 99u);
  EXPECT_EQ(result_of_read(0x1000c, 4), RegisterResult::unmapped);
  EXPECT_EQ(result_of_read(0x10048, 4), RegisterResult::unmapped);
}

TEST_F(RegisterBankTest, AReadHookMakesTheValue) {
  bank_.on_read("GITS_BASER<n>", [](const RegisterRead& access) {
    return access.value | std::uint64_t{access.index} << 32;
  });
  EXPECT_EQ(read(0x118, 8), 0x3'0000'0007u);
  EXPECT_EQ(read(0x11c, 4), 3u);
  std::uint64_t seen = 0;
  EXPECT_EQ(bank_.peek(0x118, 8, seen), RegisterResult::ok);
  EXPECT_EQ(seen, 7u);
}

TEST_F(RegisterBankTest, AWriteHookSeesOldNewWrittenAndLanes) {
  bank_.on_write("SMMU_STRTAB_BASE", [&](const RegisterWrite& access) {
    EXPECT_EQ(access.old, 0x1'0000'0002u);
    EXPECT_EQ(access.value, 0x5'0000'0002u);
    EXPECT_EQ(access.written, 0x5'0000'0000u);
    EXPECT_EQ(access.lanes, 0xffff'ffff'0000'0000u);
    EXPECT_TRUE(access.context.secure);
    bank_.set("SMMU_STRTAB_BASE", access.old);
  });
  EXPECT_EQ(bank_.write(0x84, 4, 5, {.secure = true}), RegisterResult::ok);
  EXPECT_EQ(read(0x80, 8), 0x1'0000'0002u);
}

TEST_F(RegisterBankTest, AHandleIsTheStoredValue) {
  const RegisterBank::Handle baser = bank_.handle("GITS_BASER<n>");
  baser.set(0x55, 3);
  EXPECT_EQ(read(0x118, 8), 0x55u);
  EXPECT_EQ(bank_.write(0x118, 8, 0x66), RegisterResult::ok);
  EXPECT_EQ(baser.get(3), 0x66u);
}

TEST_F(RegisterBankTest, ANameThatIsNotInTheTableIsAProgrammersMistake) {
  EXPECT_THROW(bank_.on_write("SMMU_CR9", {}), std::logic_error);
}

TEST(RegisterMap, RefusesATableThatOverlapsItself) {
  constexpr std::array<RegisterInfo, 2> overlapping{
      {{.name = "A", .offset = 0, .width = 8}, {.name = "B", .offset = 4}}};
  EXPECT_THROW(RegisterMap{overlapping}, std::logic_error);
  constexpr std::array<RegisterInfo, 1> misaligned{{{.name = "A", .offset = 4, .width = 8}}};
  EXPECT_THROW(RegisterMap{misaligned}, std::logic_error);
}

TEST(RegisterMap, ArraysMayInterleave) {
  constexpr std::array<RegisterInfo, 2> interleaved{
      {{.name = "ADDRESS<n>", .offset = 0, .width = 8, .count = 3, .stride = 16},
       {.name = "DATA<n>", .offset = 8, .count = 3, .stride = 16}}};
  const RegisterMap map(interleaved);
  EXPECT_EQ(map.locate(0x14).info->name, "ADDRESS<n>");
  EXPECT_EQ(map.locate(0x14).byte, 4u);
  EXPECT_EQ(map.locate(0x28).info->name, "DATA<n>");
  EXPECT_EQ(map.locate(0x28).index, 2u);
}

TEST(Registers, TheTableDocumentsItself) {
  EXPECT_EQ(element_name(table[3], 5), "GITS_BASER<5>");
  EXPECT_EQ(element_name(table[0], 0), "SMMU_CR0");
  const std::string text = markdown_table(table);
  EXPECT_THAT(text, testing::HasSubstr("| 0x0024 | SMMU_CR0ACK | 32 | RO | 0x0000 | "
                                       "IHI 0070 6.3.10 |\n"));
  EXPECT_THAT(text, testing::HasSubstr("| 0x0100 + 8n | GITS_BASER<n>, n = 0 to 7 | 64 | RW |"));
}

}  // namespace
}  // namespace doorbell
