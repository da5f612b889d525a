#include "doorbell/core/arch/register_frame.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace doorbell {
namespace {

constexpr std::array<RegisterInfo, 5> table{{
    {.name = "CONTROL", .offset = 0x00, .reset = 0x4433'2211},
    {.name = "STATUS", .offset = 0x04, .reset = 0x55, .access = RegisterAccess::read_only},
    {.name = "BASE", .offset = 0x08, .width = 8, .reset = 0x8877'6655'4433'2211},
    {.name = "KICK", .offset = 0x10, .access = RegisterAccess::write_only},
    {.name = "PRIORITY<n>", .offset = 0x20, .count = 2, .byte_access = true},
}};

using Bytes = std::vector<std::uint8_t>;

class RegisterFrameTest : public testing::Test {
 protected:
  /// What is read; empty when it is an error.
  Bytes read(std::uint64_t address, unsigned size) {
    Bytes data(size, 0xcc);
    if (!frame.read(bank, address, data)) return {};
    return data;
  }
  bool write(std::uint64_t address, const Bytes& data) { return frame.write(bank, address, data); }
  Bytes peek(std::uint64_t address, unsigned size) {
    Bytes data(size, 0xcc);
    frame.peek(bank, address, data);
    return data;
  }
  RegisterBank bank{table};
  RegisterFrame frame{.bytes = 0x100};
};

TEST_F(RegisterFrameTest, MovesBytesInTheirOrder) {
  EXPECT_EQ(read(0, 4), (Bytes{0x11, 0x22, 0x33, 0x44}));
  EXPECT_EQ(read(8, 8), (Bytes{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88}));
  EXPECT_EQ(read(12, 4), (Bytes{0x55, 0x66, 0x77, 0x88})) << "the upper half";
  EXPECT_TRUE(write(12, {1, 2, 3, 4}));
  EXPECT_EQ(bank.get("BASE"), 0x0403'0201'4433'2211u);
  EXPECT_TRUE(write(0x21, {0xab}));
  EXPECT_EQ(bank.get("PRIORITY<n>"), 0xab00u);
}

TEST_F(RegisterFrameTest, TellsOfAccessesThatAreIgnored) {
  std::vector<std::pair<RegisterResult, bool>> told;
  frame.on_ignored = [&told](RegisterResult result, bool is_read, const RegisterContext&) {
    told.emplace_back(result, is_read);
  };
  read(0, 4);
  write(0, {1, 2, 3, 4});
  EXPECT_TRUE(told.empty());
  read(0x40, 4);
  write(0x40, {1, 2, 3, 4});
  read(0x10, 4);
  write(4, {1, 2, 3, 4});
  read(2, 4);
  const std::vector<std::pair<RegisterResult, bool>> expected{
      {RegisterResult::unmapped, true},
      {RegisterResult::unmapped, false},
      {RegisterResult::read_of_write_only, true},
      {RegisterResult::write_of_read_only, false}};
  EXPECT_EQ(told, expected) << "not of those that are errors";
}

TEST_F(RegisterFrameTest, WidthsAndAlignmentsThatThereAreNotAreErrors) {
  for (const unsigned size : {1, 2, 3, 5, 8, 12, 16})
    EXPECT_EQ(read(0, size), Bytes{}) << size;
  EXPECT_EQ(read(2, 4), Bytes{});
  EXPECT_EQ(read(12, 8), Bytes{});
  EXPECT_EQ(read(0x20, 3), Bytes{}) << "where bytes and half-words are";
  EXPECT_EQ(read(0x22, 4), Bytes{});
  EXPECT_FALSE(write(0, {9}));
  EXPECT_FALSE(write(0, {9, 9, 9}));
  EXPECT_FALSE(write(2, {9, 9, 9, 9}));
  EXPECT_EQ(bank.get("CONTROL"), 0x4433'2211u) << "and write nothing";
}

TEST_F(RegisterFrameTest, ReservedOffsetsAreZeroAndIgnoreWrites) {
  EXPECT_EQ(read(0x40, 4), Bytes(4));
  EXPECT_EQ(read(0x40, 1), Bytes(1));
  EXPECT_EQ(read(0xf8, 8), Bytes(8)) << "the last of the frame";
  EXPECT_TRUE(write(0x40, {1, 2, 3, 4}));
  EXPECT_EQ(read(0x40, 4), Bytes(4));
  EXPECT_EQ(read(0x41, 4), Bytes{}) << "not aligned";
}

TEST_F(RegisterFrameTest, SoIsAnAccessAgainstARegistersDirection) {
  EXPECT_EQ(read(0x10, 4), Bytes(4)) << "WO";
  EXPECT_TRUE(write(4, {1, 2, 3, 4})) << "RO";
  EXPECT_EQ(read(4, 4), (Bytes{0x55, 0, 0, 0}));
}

TEST_F(RegisterFrameTest, ANarrowestWidthHoldsForReservedOffsetsToo) {
  frame.narrowest = 4;
  EXPECT_EQ(read(0x40, 2), Bytes{});
  EXPECT_EQ(read(0x20, 1), Bytes{});
  EXPECT_EQ(read(0x40, 4), Bytes(4));
}

TEST_F(RegisterFrameTest, AddressesAreTakenModuloTheFrame) {
  EXPECT_EQ(read(0x8000'0100, 4), read(0, 4));
  EXPECT_TRUE(write(0x100, {1, 0, 0, 0}));
  EXPECT_EQ(bank.get("CONTROL"), 1u);
}

TEST_F(RegisterFrameTest, ADebuggerReadsStoredValuesOfAnyLength) {
  bank.on_read("CONTROL", [](const RegisterRead&) -> std::uint64_t {
    ADD_FAILURE() << "a debugger has no effects";
    return 0;
  });
  EXPECT_EQ(peek(1, 9), (Bytes{0x22, 0x33, 0x44, 0x55, 0, 0, 0, 0x11, 0x22}));
  EXPECT_EQ(peek(0xff, 2), (Bytes{0, 0x11})) << "around the end";
}

}  // namespace
}  // namespace doorbell
