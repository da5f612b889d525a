#pragma once

#include <cstdint>

namespace doorbell::smmu {

/// Bits of SMMU_GERROR (IHI 0070 7.5, 6.3.18).
enum class GlobalError : std::uint32_t {
  CMDQ_ERR = 1u << 0,
  EVENTQ_ABT_ERR = 1u << 2,
  PRIQ_ABT_ERR = 1u << 3,
  MSI_CMDQ_ABT_ERR = 1u << 4,
  MSI_EVENTQ_ABT_ERR = 1u << 5,
  MSI_PRIQ_ABT_ERR = 1u << 6,
  MSI_GERROR_ABT_ERR = 1u << 7,
  SFM_ERR = 1u << 8,
};

/// SMMU_GERROR and SMMU_GERRORN: an error is active while its bits differ.
class GlobalErrors {
 public:
  /// Toggles the bit; false when the error is active already and nothing is logged.
  bool activate(GlobalError error) {
    const auto bit = static_cast<std::uint32_t>(error);
    if (active(error)) return false;
    gerror_ ^= bit;
    return true;
  }
  bool active(GlobalError error) const {
    return ((gerror_ ^ gerrorn_) & static_cast<std::uint32_t>(error)) != 0;
  }
  /// A write to SMMU_GERRORN.
  void acknowledge(std::uint32_t gerrorn) { gerrorn_ = gerrorn; }

  std::uint32_t gerror() const { return gerror_; }
  std::uint32_t gerrorn() const { return gerrorn_; }

  /// For a checkpoint (core/arch/state.h).
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("GERROR", self.gerror_);
    state.value("GERRORN", self.gerrorn_);
  }

 private:
  std::uint32_t gerror_ = 0;
  std::uint32_t gerrorn_ = 0;
};

}  // namespace doorbell::smmu
