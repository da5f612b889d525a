#pragma once

#include <cstdint>
#include <string>

#include "traces/format/record.h"

namespace doorbell::trace {

// A trace as docs/traces.md writes it, line by line.

/// Everything before the first record.
std::string text_of(const Header& header);
/// Appends the line of a record.
void append_text(std::string& text, const Record& record);
/// The closing line.
std::string closing_text(std::uint64_t records);

}  // namespace doorbell::trace
