#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>

namespace doorbell::testing {

/// Prints what was measured beside what was expected and how far it is off, and expects no more
/// than that share of it: 0.02 for 2 %.
inline void expect_within(const std::string& what, double measured, double expected, double share) {
  std::printf("%s: %.5g, expected %.5g, off %+.2f %%\n", what.c_str(), measured, expected,
              100 * (measured - expected) / expected);
  EXPECT_NEAR(measured, expected, share * std::abs(expected)) << what;
}

}  // namespace doorbell::testing
