#include "tests/gic/reference/comparison.h"

#include <gtest/gtest.h>

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t device = 1, first_event_lpi = 8192;
constexpr std::uint32_t SGIs[] = {1, 5};
constexpr std::uint32_t PPIs[] = {20, 27, 1056, 1063};
constexpr std::uint32_t SPIs[] = {40, 41, 74, 4096, 4103};

GicParameters all_of_it(OneOfN one_of_n, SecurityStates security) {
  GicParameters parameters;
  parameters.common.one_of_n = one_of_n;
  parameters.common.security = security;
  parameters.common.message_spis = true;
  parameters.common.extended_spis = 32;
  parameters.common.extended_ppis = 32;
  return parameters;
}

constexpr PeState state_of(reference::Who who) {
  switch (who) {
    case reference::Who::EL3:
      return {.EL = 3, .secure = true, .SCR_NS = false};
    case reference::Who::secure:
      return {.EL = 1, .secure = true, .SCR_NS = false};
    case reference::Who::non_secure_without_FIQ:
      return {.EL = 1, .SCR_FIQ = true};
    case reference::Who::non_secure:
      break;
  }
  return {};
}

}  // namespace

Comparison::Comparison(OneOfN one_of_n, SecurityStates security, std::uint64_t seed,
                       reference::Fault fault)
    : one_of_n_(one_of_n),
      security_(security),
      bench_(all_of_it(one_of_n, security), processor_count),
      reference_(processor_count, security == SecurityStates::two, fault),
      numbers_(seed) {
  be(two_states() ? Who::EL3 : Who::non_secure);
  bench_.bring_up();
  bench_.map_device(device);
  for (std::uint32_t event = 0; event < events; ++event) {
    bench_.map_event(device, event, first_event_lpi + event, 0);
    bench_.configure(first_event_lpi + event, 0xA2);
    reference_.configure(first_event_lpi + event, 0xA0, false);
  }
  bench_.advance(100 * microsecond);
  for (unsigned p = 0; p < processor_count; ++p) {
    for (const std::uint32_t INTID : SGIs)
      reference_.interrupt(p, INTID).edge = true;
    for (const std::uint32_t INTID : {1u, 5u, 20u, 27u})
      reference_.interrupt(p, INTID).IGROUPR = true;
    open_everything(p);
  }
  for (const std::uint32_t INTID : SPIs)
    reference_.interrupt(0, INTID).target = 0;
}

template <class A, class B>
void Comparison::same(const A& of_model, const B& of_reference, const std::string& what) {
  if (of_model == of_reference || !agreed()) return;
  std::ostringstream text;
  text << what << ": " << testing::PrintToString(of_model) << ", and of the reference "
       << testing::PrintToString(of_reference) << "\n"
       << history();
  difference_ = text.str();
}

bool Comparison::sequence(unsigned length) {
  history_.clear();
  for (unsigned i = 0; i < length && agreed(); ++i)
    step();
  compare_states();
  drain();
  compare_states();
  return agreed();
}

template <class Visit>
void Comparison::for_each(Visit visit) {
  for (unsigned p = 0; p < processor_count; ++p) {
    for (const std::uint32_t INTID : SGIs)
      visit(p, INTID);
    for (const std::uint32_t INTID : PPIs)
      visit(p, INTID);
  }
  for (const std::uint32_t INTID : SPIs)
    visit(0U, INTID);
}

std::uint32_t Comparison::any_interrupt() {
  switch (below(4)) {
    case 0:
      return SGIs[below(std::size(SGIs))];
    case 1:
      return PPIs[below(std::size(PPIs))];
    default:
      return SPIs[below(std::size(SPIs))];
  }
}

reference::Who Comparison::anybody() {
  constexpr Who all[] = {Who::EL3, Who::secure, Who::non_secure, Who::non_secure_without_FIQ};
  return two_states() ? all[below(std::size(all))] : Who::non_secure;
}

/// SCR_EL3.FIQ sends the registers of Group 0 to EL3.
reference::Who Comparison::anybody_for(unsigned n) {
  const Who who = anybody();
  return n == 0 && who == Who::non_secure_without_FIQ ? Who::EL3 : who;
}

void Comparison::be(Who who) {
  who_ = who;
  bench_.run_at(state_of(who));
}

std::string Comparison::history() const {
  std::string text;
  for (const std::string& line : history_)
    text += line + "\n";
  return text;
}

void Comparison::write_bit(const Place& at, std::uint64_t array) {
  bench_.write(*at.frame, array + at.number / 32 * 4, 4, 1u << (at.number % 32));
}

bool Comparison::read_bit(const Place& at, std::uint64_t array) {
  return (bench_.read(*at.frame, array + at.number / 32 * 4, 4) >> (at.number % 32) & 1) != 0;
}

