#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doorbell {

/// The name that somebody who wrote `wrong` most likely meant, by edits between the two; the first
/// in alphabetical order of equally near ones. Empty when `names` is.
std::string nearest_name(std::string_view wrong, std::vector<std::string> names);

}  // namespace doorbell
