#include "doorbell/cpu/arch/semihosting.h"

#include <gtest/gtest.h>

#include <map>

namespace doorbell::cpu {
namespace {

class SemihostingCalls : public testing::Test {
 protected:
  void put_word(std::uint64_t address, std::uint64_t value) {
    for (unsigned i = 0; i < 8; ++i)
      memory_[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  void put_text(std::uint64_t address, std::string_view text) {
    for (const char c : text)
      memory_[address++] = static_cast<std::uint8_t>(c);
    memory_[address] = 0;
  }
  Semihosting::Answer call(std::uint32_t operation, std::uint64_t parameter) {
    return Semihosting::call(operation, parameter,
                             [this](std::uint64_t address) -> std::optional<std::uint8_t> {
                               const auto found = memory_.find(address);
                               if (found == memory_.end()) return std::nullopt;
                               return found->second;
                             });
  }

  std::map<std::uint64_t, std::uint8_t> memory_;
};

TEST_F(SemihostingCalls, ExitHasReasonAndStatus) {
  put_word(0x100, 0x2'0026);
  put_word(0x108, 7);
  EXPECT_EQ(call(0x18, 0x100).exit, 7);
  EXPECT_EQ(call(0x20, 0x100).exit, 7);
  put_word(0x100, 0x2'0023);
  EXPECT_EQ(call(0x18, 0x100).exit, 1) << "another reason than the application's exit";
  EXPECT_EQ(call(0x18, 0x900).exit, std::nullopt) << "no block there";
}

TEST_F(SemihostingCalls, WritesGoToTheConsole) {
  put_text(0x200, "hello\n");
  EXPECT_EQ(call(0x04, 0x200).text, "hello\n");
  EXPECT_EQ(call(0x03, 0x201).text, "e");
  put_word(0x100, 1);
  put_word(0x108, 0x200);
  put_word(0x110, 4);
  const Semihosting::Answer whole = call(0x05, 0x100);
  EXPECT_EQ(whole.text, "hell");
  EXPECT_EQ(whole.value, 0u);
  put_word(0x110, 20);
  EXPECT_EQ(call(0x05, 0x100).value, 13u) << "what has not been written";
}

TEST_F(SemihostingCalls, WhatIsNotKnownFails) {
  EXPECT_EQ(call(0x07, 0).value, ~std::uint64_t{0});
  EXPECT_EQ(call(0x03, 0x900).value, ~std::uint64_t{0});
}

}  // namespace
}  // namespace doorbell::cpu
