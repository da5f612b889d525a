#include "tests/gic/reference/reference_gic.h"

#include <algorithm>

namespace doorbell::gic::reference {
namespace {

constexpr std::uint32_t none = 1023, lowest_lpi = 8192;

bool is_of_one_processor(std::uint32_t INTID) {
  return INTID < 32 || (INTID >= 1056 && INTID <= 1119);
}

}  // namespace

Interrupt& Gic::interrupt(unsigned processor, std::uint32_t INTID) {
  return is_of_one_processor(INTID) ? private_[processor][INTID] : spis_[INTID];
}

void Gic::set_line(unsigned processor, std::uint32_t INTID, bool level) {
  Interrupt& it = interrupt(processor, INTID);
  const bool rises = level && !it.line;
  it.line = level;
  if (it.edge && rises) it.latch = true;
}

void Gic::set_message(std::uint32_t INTID, bool set) {
  Interrupt& it = interrupt(0, INTID);
  (it.edge ? it.latch : it.message) = set;
}

std::vector<Gic::Candidate> Gic::candidates(unsigned number) const {
  const Processor& processor = processors_[number];
  std::vector<Candidate> found;
  if (!processor.awake) return found;
  const unsigned groups = enabled_groups & processor.enabled_groups;
  const auto consider = [&](std::uint32_t INTID, const Interrupt& it) {
    if (!it.enabled || it.active || !it.pending() || (groups >> it.group & 1) == 0) return;
    if (it.anybody && it.priority >= processor.PMR) return;
    found.push_back({INTID, it.priority, it.group, !it.anybody});
  };
  for (const auto& [INTID, it] : private_[number])
    consider(INTID, it);
  for (const auto& [INTID, it] : spis_)
    if (it.anybody || it.target == number) consider(INTID, it);
  for (const auto& [INTID, it] : lpis_)
    if (it.enabled && it.pending_at == number && (groups & 2) != 0)
      found.push_back({INTID, it.priority, 1, true});
  return found;
}

/// 4.8.3: the field of BPR0 above bit n, of BPR1 from bit n on.
unsigned Gic::group_priority(const Processor& processor, unsigned group, unsigned priority) {
  const bool common = group == 0 || processor.CBPR;
  const unsigned lowest_bit = common ? processor.BPR[0] + 1 : processor.BPR[1];
  return priority >> lowest_bit << lowest_bit;
}

bool Gic::preempts(const Processor& processor, const Candidate& candidate) const {
  if (candidate.priority >= processor.PMR) return false;
  return processor.active.empty() ||
         group_priority(processor, candidate.group, candidate.priority) < processor.running();
}

std::set<std::uint32_t> Gic::permitted(unsigned number, unsigned group) const {
  const Processor& processor = processors_[number];
  const std::vector<Candidate> all = candidates(number);
  unsigned certain = 0x100;  // the most urgent one that is here for certain
  for (const Candidate& one : all)
    if (one.certain) certain = std::min<unsigned>(certain, one.priority);
  std::set<std::uint32_t> answers;
  bool maybe_none = certain == 0x100;
  for (const Candidate& one : all) {
    if (one.priority > certain) continue;
    const bool taken = one.group == group && preempts(processor, one);
    if (taken) answers.insert(one.INTID);
    if (!taken && one.certain) maybe_none = true;
    if (!taken && !one.certain) maybe_none = true;
  }
  if (maybe_none || answers.empty()) answers.insert(none);
  return answers;
}

void Gic::acknowledge(unsigned number, unsigned group, std::uint32_t INTID) {
  if (INTID == none) return;
  unsigned priority = 0;
  if (INTID >= lowest_lpi) {
    priority = lpis_[INTID].priority;
    lpis_[INTID].pending_at.reset();
  } else {
    Interrupt& it = interrupt(number, INTID);
    priority = it.priority;
    it.latch = false;
    it.active = true;
  }
  Processor& processor = processors_[number];
  processor.active.emplace(group_priority(processor, group, priority), group);
}

void Gic::end(unsigned number, unsigned group, std::uint32_t INTID) {
  Processor& processor = processors_[number];
  if (INTID >= 1020 && INTID <= 1023) return;
  if (processor.active.empty() || processor.active.begin()->second != group) return;
  processor.active.erase(processor.active.begin());
  if (!processor.EOImode && INTID < lowest_lpi) interrupt(number, INTID).active = false;
}

void Gic::deactivate(unsigned number, std::uint32_t INTID) {
  if (!processors_[number].EOImode || INTID >= lowest_lpi) return;
  if (INTID < 1020 || INTID > 1023) interrupt(number, INTID).active = false;
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
