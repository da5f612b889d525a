#pragma once

#include <string_view>

namespace doorbell::explore {

/// Whether a metric's name matches a pattern: `*` stands for any characters but a dot, `**` for any
/// characters, everything else for itself.
bool name_matches(std::string_view pattern, std::string_view name);

}  // namespace doorbell::explore
