#pragma once

#include <string_view>

namespace doorbell::explore {

// Style sheets that were built into the program.

/// Of every page: colours in light and dark, texts, sections, tables, paper.
std::string_view page_style();
/// What a comparison adds.
std::string_view comparison_style();

}  // namespace doorbell::explore
