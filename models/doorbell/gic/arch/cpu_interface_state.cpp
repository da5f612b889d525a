#include "doorbell/gic/arch/cpu_interface_state.h"

#include <algorithm>

#include "doorbell/core/arch/bit_field.h"
#include "doorbell/gic/arch/intid.h"
#include "doorbell/gic/arch/its_tables.h"

namespace doorbell::gic {
namespace {

/// INTIDs of EOIR and DIR: 24 bits (ICC_CTLR_EL1.IDbits is 1).
std::uint32_t INTID_of(std::uint64_t value) {
  return static_cast<std::uint32_t>(bits(value, 23, 0));
}

}  // namespace

CpuInterfaceState::CpuInterfaceState(const CpuInterfaceConfiguration& configuration)
    : priority_bits_(configuration.priority_bits),
      extended_range_(configuration.extended_range),
      range_selector_(configuration.range_selector),
      has_EL3_(configuration.two_security_states),
      DS_(!configuration.two_security_states) {
  const auto least = static_cast<std::uint8_t>(minimum_BPR0());
  BPR_ = {least, static_cast<std::uint8_t>(least + 1), least};
  find_masks();
}

/// 4.8.3. ICC_BPR1_EL1 of Secure divides priorities as ICC_BPR0_EL1 does.
void CpuInterfaceState::find_masks() {
  masks_[index(Group::group0)] = group0_priority_mask(BPR_[0]);
  masks_[index(Group::group1)] =
      CBPR_[non_secure] != 0 ? masks_[0] : group1_priority_mask(BPR_[index(Group::group1)]);
  masks_[index(Group::secure_group1)] =
      CBPR_[secure] != 0 ? masks_[0] : group0_priority_mask(BPR_[index(Group::secure_group1)]);
}

void CpuInterfaceState::find_level(Group group) {
  const ActivePriorities& words = active_[index(group)];
  unsigned& level = levels_[index(group)];
  level = idle_level;
  for (unsigned word = active_words(); word-- > 0;) {
    if (words[word] != 0) level = word * 32 + static_cast<unsigned>(__builtin_ctz(words[word]));
  }
}

void CpuInterfaceState::find_running_priority() {
  const unsigned level = most_urgent_level();
  running_priority_ = level == idle_level
                          ? idle_priority
                          : static_cast<std::uint8_t>(level << (8 - preemption_bits()));
}

void CpuInterfaceState::acknowledge(const PendingInterrupt& pending) {
  const unsigned group_priority = pending.priority & masks_[index(pending.group)];
  const unsigned level = group_priority >> (8 - preemption_bits());
  active_[index(pending.group)][level / 32] |= std::uint32_t{1} << (level % 32);
  levels_[index(pending.group)] = level;
  // More urgent than all that are active, or it wouldn't have interrupted.
  running_priority_ = static_cast<std::uint8_t>(level << (8 - preemption_bits()));
}

std::optional<std::uint32_t> CpuInterfaceState::end_of_interrupt(unsigned n, std::uint64_t value,
                                                                 const PeView& view) {
  const std::uint32_t INTID = INTID_of(value);
  if (is_special(INTID)) return std::nullopt;
  const unsigned groups = groups_of(n, view);
  Group group = Group::group0;
  unsigned level = idle_level;
  for (const Group candidate : {Group::group0, Group::group1, Group::secure_group1}) {
    if (!has(groups, candidate) || levels_[index(candidate)] >= level) continue;
    group = candidate;
    level = levels_[index(candidate)];
  }
  // Out of order or for the wrong group is CONSTRAINED UNPREDICTABLE: here nothing drops.
  if (level == idle_level || level > most_urgent_level()) return std::nullopt;
  active_[index(group)][level / 32] &= ~(std::uint32_t{1} << (level % 32));
  find_level(group);
  find_running_priority();
  const bool apart = EOImode_[eoi_bank_of(view)] != 0;
  if (apart || INTID >= first_lpi) return std::nullopt;  // LPIs have no active state
  return INTID;
}

std::optional<std::uint32_t> CpuInterfaceState::deactivate(std::uint64_t value,
                                                           const PeView& view) const {
  const std::uint32_t INTID = INTID_of(value);
  const bool apart = EOImode_[eoi_bank_of(view)] != 0;
  if (!apart || is_special(INTID) || INTID >= first_lpi) return std::nullopt;
  return INTID;
}

}  // namespace doorbell::gic
