#include "platforms/explore/compare/quantity.h"

#include <gtest/gtest.h>

#include <limits>

namespace doorbell::explore {
namespace {

Difference between(Metric::Number base, Metric::Number next, const std::string& unit,
                   double allowance = 0) {
  Difference difference{.base = {"m", unit, Better::lower, "", base},
                        .next = {"m", unit, Better::lower, "", next}};
  difference.standing = Standing::outside;
  difference.allowance = allowance;
  return difference;
}

void expect_values(const Difference& difference, const char* base, const char* next) {
  const ValueTexts texts = value_texts(difference);
  EXPECT_EQ(texts.base, base);
  EXPECT_EQ(texts.next, next);
}

TEST(Quantity, TimesAreInOneUnit) {
  expect_values(between(850'000ul, 3'070'000ul, "ps"), "0.85 us", "3.07 us");
  expect_values(between(0ul, 12ul, "ps"), "0 ps", "12 ps");
  expect_values(between(2'000'000'000'000ul, 0ul, "ps"), "2 s", "0 s");
}

TEST(Quantity, HasAsManyDigitsAsItTakesToTellThemApart) {
  expect_values(between(3'070'001ul, 3'070'002ul, "ps"), "3.070001 us", "3.070002 us");
  expect_values(between(0.5, 0.50000001, ""), "0.5", "0.50000001");
}

TEST(Quantity, CountsAreExact) {
  expect_values(between(36'349ul, 1'234'567ul, "MSIs"), "36 349 MSIs", "1 234 567 MSIs");
  expect_values(between(std::int64_t{-36'349}, 999ul, ""), "-36 349", "999");
  EXPECT_EQ(change_text(between(36'349ul, 36'337ul, "MSIs")), "-12 MSIs");
}

TEST(Quantity, ValuesThatDoNotExistAreNone) {
  expect_values(between(std::monostate{}, 0.25, ""), "none", "0.25");
  EXPECT_EQ(change_text(between(std::monostate{}, 0.25, "")), "appeared");
  EXPECT_EQ(change_text(between(0.25, std::monostate{}, "")), "gone");
  EXPECT_EQ(relative_text(between(0.25, std::monostate{}, "")), "");
}

TEST(Quantity, ChangesHaveASign) {
  EXPECT_EQ(change_text(between(3'070'000ul, 4'100'000ul, "ps")), "+1.03 us");
  EXPECT_EQ(change_text(between(4'100'000ul, 3'070'000ul, "ps")), "-1.03 us");
}

TEST(Quantity, SharesArePercent) {
  EXPECT_EQ(relative_text(between(200ul, 267ul, "ps")), "+33.5 %");
  EXPECT_EQ(relative_text(between(200ul, 100ul, "ps")), "-50.0 %");
  EXPECT_EQ(relative_text(between(0ul, 100ul, "ps")), "from 0");
  EXPECT_EQ(relative_text(between(100'000ul, 100'001ul, "ps")), "< +0.1 %");
  EXPECT_EQ(relative_text(between(100'001ul, 100'000ul, "ps")), "> -0.1 %");
}

TEST(Quantity, SaysByHowManyTimesTheToleranceIsPassed) {
  EXPECT_EQ(excess_text(between(100ul, 150ul, "ps", 20)), "2.5 times its tolerance");
  EXPECT_EQ(excess_text(between(100ul, 150ul, "ps")), "");
}

TEST(Quantity, InfinitiesAreSaid) {
  const double infinity = std::numeric_limits<double>::infinity();
  expect_values(between(1.0, infinity, "ps"), "1 ps", "inf ps");
  EXPECT_EQ(relative_text(between(infinity, 1.0, "ps")), "");
}

}  // namespace
}  // namespace doorbell::explore
