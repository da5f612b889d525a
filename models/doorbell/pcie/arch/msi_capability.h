#pragma once

#include <cstdint>
#include <optional>

#include "doorbell/pcie/arch/configuration_space.h"
#include "doorbell/pcie/arch/msi_message.h"

namespace doorbell::pcie {

/// The MSI capability structure, 64-bit address, several messages, masking optional
/// (PCIe 6.0 7.7.1).
class MsiCapability {
 public:
  static constexpr std::uint8_t id = 0x05;
  // Offsets within the structure.
  static constexpr unsigned Message_Control = 0x02;
  static constexpr unsigned Message_Address = 0x04;
  static constexpr unsigned Message_Upper_Address = 0x08;
  static constexpr unsigned Message_Data = 0x0c;
  static constexpr unsigned Mask_Bits = 0x10;
  static constexpr unsigned Pending_Bits = 0x14;

  /// `vectors` 1 to 32, a power of two: Multiple Message Capable.
  MsiCapability(ConfigurationSpace& space, unsigned vectors, bool per_vector_masking);

  bool enabled() const { return (space_.get16(offset_ + Message_Control) & 1) != 0; }
  /// Vectors that software has granted: Multiple Message Enable, never above what is capable.
  unsigned vectors_enabled() const;

  /// The function wants to signal `vector`; the message when the outcome is `sent`.
  MsiOutcome signal(unsigned vector, MsiMessage& message);
  /// After any write to the structure: a pending message that is no longer masked, each exactly
  /// once.
  std::optional<MsiMessage> take_unmasked();

  unsigned offset() const { return offset_; }

  /// For a checkpoint (core/arch/state.h), beside the configuration space.
  template <class Self, class State>
  static void describe(Self& self, State& state) {
    state.value("pending", self.pending_);
  }

 private:
  MsiMessage message(unsigned vector) const;
  std::uint32_t masked() const { return masking_ ? space_.get32(offset_ + Mask_Bits) : 0; }

  ConfigurationSpace& space_;
  unsigned vectors_;
  bool masking_;
  unsigned offset_;
  std::uint32_t pending_ = 0;
};

}  // namespace doorbell::pcie
