// Translation stage 1 as a debugger walks it (DDI 0487, D8.2 and D8.3).
#include "doorbell/cpu/arch/address_walk.h"

#include <gtest/gtest.h>

#include <map>

namespace doorbell::cpu {
namespace {

constexpr std::uint64_t table = 3;
constexpr std::uint64_t page = 3;
constexpr std::uint64_t block = 1;
constexpr std::uint64_t upper = 0xffff'0000'0000'0000;

class AddressWalk : public testing::Test {
 protected:
  std::optional<std::uint64_t> walk(std::uint64_t address) const {
    return walk_address(address, registers_,
                        [this](std::uint64_t at) -> std::optional<std::uint64_t> {
                          const auto found = memory_.find(at);
                          if (found == memory_.end()) return std::nullopt;
                          return found->second;
                        });
  }
  /// T0SZ and T1SZ of `bits` of input, TG0 and TG1.
  void set_halves(unsigned bits, std::uint64_t tg0, std::uint64_t tg1) {
    const std::uint64_t size = 64 - bits;
    registers_.tcr_el1 = size | size << 16 | tg0 << 14 | tg1 << 30;
  }

  TranslationRegisters registers_{.sctlr_el1 = 1, .ttbr0_el1 = 0x10'0000, .ttbr1_el1 = 0x20'0001};
  std::map<std::uint64_t, std::uint64_t> memory_;
};

TEST_F(AddressWalk, IsNoneWithTheMmuOff) {
  registers_.sctlr_el1 = 0;
  EXPECT_EQ(walk(0x1234'5678), 0x1234'5678u);
}

TEST_F(AddressWalk, GoesFourLevelsOfFourKib) {
  set_halves(48, 0, 2);
  memory_ = {{0x10'0000 + 1 * 8, 0x11'0000 | table},
             {0x11'0000 + 2 * 8, 0x12'0000 | table},
             {0x12'0000 + 3 * 8, 0x13'0000 | table},
             {0x13'0000 + 4 * 8, 0x0060'0000'7777'7000 | 0x743 | page}};
  const std::uint64_t address = 1ull << 39 | 2ull << 30 | 3ull << 21 | 4ull << 12 | 0xabc;
  EXPECT_EQ(walk(address), 0x7777'7abcu);
  EXPECT_FALSE(walk(address + 0x1000));
  EXPECT_FALSE(walk(address | 1ull << 48));
}

TEST_F(AddressWalk, BeginsWhereTheInputSizeSays) {
  set_halves(39, 0, 2);
  memory_ = {{0x20'0000 + 5 * 8, 0x4000'0000 | block}};
  EXPECT_EQ(walk(0xffff'ff80'0000'0000 | 5ull << 30 | 0x123'4567), 0x4123'4567u);
  // Neither half.
  EXPECT_FALSE(walk(upper | 5ull << 30));
}

TEST_F(AddressWalk, EndsAtABlockOfTheSecondLevel) {
  set_halves(39, 0, 2);
  memory_ = {{0x10'0000, 0x11'0000 | table}, {0x11'0000 + 8, 0x8020'0000 | block}};
  EXPECT_EQ(walk(0x32'1234), 0x8032'1234u);
}

TEST_F(AddressWalk, KnowsTheOtherGranules) {
  set_halves(42, 1, 3);  // 64 KiB: levels 2 and 3
  memory_ = {{0x10'0000 + 1 * 8, 0x11'0000 | table}, {0x11'0000 + 2 * 8, 0x9999'0000 | page}};
  EXPECT_EQ(walk(1ull << 29 | 2ull << 16 | 0xfedc), 0x9999'fedcu);
  set_halves(36, 2, 1);  // 16 KiB
  memory_ = {{0x20'0000 + 1 * 8, 0x11'0000 | table}, {0x11'0000 + 2 * 8, 0x8888'4000 | page}};
  EXPECT_EQ(walk(0xffff'fff0'0000'0000 | 1ull << 25 | 2ull << 14 | 0x123), 0x8888'4123u);
}

TEST_F(AddressWalk, IgnoresATagWhereItIsOne) {
  set_halves(39, 0, 2);
  memory_ = {{0x10'0000, 0x4000'0000 | block}};
  const std::uint64_t tagged = 0x5a00'0000'0000'1234;
  EXPECT_FALSE(walk(tagged));
  registers_.tcr_el1 |= 1ull << 37;  // TBI0
  EXPECT_EQ(walk(tagged), 0x4000'1234u);
}

TEST_F(AddressWalk, FindsNothingThroughWhatIsNotAllowed) {
  set_halves(39, 0, 2);
  memory_ = {{0x10'0000, 0x11'0000 | table},
             {0x11'0000, 0x12'0000 | table},
             {0x12'0000, 0x8000'0000 | block}};  // reserved in the last level
  EXPECT_FALSE(walk(0));
  registers_.tcr_el1 |= 1 << 7;  // EPD0
  memory_[0x12'0000] |= page;
  EXPECT_FALSE(walk(0));
  registers_.tcr_el1 &= ~std::uint64_t{1 << 7};
  EXPECT_EQ(walk(0), 0x8000'0000u);
}

}  // namespace
}  // namespace doorbell::cpu