std::uint32_t Comparison::acknowledge(unsigned p, unsigned n) {
  const std::set<std::uint32_t> permitted = reference_.permitted(p, n, who_);
  const auto INTID =
      static_cast<std::uint32_t>(bench_.read_icc(p, n == 0 ? ICC_IAR0_EL1 : ICC_IAR1_EL1));
  note("acknowledge", n, "at", p, "gives", INTID);
  if (permitted.count(INTID) == 0) same(std::set{INTID}, permitted, "acknowledged");
  reference_.acknowledge(p, INTID);
  if (INTID < 1020 || INTID > 1023) held_[p].push_back(INTID);
  settle();
  return INTID;
}

void Comparison::write_end(unsigned p, unsigned n, std::uint32_t INTID) {
  note("end", INTID, "of group", n, "at", p);
  bench_.write_icc(p, n == 0 ? ICC_EOIR0_EL1 : ICC_EOIR1_EL1, INTID);
  reference_.end(p, n, INTID, who_);
}

void Comparison::compare_states() {
  be(anybody());
  for_each([this](unsigned p, std::uint32_t INTID) {
    const Place at = place(p, INTID);
    const std::string which = std::to_string(INTID) + " of " + std::to_string(p);
    same(read_bit(at, at.ISPENDR), reference_.reads_pending(p, INTID, who_), which + " pending");
    same(read_bit(at, at.ISACTIVER), reference_.reads_active(p, INTID, who_), which + " active");
  });
  std::vector<std::size_t> pending(processor_count, 0);
  for (std::uint32_t event = 0; event < events; ++event)
    if (const auto p = reference_.lpi(first_event_lpi + event).pending_at) ++pending[*p];
  for (unsigned p = 0; p < processor_count; ++p) {
    same(bench_.gic.redistributor(p).lpis().pending(), pending[p],
         "LPIs pending at " + std::to_string(p));
    same(bench_.read_icc(p, ICC_RPR_EL1), std::uint64_t{reference_.reads_RPR(p, who_)}, "RPR");
    same(bench_.read_icc(p, ICC_PMR_EL1), std::uint64_t{reference_.reads_PMR(p, who_)}, "PMR");
  }
  compare_lines();
}

void Comparison::compare_lines() {
  settle();
  for (unsigned p = 0; p < processor_count; ++p) {
    const Processor& processor = *bench_.processors[p];
    const unsigned lines = processor.fiq ? 2 : unsigned{processor.irq};
    const std::set<unsigned> permitted = reference_.lines(p, who_);
    if (permitted.count(lines) == 0) same(std::set{lines}, permitted, "lines");
    same(processor.fiq && processor.irq, false, "both lines");
  }
}

/// Everything is enabled at a processor.
void Comparison::open_everything(unsigned p) {
  reference::Processor& r = reference_.processor(p);
  bench_.write(*bench_.gicr[p], 0x14, 4, 0);
  bench_.write_icc(p, ICC_IGRPEN0_EL1, 1);
  if (two_states()) {
    bench_.write_icc(p, ICC_IGRPEN1_EL3, 3);
    bench_.write_icc(p, ICC_CTLR_EL3, 0);
  } else {
    bench_.write_icc(p, ICC_IGRPEN1_EL1, 1);
    bench_.write_icc(p, ICC_CTLR_EL1, 0);
  }
  r.enabled_groups = two_states() ? 7 : 3;
  r.awake = true;
  for (bool& CBPR : r.CBPR)
    CBPR = false;
  for (bool& EOImode : r.EOImode)
    EOImode = false;
  set_mask(p, 0xF8);
}

/// Everything is enabled, and taken until there is nothing.
void Comparison::drain() {
  be(two_states() ? Who::EL3 : Who::non_secure);
  bench_.write(bench_.gicd, 0, 4, two_states() ? 7 : 3);
  reference_.write_control(7, who_);
  for (unsigned p = 0; p < processor_count; ++p) {
    open_everything(p);
    while (!reference_.processor(p).active.empty() && agreed())
      write_end(p, reference_.processor(p).active.begin()->second == 0 ? 0 : 1, 1019);
    held_[p].clear();
  }
  for_each([this](unsigned p, std::uint32_t INTID) {
    if (INTID >= 16) set_line(p, INTID, false);
    const Place at = place(p, INTID);
    write_bit(at, at.ICACTIVER);
    reference_.interrupt(p, INTID).active = false;
  });
  for (const std::uint32_t INTID : SPIs) {
    bench_.write(bench_.gicd, 0x48, 4, INTID);
    reference_.set_message(INTID, false, who_);
  }
  settle();
  bool more = true;
  while (more && agreed()) {
    more = false;
    for (unsigned p = 0; p < processor_count; ++p) {
      for (unsigned n = 0; n < 2; ++n) {
        const std::uint32_t INTID = acknowledge(p, n);
        if (INTID >= 1020 && INTID <= 1023) continue;
        more = true;
        write_end(p, n, INTID);
        settle();
      }
    }
  }
  for (const auto& [INTID, it] : reference_.spis())
    same(it.anybody && reference_.somebody_must_take(INTID), false,
         std::to_string(INTID) + " is taken by nobody");
}

}  // namespace doorbell::gic::test
