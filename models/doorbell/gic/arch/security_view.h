#pragma once

#include <cstdint>

#include "doorbell/core/arch/pe_state.h"
#include "doorbell/gic/arch/priority.h"

// What accesses of the two Security states see of interrupts, groups and priorities: functions of
// their arguments alone (IHI 0069, 4.6 and 4.8).
namespace doorbell::gic {

/// What GICD_NSACR<n>.NS_access lets Non-secure accesses do with a Secure interrupt; each includes
/// those before (12.9, GICD_NSACR<n>).
enum class NonSecureAccess : std::uint8_t {
  none = 0,
  set_pending = 1,    ///< GICD_ISPENDR<n>, GICD_SETSPI_NSR; GICR_NSACR: a Group 0 SGI
  clear_pending = 2,  ///< GICD_ICPENDR<n>, GICD_CLRSPI_NSR, reads of the active state; any SGI
  route = 3,          ///< GICD_IROUTER<n>
};

/// The group that GICD_IGROUPR<n> and GICD_IGRPMODR<n> give an interrupt.
constexpr Group group_of(bool IGROUPR, bool IGRPMODR) {
  if (IGROUPR) return Group::group1;
  return IGRPMODR ? Group::secure_group1 : Group::group0;
}

/// Of two Security states, the one an interrupt belongs to.
constexpr bool is_secure(Group group) {
  return group != Group::group1;
}

/// A bit an interrupt, of 32: those whose two bits of `NSACR` are at least `access`.
constexpr std::uint32_t permitted(std::uint64_t NSACR, NonSecureAccess access) {
  const auto least = static_cast<std::uint64_t>(access);
  std::uint32_t found = 0;
  for (unsigned i = 0; i < 32; ++i)
    found |= std::uint32_t{(NSACR >> (2 * i) & 3) >= least} << i;
  return found;
}

// Priorities of Non-secure interrupts are the upper half of the values, which Non-secure software
// sees as all of them (4.8.1).
constexpr std::uint8_t ns_read(std::uint8_t priority) {
  return static_cast<std::uint8_t>(priority << 1);
}
constexpr std::uint8_t ns_write(std::uint8_t value) {
  return static_cast<std::uint8_t>(value >> 1 | 0x80);
}
/// ICC_PMR_EL1 and ICC_RPR_EL1: Secure priorities read as the most urgent, idle as itself (12.2).
constexpr std::uint8_t ns_read_of_mask(std::uint8_t priority) {
  if (priority < 0x80) return 0;
  return priority == idle_priority ? idle_priority : ns_read(priority);
}

/// What decides how a CPU interface answers an access of its processor. By default that of a GIC
/// with one Security state, or where GICD_CTLR.DS is 1, which are alike.
struct PeView {
  bool two_states = false;  ///< GICD_CTLR.DS is 0
  bool secure = false;      ///< the current Security state; EL3 is Secure
  bool at_EL3 = false;
  bool non_secure_bank = true;  ///< of banked registers; at EL3 that which SCR_EL3.NS names
  bool shifted = false;         ///< PMR and RPR show Non-secure priorities (SCR_EL3.FIQ is 1)
};

constexpr PeView view_of(const PeState& who, bool two_states) {
  const bool at_EL3 = who.EL == 3;
  if (!two_states) return {.at_EL3 = at_EL3};
  const bool secure = at_EL3 || who.secure;
  return {.two_states = true,
          .secure = secure,
          .at_EL3 = at_EL3,
          .non_secure_bank = at_EL3 ? who.SCR_NS : !secure,
          .shifted = !secure && who.SCR_FIQ};
}

/// The groups that ICC_IAR<n>_EL1, ICC_HPPIR<n>_EL1 and ICC_EOIR<n>_EL1 are about (4.6, 12.2).
constexpr unsigned groups_of(unsigned n, const PeView& view) {
  if (n == 0) return view.two_states && !view.secure ? 0 : set_of(Group::group0);
  if (!view.two_states) return set_of(Group::group1);
  if (view.at_EL3) return set_of(Group::group1) | set_of(Group::secure_group1);
  return set_of(view.secure ? Group::secure_group1 : Group::group1);
}

/// Special INTIDs that tell EL3 of whom there is a Group 1 interrupt (2.2.1).
inline constexpr std::uint32_t secure_INTID = 1020;
inline constexpr std::uint32_t non_secure_INTID = 1021;

/// What a read of ICC_IAR<n>_EL1 or ICC_HPPIR<n>_EL1 gives, `pending` being what may be taken.
constexpr std::uint32_t INTID_for(unsigned n, const PendingInterrupt& pending, const PeView& view) {
  if (!pending.valid()) return spurious_INTID;
  if (has(groups_of(n, view), pending.group)) return pending.INTID;
  const bool of_group1 = pending.group != Group::group0;
  if (n != 0 || !of_group1 || !view.at_EL3 || !view.two_states) return spurious_INTID;
  return is_secure(pending.group) ? secure_INTID : non_secure_INTID;
}

/// The groups whose interrupts are signalled by FIQ to a processor in state `who`, the others by
/// IRQ (4.6.2): Group 0, and Group 1 of the Security state that isn't the processor's; at EL3 all.
constexpr unsigned groups_by_FIQ(const PeState& who, bool two_states) {
  if (!two_states) return set_of(Group::group0);
  if (who.EL == 3) return all_groups;
  return set_of(Group::group0) | set_of(who.secure ? Group::group1 : Group::secure_group1);
}

/// Whether ICC_DIR_EL1, written in state `who`, deactivates an interrupt of `group` (12.2.9).
constexpr bool may_deactivate(Group group, const PeState& who, bool two_states) {
  if (!two_states || who.EL == 3) return true;
  if (group == Group::group0) return who.secure && !who.SCR_FIQ;
  return (who.secure || group == Group::group1) && !who.SCR_IRQ;
}

/// Whether a redistributor makes an SGI pending that is asked for as one of `asked` and configured
/// as `configured` (12.2, forwarding of SGIs). Secure software that asks for Secure Group 1 means
/// Group 0, too. `NS_access`: GICR_NSACR's for it, which counts for those from Non-secure.
constexpr bool forwards_sgi(Group asked, Group configured, bool from_secure, unsigned NS_access,
                            bool two_states) {
  if (!two_states) return asked == configured;
  const bool means =
      asked == configured || (asked == Group::secure_group1 && configured == Group::group0);
  if (!means) return false;
  if (from_secure || !is_secure(configured)) return true;
  const NonSecureAccess needed =
      configured == Group::group0 ? NonSecureAccess::set_pending : NonSecureAccess::clear_pending;
  return NS_access >= static_cast<unsigned>(needed);
}

/// The group of the SGIs that ICC_SGI1R_EL1 asks for, or ICC_ASGI1R_EL1 (`other`), that of the
/// other Security state (12.2).
constexpr Group group_of_sgi1r(bool other, const PeView& view) {
  if (!view.two_states) return Group::group1;
  return view.secure != other ? Group::secure_group1 : Group::group1;
}

}  // namespace doorbell::gic
