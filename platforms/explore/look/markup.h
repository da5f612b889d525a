#pragma once

#include <string>
#include <string_view>

namespace doorbell::explore {

/// A text as content or attribute value (in double quotes) of XML and HTML. Characters that XML 1.0
/// can't hold at all, and bytes that aren't UTF-8, become U+FFFD.
std::string escaped(std::string_view text);

}  // namespace doorbell::explore
