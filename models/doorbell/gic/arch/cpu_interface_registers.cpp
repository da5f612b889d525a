// The System registers of a CPU interface that hold something, in each Security state's view (IHI
// 0069, 12.2).
#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/cpu_interface_state.h"

namespace doorbell::gic {
namespace {

std::uint8_t binary_point(std::uint64_t value, unsigned minimum) {
  return static_cast<std::uint8_t>(std::max<unsigned>(value & 7, minimum));
}

}  // namespace

std::optional<std::pair<unsigned, unsigned>> CpuInterfaceState::active_priorities_of(
    IccRegister icc, const PeView& view) const {
  const auto code = static_cast<unsigned>(icc);
  const unsigned implemented = active_words();
  const auto AP0R0 = static_cast<unsigned>(IccRegister::ICC_AP0R0_EL1);
  const auto AP1R0 = static_cast<unsigned>(IccRegister::ICC_AP1R0_EL1);
  if (code >= AP0R0 && code < AP0R0 + implemented) return std::pair{0U, code - AP0R0};
  if (code >= AP1R0 && code < AP1R0 + implemented)
    return std::pair{index(group1_of(view)), code - AP1R0};
  return std::nullopt;
}

/// Non-secure software can't claim that something of a Secure priority is active, which would hold
/// up Secure interrupts: there are no such bits in its bank.
std::uint32_t CpuInterfaceState::writable_active(unsigned word, const PeView& view) const {
  if (!view.two_states || !view.non_secure_bank) return ~0U;
  const unsigned first = 1U << (preemption_bits() - 1);  // level of the first Non-secure priority
  if (32 * word >= first) return ~0U;
  return 32 * word + 32 <= first ? 0 : ~0U << (first % 32);
}

/// What ICC_CTLR_EL1 and ICC_CTLR_EL3 say of the implementation.
std::uint64_t CpuInterfaceState::fixed_fields() const {
  constexpr std::uint64_t A3V = 1U << 15;
  constexpr std::uint64_t IDbits_24 = 1U << 11;
  return std::uint64_t{extended_range_} << 19 | std::uint64_t{range_selector_} << 18 | A3V |
         IDbits_24 | std::uint64_t{priority_bits_ - 1} << 8 | std::uint64_t{PMHE_} << 6;
}

std::uint64_t CpuInterfaceState::read_CTLR(const PeView& view) const {
  const Bank bank = bank_of(view);
  return fixed_fields() | std::uint64_t{EOImode_[bank]} << 1 | std::uint64_t{CBPR_[bank]};
}

/// With two Security states CBPR and PMHE are EL3's (12.2, ICC_CTLR_EL1).
void CpuInterfaceState::write_CTLR(std::uint64_t value, const PeView& view) {
  const Bank bank = bank_of(view);
  EOImode_[bank] = bits(value, 1, 1) != 0;
  if (view.two_states) return;
  CBPR_[bank] = bits(value, 0, 0) != 0;
  PMHE_ = bits(value, 6, 6) != 0;
  find_masks();
}

/// RM is RES0, as ICC_SRE_EL1.SRE is RAO/WI; nDS is 0: security can be disabled.
std::uint64_t CpuInterfaceState::read_CTLR_EL3() const {
  return fixed_fields() | std::uint64_t{EOImode_[non_secure]} << 4 |
         std::uint64_t{EOImode_[secure]} << 3 | std::uint64_t{EOImode_[EL3]} << 2 |
         std::uint64_t{CBPR_[non_secure]} << 1 | std::uint64_t{CBPR_[secure]};
}

void CpuInterfaceState::write_CTLR_EL3(std::uint64_t value) {
  CBPR_[secure] = bits(value, 0, 0) != 0;
  CBPR_[non_secure] = bits(value, 1, 1) != 0;
  EOImode_[EL3] = bits(value, 2, 2) != 0;
  EOImode_[secure] = bits(value, 3, 3) != 0;
  EOImode_[non_secure] = bits(value, 4, 4) != 0;
  PMHE_ = bits(value, 6, 6) != 0;
  find_masks();
}

/// 12.2.5. With CBPR Secure accesses are to ICC_BPR0_EL1, and Non-secure ones read that + 1,
/// saturated; EL3 always has the register itself.
std::uint64_t CpuInterfaceState::read_BPR1(const PeView& view) const {
  const bool common = CBPR_[bank_of(view)] != 0 && !(view.at_EL3 && view.two_states);
  if (!common) return BPR_[index(group1_of(view))];
  return view.non_secure_bank ? std::min<unsigned>(BPR_[0] + 1U, 7U) : BPR_[0];
}

void CpuInterfaceState::write_BPR1(std::uint64_t value, const PeView& view) {
  const bool common = CBPR_[bank_of(view)] != 0 && !(view.at_EL3 && view.two_states);
  if (view.non_secure_bank) {
    if (!common) BPR_[index(Group::group1)] = binary_point(value, minimum_BPR0() + 1);
  } else {
    BPR_[common ? 0 : index(Group::secure_group1)] = binary_point(value, minimum_BPR0());
  }
  find_masks();
}

/// 4.8.1: Non-secure software neither sees nor changes a mask of a Secure priority.
void CpuInterfaceState::write_PMR(std::uint8_t value, const PeView& view) {
  if (view.shifted && PMR_ < 0x80) return;
  PMR_ = implemented_priority(view.shifted ? ns_write(value) : value, priority_bits_);
}

void CpuInterfaceState::enable(unsigned groups, bool enabled) {
  enabled_groups_ = enabled ? enabled_groups_ | groups : enabled_groups_ & ~groups;
}

std::optional<std::uint64_t> CpuInterfaceState::read(IccRegister icc, const PeView& view) const {
  switch (icc) {
    case IccRegister::ICC_PMR_EL1:
      return view.shifted ? ns_read_of_mask(PMR_) : PMR_;
    case IccRegister::ICC_BPR0_EL1:
      return BPR_[0];
    case IccRegister::ICC_BPR1_EL1:
      return read_BPR1(view);
    case IccRegister::ICC_RPR_EL1:
      return view.shifted ? ns_read_of_mask(running_priority()) : running_priority();
    case IccRegister::ICC_CTLR_EL1:
      return read_CTLR(view);
    case IccRegister::ICC_SRE_EL1:
      return 7;  // SRE, DFB, DIB: RAO/WI (12.2.24)
    case IccRegister::ICC_SRE_EL2:
      return 0xF;  // and Enable, as SRE is RAO/WI (12.2.25)
    case IccRegister::ICC_IGRPEN0_EL1:
      return has(enabled_groups_, Group::group0);
    case IccRegister::ICC_IGRPEN1_EL1:
      return has(enabled_groups_, group1_of(view));
    case IccRegister::ICC_CTLR_EL3:
      return has_EL3_ ? std::optional(read_CTLR_EL3()) : std::nullopt;
    case IccRegister::ICC_SRE_EL3:
      return has_EL3_ ? std::optional<std::uint64_t>(0xF) : std::nullopt;
    case IccRegister::ICC_IGRPEN1_EL3:
      if (!has_EL3_) return std::nullopt;
      return std::uint64_t{has(enabled_groups_, Group::secure_group1)} << 1 |
             std::uint64_t{has(enabled_groups_, Group::group1)};
    default:
      if (const auto place = active_priorities_of(icc, view))
        return active_[place->first][place->second];
      return std::nullopt;
  }
}

bool CpuInterfaceState::write(IccRegister icc, std::uint64_t value, const PeView& view) {
  const bool lowest = bits(value, 0, 0) != 0;
  switch (icc) {
    case IccRegister::ICC_PMR_EL1:
      write_PMR(static_cast<std::uint8_t>(value), view);
      return true;
    case IccRegister::ICC_BPR0_EL1:
      BPR_[0] = binary_point(value, minimum_BPR0());
      find_masks();
      return true;
    case IccRegister::ICC_BPR1_EL1:
      write_BPR1(value, view);
      return true;
    case IccRegister::ICC_CTLR_EL1:
      write_CTLR(value, view);
      return true;
    case IccRegister::ICC_SRE_EL1:
    case IccRegister::ICC_SRE_EL2:
      return true;
    case IccRegister::ICC_IGRPEN0_EL1:
      enable(set_of(Group::group0), lowest);
      return true;
    case IccRegister::ICC_IGRPEN1_EL1:
      enable(set_of(group1_of(view)), lowest);
      return true;
    case IccRegister::ICC_CTLR_EL3:
      if (has_EL3_) write_CTLR_EL3(value);
      return has_EL3_;
    case IccRegister::ICC_SRE_EL3:
      return has_EL3_;
    case IccRegister::ICC_IGRPEN1_EL3:
      if (!has_EL3_) return false;
      enable(set_of(Group::group1), lowest);
      enable(set_of(Group::secure_group1), bits(value, 1, 1) != 0);
      return true;
    default:
      if (const auto place = active_priorities_of(icc, view)) {
        const std::uint32_t mine = place->first == 0 ? ~0U : writable_active(place->second, view);
        active_[place->first][place->second] = static_cast<std::uint32_t>(value) & mine;
        find_level(static_cast<Group>(place->first));
        find_running_priority();
        return true;
      }
      return false;
  }
}

}  // namespace doorbell::gic
