#pragma once

#include <cstdint>

#include "doorbell/pcie/arch/tlp.h"

namespace doorbell::pcie {

/// Flow-control credits: one header credit a TLP, one data credit for each 16 bytes begun
/// (PCIe 6.0 2.6.1).
struct FlowCredits {
  std::uint32_t headers = 0;
  std::uint32_t data = 0;

  friend bool operator==(const FlowCredits&, const FlowCredits&) = default;
};

inline constexpr unsigned credit_unit_bytes = 16;

constexpr FlowCredits credits_needed(const TlpHeader& header) {
  return {1, (payload_bytes(header) + credit_unit_bytes - 1) / credit_unit_bytes};
}

/// What a receiver advertises at initialisation, for each class; 0 means infinite (PCIe 6.0 2.6.1).
/// Defaults: the receiver of a generation 5 x16 hard block (docs/timing.md, R-Tile).
struct CreditLimits {
  FlowCredits posted{784, 1456};
  FlowCredits non_posted{784, 392};
  FlowCredits completion{0, 0};

  constexpr const FlowCredits& of(TlpClass kind) const {
    switch (kind) {
      case TlpClass::posted:
        return posted;
      case TlpClass::non_posted:
        return non_posted;
      case TlpClass::completion:
        break;
    }
    return completion;
  }
};

}  // namespace doorbell::pcie
