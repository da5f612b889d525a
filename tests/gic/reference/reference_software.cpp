// What software programs and reads of the plain GIC.
#include <algorithm>

#include "tests/gic/reference/reference_gic.h"

namespace doorbell::gic::reference {
namespace {

constexpr unsigned never = 4;
constexpr unsigned priority_bits = 0xF8;

std::uint8_t halved(std::uint8_t priority) {
  return static_cast<std::uint8_t>((priority / 2 + 0x80) & priority_bits);
}

bool is_of_one_processor(std::uint32_t INTID) {
  return INTID < 32 || (INTID >= 1056 && INTID <= 1119);
}

}  // namespace

bool Gic::may(unsigned processor, std::uint32_t INTID, unsigned least, Who who) {
  const Interrupt& it = interrupt(processor, INTID);
  if (!limited(who) || it.group() == 1) return true;
  if (fault_ == Fault::NSACR_opens_nothing) return false;
  return !is_of_one_processor(INTID) && it.NSACR >= least;
}

void Gic::set_line(unsigned processor, std::uint32_t INTID, bool level) {
  Interrupt& it = interrupt(processor, INTID);
  const bool rises = level && !it.line;
  it.line = level;
  if (it.edge && rises) it.latch = true;
}

void Gic::set_message(std::uint32_t INTID, bool set, Who who) {
  if (!may(0, INTID, set ? 1 : 2, who)) return;
  Interrupt& it = interrupt(0, INTID);
  (it.edge ? it.latch : it.message) = set;
}

void Gic::write_control(unsigned groups, Who who) {
  if (limited(who)) {
    enabled_groups = (enabled_groups & ~2U) | (groups & 2);
  } else {
    enabled_groups = groups & (two_states_ ? 7 : 3);
  }
}

void Gic::enable(unsigned processor, std::uint32_t INTID, bool enabled, Who who) {
  if (may(processor, INTID, never, who)) interrupt(processor, INTID).enabled = enabled;
}

void Gic::prioritise(unsigned processor, std::uint32_t INTID, std::uint8_t priority, Who who) {
  const bool open = fault_ == Fault::non_secure_sets_secure_priorities;
  if (!may(processor, INTID, never, who) && !open) return;
  const bool shifts = limited(who) && fault_ != Fault::priorities_are_not_shifted;
  interrupt(processor, INTID).priority = shifts ? halved(priority) : priority;
}

void Gic::write_groups(unsigned processor, std::uint32_t INTID, bool IGROUPR, bool IGRPMODR,
                       Who who) {
  if (limited(who)) return;
  Interrupt& it = interrupt(processor, INTID);
  it.IGROUPR = IGROUPR;
  if (two_states_) it.IGRPMODR = IGRPMODR;
}

void Gic::write_NSACR(std::uint32_t INTID, unsigned access, Who who) {
  if (two_states_ && is_secure(who)) interrupt(0, INTID).NSACR = access;
}

void Gic::make_edge(unsigned processor, std::uint32_t INTID, bool edge, Who who) {
  if (may(processor, INTID, never, who)) interrupt(processor, INTID).edge = edge;
}

void Gic::route(std::uint32_t INTID, bool anybody, unsigned target, Who who) {
  if (!may(0, INTID, 3, who)) return;
  Interrupt& it = interrupt(0, INTID);
  it.anybody = anybody;
  it.target = target;
}

void Gic::write_pending(unsigned processor, std::uint32_t INTID, bool pending, Who who) {
  if (may(processor, INTID, pending ? 1 : 2, who)) interrupt(processor, INTID).latch = pending;
}

void Gic::configure(std::uint32_t INTID, std::uint8_t priority, bool enabled) {
  lpi(INTID).priority = two_states_ ? halved(priority) : priority;
  lpi(INTID).enabled = enabled;
}

void Gic::move(std::uint32_t INTID, unsigned processor) {
  if (fault_ == Fault::moves_leave_what_is_pending) return;
  if (lpi(INTID).pending_at) lpi(INTID).pending_at = processor;
}

void Gic::sleep(unsigned processor, bool awake, Who who) {
  if (!limited(who)) processors_[processor].awake = awake;
}

void Gic::send_sgi(unsigned processor, std::uint32_t INTID, unsigned which, Who who) {
  Interrupt& it = interrupt(processor, INTID);
  const unsigned configured = it.group();
  unsigned asked = which == 0 ? 0 : 1;
  if (two_states_ && which != 0) asked = is_secure(who) == (which == 1) ? 2 : 1;
  if (!two_states_ && which == 2) return;
  const bool means = asked == configured || (asked == 2 && configured == 0);
  if (!means && fault_ != Fault::SGIs_of_any_group_are_forwarded) return;
  // GICR_NSACR is left at 0 here: Non-secure software reaches no Secure SGI.
  if (limited(who) && configured != 1) return;
  it.latch = true;
}

void Gic::write_PMR(unsigned processor, std::uint8_t PMR, Who who) {
  Processor& p = processors_[processor];
  if (shows_shifted(who)) {
    if (p.PMR < 0x80 && fault_ != Fault::non_secure_lowers_secure_masks) return;
    PMR = halved(PMR);
  }
  p.PMR = PMR;
}

void Gic::write_BPR(unsigned processor, unsigned n, unsigned value, Who who) {
  Processor& p = processors_[processor];
  const bool of_EL3 = two_states_ && who == Who::EL3;
  const bool common = n == 1 && p.CBPR[bank(who)] && !of_EL3;
  if (n == 0) {
    p.BPR[0] = std::max(value, 2U);
  } else if (bank(who) == 0) {
    if (!common) p.BPR[1] = std::max(value, 3U);
  } else {
    p.BPR[common ? 0 : 2] = std::max(value, 2U);
  }
}

void Gic::write_CTLR(unsigned processor, bool CBPR, bool EOImode, Who who) {
  Processor& p = processors_[processor];
  p.EOImode[bank(who)] = EOImode;
  if (!two_states_) p.CBPR[0] = CBPR;
}

void Gic::write_enables(unsigned processor, unsigned n, bool enabled, Who who) {
  unsigned& groups = processors_[processor].enabled_groups;
  const unsigned group = n == 0 ? 0 : 1 + bank(who);
  groups = enabled ? groups | 1U << group : groups & ~(1U << group);
}

bool Gic::reads_pending(unsigned processor, std::uint32_t INTID, Who who) {
  return may(processor, INTID, 1, who) && interrupt(processor, INTID).pending();
}

bool Gic::reads_active(unsigned processor, std::uint32_t INTID, Who who) {
  return may(processor, INTID, 2, who) && interrupt(processor, INTID).active;
}

unsigned Gic::reads_RPR(unsigned processor, Who who) const {
  const unsigned running = processors_[processor].running();
  if (!shows_shifted(who) || running == 0xFF) return running;
  return running < 0x80 ? 0 : (running - 0x80) * 2;
}

unsigned Gic::reads_PMR(unsigned processor, Who who) const {
  const unsigned PMR = processors_[processor].PMR;
  if (!shows_shifted(who)) return PMR;
  return PMR < 0x80 ? 0 : (PMR - 0x80) * 2;
}

}  // namespace doorbell::gic::reference
