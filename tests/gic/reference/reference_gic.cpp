#include "tests/gic/reference/reference_gic.h"

#include <algorithm>

namespace doorbell::gic::reference {
namespace {

constexpr std::uint32_t none = 1023, for_secure = 1020, for_non_secure = 1021, lowest_lpi = 8192;

bool is_of_one_processor(std::uint32_t INTID) {
  return INTID < 32 || (INTID >= 1056 && INTID <= 1119);
}

}  // namespace

Interrupt& Gic::interrupt(unsigned processor, std::uint32_t INTID) {
  return is_of_one_processor(INTID) ? private_[processor][INTID] : spis_[INTID];
}

std::vector<Gic::Candidate> Gic::candidates(unsigned number) const {
  const Processor& processor = processors_[number];
  std::vector<Candidate> found;
  if (!processor.awake && fault_ != Fault::sleepers_take) return found;
  const unsigned groups = enabled_groups & processor.enabled_groups;
  const auto consider = [&](std::uint32_t INTID, const Interrupt& it) {
    if (!it.enabled || it.active || !it.pending() || (groups >> it.group() & 1) == 0) return;
    if (it.anybody && it.priority >= processor.PMR) return;
    found.push_back({INTID, it.priority, it.group(), !it.anybody});
  };
  for (const auto& [INTID, it] : private_[number])
    consider(INTID, it);
  for (const auto& [INTID, it] : spis_)
    if (it.anybody || it.target == number) consider(INTID, it);
  const bool enabled_or_not = fault_ == Fault::disabled_LPIs_are_taken;
  for (const auto& [INTID, it] : lpis_)
    if ((it.enabled || enabled_or_not) && it.pending_at == number && (groups & 2) != 0)
      found.push_back({INTID, it.priority, 1, true});
  return found;
}

/// 4.8.3: the field of BPR0 above bit n, of Non-secure BPR1 from bit n on, of Secure BPR1 as of
/// BPR0.
unsigned Gic::group_priority(const Processor& processor, unsigned group, unsigned priority) const {
  const bool common = group != 0 && processor.CBPR[group - 1];
  unsigned lowest_bit = group == 1 ? processor.BPR[1] : processor.BPR[group] + 1;
  if (common && fault_ != Fault::common_binary_points_are_apart) lowest_bit = processor.BPR[0] + 1;
  return priority >> lowest_bit << lowest_bit;
}

bool Gic::preempts(const Processor& processor, const Candidate& candidate) const {
  if (fault_ == Fault::masks_let_equals_pass) {
    if (candidate.priority > processor.PMR) return false;
  } else if (candidate.priority >= processor.PMR) {
    return false;
  }
  if (processor.active.empty()) return true;
  unsigned priority = group_priority(processor, candidate.group, candidate.priority);
  if (fault_ == Fault::whole_priorities_decide) priority = candidate.priority;
  if (fault_ == Fault::equals_preempt) return priority <= processor.running();
  return priority < processor.running();
}

std::vector<std::optional<Gic::Candidate>> Gic::first_ones(unsigned number) const {
  const std::vector<Candidate> all = candidates(number);
  unsigned certain = 0x100;  // the most urgent one that is here for certain
  for (const Candidate& one : all)
    if (one.certain) certain = std::min<unsigned>(certain, one.priority);
  std::vector<std::optional<Candidate>> first;
  for (const Candidate& one : all)
    if (one.priority <= certain) first.emplace_back(one);
  if (certain == 0x100) first.emplace_back();
  return first;
}

/// 12.2: ICC_IAR0_EL1 and ICC_EOIR0_EL1 are Secure software's; those of Group 1 are about the
/// current Security state's, at EL3 about both.
bool Gic::is_about(unsigned n, unsigned group, Who who) const {
  if (!two_states_) return group == n;
  if (fault_ == Fault::secure_interrupts_are_seen_by_all) return (group != 0) == (n != 0);
  if (n == 0) return group == 0 && is_secure(who);
  if (who == Who::EL3) return group != 0;
  return group == (is_secure(who) ? 2U : 1U);
}

std::uint32_t Gic::seen(unsigned n, const Candidate& candidate, Who who) const {
  if (is_about(n, candidate.group, who)) return candidate.INTID;
  const bool tells = two_states_ && n == 0 && who == Who::EL3;
  if (!tells || candidate.group == 0 || fault_ == Fault::EL3_learns_of_nobody) return none;
  return candidate.group == 2 ? for_secure : for_non_secure;
}

std::set<std::uint32_t> Gic::permitted(unsigned number, unsigned n, Who who) const {
  std::set<std::uint32_t> answers;
  for (const std::optional<Candidate>& one : first_ones(number)) {
    const bool taken = one && preempts(processors_[number], *one);
    answers.insert(taken ? seen(n, *one, who) : none);
  }
  return answers;
}

/// 4.6.2.
std::set<unsigned> Gic::lines(unsigned number, Who who) const {
  std::set<unsigned> permitted;
  for (const std::optional<Candidate>& one : first_ones(number)) {
    if (!one || !preempts(processors_[number], *one)) {
      permitted.insert(0);
      continue;
    }
    bool FIQ = one->group == 0;
    if (two_states_ && fault_ != Fault::lines_ignore_the_state) {
      FIQ = FIQ || who == Who::EL3 || (one->group == 2) != is_secure(who);
    }
    permitted.insert(FIQ ? 2 : 1);
  }
  return permitted;
}

void Gic::acknowledge(unsigned number, std::uint32_t INTID) {
  if (INTID >= for_secure && INTID <= none) return;
  unsigned priority = 0, group = 1;
  if (INTID >= lowest_lpi) {
    priority = lpis_[INTID].priority;
    if (fault_ != Fault::LPIs_have_an_active_state) lpis_[INTID].pending_at.reset();
  } else {
    Interrupt& it = interrupt(number, INTID);
    priority = it.priority;
    group = it.group();
    it.latch = false;
    it.active = true;
  }
  Processor& processor = processors_[number];
  processor.active.emplace(group_priority(processor, group, priority), group);
}

void Gic::end(unsigned number, unsigned n, std::uint32_t INTID, Who who) {
  Processor& processor = processors_[number];
  if (INTID >= for_secure && INTID <= none) return;
  if (processor.active.empty()) return;
  const bool right = is_about(n, processor.active.begin()->second, who);
  if (!right && fault_ != Fault::ends_of_the_wrong_group_drop) return;
  processor.active.erase(processor.active.begin());
  const bool apart = processor.EOImode[end_bank(who)];
  if (apart && fault_ != Fault::ends_deactivate_in_EOImode_1) return;
  if (INTID < lowest_lpi) interrupt(number, INTID).active = false;
}

void Gic::deactivate(unsigned number, std::uint32_t INTID, Who who) {
  const bool apart = processors_[number].EOImode[end_bank(who)];
  if (!apart && fault_ != Fault::DIR_works_in_EOImode_0) return;
  if (INTID >= lowest_lpi || (INTID >= for_secure && INTID <= none)) return;
  Interrupt& it = interrupt(number, INTID);
  // Non-secure software: what is Non-secure alone. (No interrupts are routed to EL3 here but FIQs.)
  if (limited(who) && it.group() != 1) return;
  it.active = false;
}

bool Gic::somebody_must_take(std::uint32_t INTID) const {
  for (unsigned number = 0; number < processors_.size(); ++number) {
    const std::vector<Candidate> all = candidates(number);
    const auto it = std::find_if(all.begin(), all.end(),
                                 [INTID](const Candidate& one) { return one.INTID == INTID; });
    if (it != all.end() && preempts(processors_[number], *it)) return true;
  }
  return false;
}

}  // namespace doorbell::gic::reference
