#pragma once

#include <string_view>

namespace doorbell::explore {

// Files that were built into the program (CMakeLists.txt has their list).

/// The page's own scripts, each behind those it imports from, as one ES module.
std::string_view page_script();
std::string_view chart_library();

}  // namespace doorbell::explore
