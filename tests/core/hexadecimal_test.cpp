#include "doorbell/core/arch/hexadecimal.h"

#include <gtest/gtest.h>

namespace doorbell {
namespace {

TEST(Hexadecimal, HasAtLeastSoManyDigits) {
  EXPECT_EQ(hexadecimal(0), "0");
  EXPECT_EQ(hexadecimal(0x9abcdef), "9abcdef");
  EXPECT_EQ(hexadecimal(0xff, 4), "00ff");
  EXPECT_EQ(hexadecimal(0x12345, 4), "12345");
  EXPECT_EQ(hexadecimal(0, 16), "0000000000000000");
  EXPECT_EQ(hexadecimal(~0ULL, 16), "ffffffffffffffff");
}

}  // namespace
}  // namespace doorbell
