#pragma once

#include <string>

#include "platforms/explore/compare/difference.h"

namespace doorbell::explore {

// A difference in words for people: pure functions, the same on every machine.

/// The two values, with as many digits as it takes to tell them apart, and in one unit: "3.07 us"
/// and "4.10 us"; "36 349 MSIs"; "none" for a value that doesn't exist.
struct ValueTexts {
  std::string base;
  std::string next;
};
ValueTexts value_texts(const Difference& difference);

/// "+1.03 us", "-12 MSIs"; "appeared" or "gone" where one of the two has no value.
std::string change_text(const Difference& difference);

/// "+33.5 %"; "from 0" where there is nothing to take a share of; empty without two values.
std::string relative_text(const Difference& difference);

/// How it stands: "3.2 times its tolerance"; empty where nothing is allowed or it is within.
std::string excess_text(const Difference& difference);

}  // namespace doorbell::explore
