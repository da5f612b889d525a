#pragma once

#include <algorithm>
#include <array>
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

/// The transmitter's credits of one virtual channel (PCIe 6.0 2.6.1.2): CREDIT_LIMIT less
/// CREDITS_CONSUMED.
class CreditPool {
 public:
  explicit CreditPool(const CreditLimits& limits) : limits_(limits) {
    for (unsigned kind = 0; kind < tlp_classes; ++kind) {
      available_[kind] = limits.of(static_cast<TlpClass>(kind));
    }
  }

  bool covers(TlpClass kind, FlowCredits need) const {
    const FlowCredits& limit = limits_.of(kind);
    const FlowCredits& have = available_[static_cast<unsigned>(kind)];
    return (limit.headers == 0 || have.headers >= need.headers) &&
           (limit.data == 0 || have.data >= need.data);
  }

  /// Whether the receiver could ever take it: a TLP that needs more than was advertised never
  /// leaves.
  bool possible(TlpClass kind, FlowCredits need) const {
    const FlowCredits& limit = limits_.of(kind);
    return (limit.headers == 0 || limit.headers >= need.headers) &&
           (limit.data == 0 || limit.data >= need.data);
  }

  void consume(TlpClass kind, FlowCredits used) {
    const FlowCredits& limit = limits_.of(kind);
    FlowCredits& have = available_[static_cast<unsigned>(kind)];
    if (limit.headers != 0) have.headers -= used.headers;
    if (limit.data != 0) have.data -= used.data;
  }

  /// Returned credits never exceed what was advertised.
  void restore(TlpClass kind, FlowCredits freed) {
    const FlowCredits& limit = limits_.of(kind);
    FlowCredits& have = available_[static_cast<unsigned>(kind)];
    have.headers = std::min(limit.headers, have.headers + freed.headers);
    have.data = std::min(limit.data, have.data + freed.data);
  }

  const FlowCredits& available(TlpClass kind) const {
    return available_[static_cast<unsigned>(kind)];
  }
  const CreditLimits& limits() const { return limits_; }

 private:
  CreditLimits limits_;
  std::array<FlowCredits, tlp_classes> available_{};
};

}  // namespace doorbell::pcie
