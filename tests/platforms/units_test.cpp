#include "platforms/report/units.h"

#include <gtest/gtest.h>

namespace doorbell {
namespace {

TEST(Units, DurationsKeepThreeDigits) {
  EXPECT_EQ(duration_text(0), "0");
  EXPECT_EQ(duration_text(850), "850 ps");
  EXPECT_EQ(duration_text(999), "999 ps");
  EXPECT_EQ(duration_text(1'000), "1.00 ns");
  EXPECT_EQ(duration_text(12'440), "12.4 ns");
  EXPECT_EQ(duration_text(999'600), "1.00 us");
  EXPECT_EQ(duration_text(15 * millisecond), "15.0 ms");
  EXPECT_EQ(duration_text(2000 * second), "2000 s");
}

TEST(Units, CountsHaveTheirThousandsApart) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(36'349), "36 349");
  EXPECT_EQ(count_text(1'000'000), "1 000 000");
}

TEST(Units, RatesHaveAPrefix) {
  EXPECT_EQ(rate_text(0), "0");
  EXPECT_EQ(rate_text(812), "812");
  EXPECT_EQ(rate_text(2'340), "2.34 k");
  EXPECT_EQ(rate_text(99'960), "100 k");
  EXPECT_EQ(rate_text(3.91e9), "3.91 G");
}

TEST(Units, AShareOfNothingIsNone) {
  EXPECT_EQ(share_text(1, 8), "12.5 %");
  EXPECT_EQ(share_text(0, 0), "-");
}

}  // namespace
}  // namespace doorbell
