#include "doorbell/pcie/arch/link_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace doorbell::pcie {
namespace {

double gigabits(BytePeriod period) {
  return 8000.0 * static_cast<double>(period.denominator) / static_cast<double>(period.numerator);
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> parts;
  std::stringstream stream(line);
  for (std::string part; std::getline(stream, part, ',');)
    parts.push_back(part);
  return parts;
}

TEST(LinkRateTest, RawRatesAreTheEncodedLaneRates) {
  EXPECT_NEAR(gigabits(raw_byte_period(1, 1)), 2.0, 1e-9);
  EXPECT_NEAR(gigabits(raw_byte_period(2, 4)), 16.0, 1e-9);
  EXPECT_NEAR(gigabits(raw_byte_period(3, 8)), 63.015, 1e-3);
  EXPECT_NEAR(gigabits(raw_byte_period(5, 16)), 504.123, 1e-3);
  EXPECT_NEAR(gigabits(raw_byte_period(6, 16)), 1024.0, 1e-9);
}

TEST(LinkRateTest, LatencyLimitsAreTheSpecificationsTables) {
  // The tables that docs/timing.md section 1 quotes: x4, x8, x16 for MPS 128, 256, 512.
  const unsigned table[3][9] = {{73, 67, 48, 118, 107, 72, 154, 86, 86},
                                {124, 118, 99, 169, 158, 123, 205, 137, 137},
                                {169, 163, 144, 214, 203, 168, 250, 182, 182}};
  for (unsigned generation = 1; generation <= 3; ++generation) {
    unsigned column = 0;
    for (unsigned mps : {128u, 256u, 512u}) {
      for (unsigned lanes : {4u, 8u, 16u}) {
        EXPECT_EQ(ack_limit_bytes({generation, lanes, mps}), table[generation - 1][column++]);
      }
    }
  }
  EXPECT_EQ(ack_limit_bytes({5, 16, 256}), 168u);
}

TEST(LinkRateTest, ConstantAccountingIsThePublishedClosedFormInEveryRow) {
  std::ifstream file(PCIE_BANDWIDTH_TABLE);
  ASSERT_TRUE(file) << PCIE_BANDWIDTH_TABLE;
  std::string line;
  std::getline(file, line);
  unsigned rows = 0;
  while (std::getline(file, line)) {
    const auto f = fields(line);
    const auto number = [&](unsigned i) { return static_cast<unsigned>(std::stoul(f[i])); };
    const LinkShape shape{static_cast<unsigned>(std::stoul(f[0].substr(3))),
                          static_cast<unsigned>(std::stoul(f[1].substr(1))), number(2),
                          DllpAccounting::constant};
    const unsigned payload = number(5);
    EXPECT_NEAR(gigabits(tlp_byte_period(shape)), std::stod(f[4]), 0.0006) << line;
    const auto rate = [&](unsigned overhead) {
      return 8e-9 * static_cast<double>(closed_form_bytes_per_second(shape, payload, overhead));
    };
    EXPECT_NEAR(rate(24), std::stod(f[6]), 0.0006) << line;  // writes, 64-bit addresses
    EXPECT_NEAR(rate(20), std::stod(f[7]), 0.0006) << line;  // reads
    ++rows;
  }
  EXPECT_EQ(rows, 720u);
}

TEST(LinkRateTest, SharedAccountingLeavesOutOnlySkipSets) {
  const double raw = gigabits(raw_byte_period(4, 4));
  EXPECT_NEAR(gigabits(tlp_byte_period({4, 4, 256, DllpAccounting::shared})),
              raw * (1 - 4.0 / 1538), 1e-6);
}

TEST(LinkRateTest, FlitsGive236Of256) {
  for (auto dllp : {DllpAccounting::shared, DllpAccounting::constant}) {
    EXPECT_NEAR(gigabits(tlp_byte_period({6, 16, 256, dllp})), 1024.0 * 236 / 256, 1e-9);
  }
}

TEST(LaneTest, SaturatedLineHasExactlyItsRate) {
  // 8125/8 ps a byte: 1000 packets of 7 bytes take exactly 7'109'375 ps, though none takes a whole
  // number.
  Lane lane(raw_byte_period(3, 1));
  for (int i = 0; i < 1000; ++i)
    lane.occupy(0, 7);
  EXPECT_EQ(lane.end(), 7'109'375u);
  EXPECT_EQ(lane.busy(), 7'109'375u);
}

TEST(LaneTest, SenderThatWaitsForTheRoundedEndLosesNothing) {
  Lane lane(raw_byte_period(3, 1));
  for (int i = 0; i < 1000; ++i)
    lane.occupy(lane.end(), 7);
  EXPECT_EQ(lane.end(), 7'109'375u);
}

TEST(LaneTest, GapEndsTheRemainder) {
  Lane lane(raw_byte_period(3, 1));
  EXPECT_EQ(lane.occupy(100, 1), 100u);
  EXPECT_EQ(lane.end(), 1116u);  // 1015.625 rounded up
  EXPECT_EQ(lane.occupy(5000, 8), 5000u);
  EXPECT_EQ(lane.end(), 13'125u);
  EXPECT_EQ(lane.busy(), 9140u);
}

}  // namespace
}  // namespace doorbell::pcie
