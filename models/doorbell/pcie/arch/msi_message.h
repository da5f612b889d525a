#pragma once

#include <cstdint>

namespace doorbell::pcie {

/// One message-signalled interrupt: a posted write of one double word (PCIe 6.0 6.1.4).
struct MsiMessage {
  std::uint64_t address = 0;
  std::uint32_t data = 0;

  friend bool operator==(const MsiMessage&, const MsiMessage&) = default;
};

/// What became of a function's wish to signal a vector.
enum class MsiOutcome : std::uint8_t {
  sent,      ///< the message must go out now
  pending,   ///< masked: one message will go out when it is unmasked
  merged,    ///< masked and pending already: no further message (PCIe 6.0 6.1.4.5)
  disabled,  ///< the capability isn't enabled, or has no such vector
};

}  // namespace doorbell::pcie
