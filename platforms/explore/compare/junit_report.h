#pragma once

#include <string>

#include "platforms/explore/compare/comparison.h"

namespace doorbell::explore {

/// The comparison as JUnit XML, as GitLab, Jenkins and the usual GitHub actions read it. A test
/// suite for a run, or for each point of a sweep; in it a test case for each metric that is outside
/// its tolerance (a failure) or moved within it, for each that a rule other than `**` decides,
/// moved or not, so that its history has no gaps, and one for all the others. Parameters that were
/// changed are properties of each suite, and stand in the text of each failure.
std::string junit_report(const Comparison& comparison);

}  // namespace doorbell::explore
