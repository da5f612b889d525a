#include "doorbell/pcie/arch/msi_capability.h"

#include <algorithm>
#include <bit>

namespace doorbell::pcie {
namespace {

// Message Control (PCIe 6.0 7.7.1.2).
constexpr std::uint16_t MSI_Enable = 1 << 0;
constexpr std::uint16_t Multiple_Message_Enable = 7 << 4;
constexpr std::uint16_t Address_64_Capable = 1 << 7;
constexpr std::uint16_t Per_Vector_Masking_Capable = 1 << 8;

}  // namespace

MsiCapability::MsiCapability(ConfigurationSpace& space, unsigned vectors, bool per_vector_masking)
    : space_(space),
      vectors_(vectors),
      masking_(per_vector_masking),
      offset_(space.add_capability(id, per_vector_masking ? 0x18 : 0x10)) {
  const auto capable = static_cast<unsigned>(std::countr_zero(vectors_));
  space_.define(offset_ + Message_Control, 2,
                capable << 1 | Address_64_Capable | (masking_ ? Per_Vector_Masking_Capable : 0),
                MSI_Enable | Multiple_Message_Enable);
  space_.define(offset_ + Message_Address, 4, 0, ~3u);
  space_.define(offset_ + Message_Upper_Address, 4, 0, ~0u);
  space_.define(offset_ + Message_Data, 2, 0, 0xffff);
  if (masking_) {
    const std::uint32_t bits = vectors_ == 32 ? ~0u : (1u << vectors_) - 1;
    space_.define(offset_ + Mask_Bits, 4, 0, bits);
    space_.define(offset_ + Pending_Bits, 4, 0, 0);
  }
}

unsigned MsiCapability::vectors_enabled() const {
  const unsigned code = space_.get16(offset_ + Message_Control) >> 4 & 7;
  return std::min(1u << code, vectors_);
}

MsiMessage MsiCapability::message(unsigned vector) const {
  // The function may modify the low bits of the data to tell its vectors apart (7.7.1.5).
  const std::uint32_t low = vectors_enabled() - 1;
  return {std::uint64_t{space_.get32(offset_ + Message_Upper_Address)} << 32 |
              space_.get32(offset_ + Message_Address),
          (space_.get16(offset_ + Message_Data) & ~low) | (vector & low)};
}

MsiOutcome MsiCapability::signal(unsigned vector, MsiMessage& out) {
  if (!enabled() || vector >= vectors_enabled()) return MsiOutcome::disabled;
  const std::uint32_t bit = 1u << vector;
  if ((masked() & bit) == 0) {
    out = message(vector);
    return MsiOutcome::sent;
  }
  if (pending_ & bit) return MsiOutcome::merged;
  pending_ |= bit;
  space_.set(offset_ + Pending_Bits, 4, pending_);
  return MsiOutcome::pending;
}

std::optional<MsiMessage> MsiCapability::take_unmasked() {
  const std::uint32_t ready = enabled() ? pending_ & ~masked() : 0;
  if (ready == 0) return std::nullopt;
  const auto vector = static_cast<unsigned>(std::countr_zero(ready));
  pending_ &= ~(1u << vector);
  space_.set(offset_ + Pending_Bits, 4, pending_);
  return message(vector);
}

}  // namespace doorbell::pcie
