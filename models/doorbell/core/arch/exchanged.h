#pragma once

#include <cstdint>

namespace doorbell {

/// What a compare-and-swap of eight bytes found.
struct Exchanged {
  bool ok = false;        ///< False: an error, or a target that knows no atomic accesses.
  std::uint64_t old = 0;  ///< What was there; it has been replaced if it is what was expected.
};

}  // namespace doorbell
