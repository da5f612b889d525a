#pragma once

#include <cstdint>
#include <string>

namespace doorbell {

/// "3 walks", or nothing where there are none: what `Module::busy` says.
inline std::string under_way(std::uint64_t count, const char* what) {
  return count == 0 ? std::string() : std::to_string(count) + " " + what;
}

}  // namespace doorbell
