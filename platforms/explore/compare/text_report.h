#pragma once

#include <cstddef>
#include <string>

#include "platforms/explore/compare/comparison.h"

namespace doorbell::explore {

/// The comparison in one line: how many values moved, how many are outside, the worst one.
std::string headline(const Comparison& comparison);

/// The comparison as text: the headline; what differs between the two in parameters and version;
/// then what moved, worst first, at most `rows` lines of each table (0: all) and no more than ten
/// of what is only reported. Above a table that is long stands how many moved in each block and
/// point.
std::string text_report(const Comparison& comparison, std::size_t rows);

}  // namespace doorbell::explore
