#pragma once

#include <string>

#include "platforms/explore/compare/comparison.h"

namespace doorbell::explore {

/// The comparison as one page that needs no network and no script, light or dark as the reader
/// prefers, and printable. It is well-formed XML, too.
std::string html_report(const Comparison& comparison);

}  // namespace doorbell::explore
