#include "doorbell/gic/arch/cpu_interface_state.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/intid.h"
#include "doorbell/gic/arch/its_tables.h"

namespace doorbell::gic {
namespace {

constexpr unsigned index(Group group) {
  return static_cast<unsigned>(group);
}

/// INTIDs of EOIR and DIR: 24 bits (ICC_CTLR_EL1.IDbits is 1).
std::uint32_t INTID_of(std::uint64_t value) {
  return static_cast<std::uint32_t>(bits(value, 23, 0));
}

}  // namespace

CpuInterfaceState::CpuInterfaceState(unsigned priority_bits, bool extended_range,
                                     bool range_selector)
    : priority_bits_(priority_bits),
      extended_range_(extended_range),
      range_selector_(range_selector) {
  BPR_ = {static_cast<std::uint8_t>(minimum_BPR0()), static_cast<std::uint8_t>(minimum_BPR0() + 1)};
}

std::optional<unsigned> CpuInterfaceState::most_urgent_active(Group group) const {
  const ActivePriorities& words = active_[index(group)];
  for (unsigned word = 0; word < words.size(); ++word) {
    if (words[word] != 0) return word * 32 + static_cast<unsigned>(__builtin_ctz(words[word]));
  }
  return std::nullopt;
}

void CpuInterfaceState::find_running_priority() {
  unsigned level = 256;
  for (const Group group : {Group::group0, Group::group1}) {
    if (const auto active = most_urgent_active(group)) {
      level = std::min(level, *active << (8 - preemption_bits()));
    }
  }
  running_priority_ = level == 256 ? idle_priority : static_cast<std::uint8_t>(level);
}

bool CpuInterfaceState::acknowledge(Group group, const PendingInterrupt& pending) {
  if (!interrupts(pending) || pending.group != group) return false;
  const unsigned group_priority = pending.priority & group_priority_mask(group);
  const unsigned level = group_priority >> (8 - preemption_bits());
  active_[index(group)][level / 32] |= std::uint32_t{1} << (level % 32);
  // More urgent than all that are active, or it wouldn't have interrupted.
  running_priority_ = static_cast<std::uint8_t>(level << (8 - preemption_bits()));
  return true;
}

std::optional<std::uint32_t> CpuInterfaceState::end_of_interrupt(Group group, std::uint64_t value) {
  const std::uint32_t INTID = INTID_of(value);
  if (is_special(INTID)) return std::nullopt;
  const auto level = most_urgent_active(group);
  const Group other = group == Group::group0 ? Group::group1 : Group::group0;
  const auto of_other = most_urgent_active(other);
  // Out of order or for the wrong group is CONSTRAINED UNPREDICTABLE: here nothing drops.
  if (!level || (of_other && *of_other < *level)) return std::nullopt;
  active_[index(group)][*level / 32] &= ~(std::uint32_t{1} << (*level % 32));
  find_running_priority();
  if (EOImode_ || INTID >= first_lpi) return std::nullopt;  // LPIs have no active state
  return INTID;
}

std::optional<std::uint32_t> CpuInterfaceState::deactivate(std::uint64_t value) const {
  const std::uint32_t INTID = INTID_of(value);
  if (!EOImode_ || is_special(INTID) || INTID >= first_lpi) return std::nullopt;
  return INTID;
}

std::uint32_t CpuInterfaceState::highest_pending(Group group,
                                                 const PendingInterrupt& pending) const {
  const bool enabled = ((enabled_groups_ >> index(group)) & 1) != 0;
  return pending.valid() && pending.group == group && enabled ? pending.INTID : spurious_INTID;
}

std::optional<std::pair<unsigned, unsigned>> CpuInterfaceState::active_priorities_of(
    IccRegister icc) const {
  const auto code = static_cast<unsigned>(icc);
  const unsigned implemented = preemption_bits() == 7 ? 4 : preemption_bits() == 6 ? 2 : 1;
  const unsigned firsts[] = {static_cast<unsigned>(IccRegister::ICC_AP0R0_EL1),
                             static_cast<unsigned>(IccRegister::ICC_AP1R0_EL1)};
  for (unsigned group = 0; group < interfaces; ++group) {
    if (code >= firsts[group] && code < firsts[group] + implemented) {
      return std::pair{group, code - firsts[group]};
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> CpuInterfaceState::read(IccRegister icc) const {
  switch (icc) {
    case IccRegister::ICC_PMR_EL1:
      return PMR_;
    case IccRegister::ICC_BPR0_EL1:
      return BPR_[0];
    case IccRegister::ICC_BPR1_EL1:
      // 12.2.5: with CBPR, BPR0 + 1, saturated.
      return CBPR_ ? std::min<unsigned>(BPR_[0] + 1U, 7U) : BPR_[1];
    case IccRegister::ICC_RPR_EL1:
      return running_priority();
    case IccRegister::ICC_CTLR_EL1: {
      constexpr std::uint64_t A3V = 1U << 15;
      constexpr std::uint64_t IDbits_24 = 1U << 11;
      return std::uint64_t{extended_range_} << 19 | std::uint64_t{range_selector_} << 18 | A3V |
             IDbits_24 | std::uint64_t{priority_bits_ - 1} << 8 | std::uint64_t{PMHE_} << 6 |
             std::uint64_t{EOImode_} << 1 | std::uint64_t{CBPR_};
    }
    case IccRegister::ICC_SRE_EL1:
      return 7;  // SRE, DFB, DIB: RAO/WI (12.2.24)
    case IccRegister::ICC_SRE_EL2:
      return 0xF;  // and Enable, as SRE is RAO/WI (12.2.25)
    case IccRegister::ICC_IGRPEN0_EL1:
      return enabled_groups_ & 1;
    case IccRegister::ICC_IGRPEN1_EL1:
      return enabled_groups_ >> 1;
    default:
      if (const auto place = active_priorities_of(icc)) return active_[place->first][place->second];
      return std::nullopt;
  }
}

bool CpuInterfaceState::write(IccRegister icc, std::uint64_t value) {
  const auto bit = [value](unsigned n) { return ((value >> n) & 1) != 0; };
  const auto BPR = [value](unsigned minimum) {
    return static_cast<std::uint8_t>(std::max<unsigned>(value & 7, minimum));
  };
  switch (icc) {
    case IccRegister::ICC_PMR_EL1:
      PMR_ = implemented_priority(static_cast<std::uint8_t>(value), priority_bits_);
      return true;
    case IccRegister::ICC_BPR0_EL1:
      BPR_[0] = BPR(minimum_BPR0());
      return true;
    case IccRegister::ICC_BPR1_EL1:
      if (!CBPR_) BPR_[1] = BPR(minimum_BPR0() + 1);
      return true;
    case IccRegister::ICC_CTLR_EL1:
      CBPR_ = bit(0);
      EOImode_ = bit(1);
      PMHE_ = bit(6);
      return true;
    case IccRegister::ICC_SRE_EL1:
    case IccRegister::ICC_SRE_EL2:
      return true;
    case IccRegister::ICC_IGRPEN0_EL1:
      enabled_groups_ = (enabled_groups_ & ~1U) | unsigned{bit(0)};
      return true;
    case IccRegister::ICC_IGRPEN1_EL1:
      enabled_groups_ = (enabled_groups_ & ~2U) | unsigned{bit(0)} << 1;
      return true;
    default:
      if (const auto place = active_priorities_of(icc)) {
        active_[place->first][place->second] = static_cast<std::uint32_t>(value);
        find_running_priority();
        return true;
      }
      return false;
  }
}

}  // namespace doorbell::gic
