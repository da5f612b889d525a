// The whole GIC beside a plain one that was written from the specification (tests/gic/reference),
// over random sequences of what software and devices do: the same INTID at each acknowledge (or one
// of those that the architecture leaves open), and the same pending and active interrupts after
// each sequence, which ends with everything taken. A million sequences where DOORBELL_LONG is 1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <sstream>
#include <string_view>

#include "doorbell/core/arch/random.h"
#include "tests/gic/gic_bench.h"
#include "tests/gic/reference/reference_gic.h"
#include "tests/gic/register_place.h"

namespace doorbell::gic::test {
namespace {

constexpr unsigned processor_count = 3;
constexpr std::uint32_t device = 1, first_event_lpi = 8192, events = 4;
constexpr std::uint32_t SGIs[] = {1, 5};
constexpr std::uint32_t PPIs[] = {20, 27, 1056, 1063};
constexpr std::uint32_t SPIs[] = {40, 41, 74, 4096, 4103};
constexpr std::uint64_t IRM = 1ULL << 31;

GicParameters all_of_it(OneOfN one_of_n) {
  GicParameters parameters;
  parameters.common.one_of_n = one_of_n;
  parameters.common.message_spis = true;
  parameters.common.extended_spis = 32;
  parameters.common.extended_ppis = 32;
  return parameters;
}

class Comparison {
 public:
  Comparison(OneOfN one_of_n, std::uint64_t seed)
      : one_of_n_(one_of_n), bench_(all_of_it(one_of_n), processor_count), numbers_(seed) {
    bench_.bring_up();
    bench_.map_device(device);
    for (std::uint32_t event = 0; event < events; ++event) {
      bench_.map_event(device, event, first_event_lpi + event, 0);
      bench_.configure(first_event_lpi + event, 0xA2);
      reference_.lpi(first_event_lpi + event).priority = 0xA0;
    }
    bench_.advance(100 * microsecond);
    for (unsigned p = 0; p < processor_count; ++p) {
      reference_.processor(p).PMR = 0xF0;
      reference_.processor(p).enabled_groups = 2;
      for (const std::uint32_t INTID : SGIs)
        reference_.interrupt(p, INTID).edge = true;
      for (const std::uint32_t INTID : {1u, 5u, 20u, 27u})
        reference_.interrupt(p, INTID).group = 1;
    }
    for (const std::uint32_t INTID : SPIs)
      reference_.interrupt(0, INTID).target = 0;
  }

  void sequence(unsigned length) {
    history_.clear();
    for (unsigned i = 0; i < length && !testing::Test::HasFailure(); ++i)
      step();
    compare_states();
    drain();
    compare_states();
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return numbers_.next() % limit; }
  template <std::size_t size>
  std::uint32_t one_of(const std::uint32_t (&list)[size]) {
    return list[below(size)];
  }
  unsigned any_processor() { return static_cast<unsigned>(below(processor_count)); }
  std::uint8_t any_priority() { return static_cast<std::uint8_t>(below(32) << 3); }
  std::uint32_t any_interrupt() {
    switch (below(4)) {
      case 0:
        return one_of(SGIs);
      case 1:
        return one_of(PPIs);
      default:
        return one_of(SPIs);
    }
  }
  template <class... Words>
  void note(const Words&... words) {
    std::ostringstream text;
    ((text << words << ' '), ...);
    history_.push_back(text.str());
    if (history_.size() > 40) history_.pop_front();
  }
  std::string history() const {
    std::string text;
    for (const std::string& line : history_)
      text += line + "\n";
    return text;
  }
  void settle() { bench_.advance(microsecond); }

  Place place(unsigned p, std::uint32_t INTID) { return place_of(bench_, p, INTID); }
  void write_bit(const Place& at, std::uint64_t array) {
    bench_.write(*at.frame, array + at.number / 32 * 4, 4, 1u << (at.number % 32));
  }
  bool read_bit(const Place& at, std::uint64_t array) {
    return (bench_.read(*at.frame, array + at.number / 32 * 4, 4) >> (at.number % 32) & 1) != 0;
  }

  void step() {
    switch (below(16)) {
      case 0:
      case 1:
        return drive();
      case 2:
        return program();
      case 3:
        return prioritise();
      case 4:
        return set_group_or_edge();
      case 5:
        return route();
      case 6:
        return set_pending();
      case 7:
        return change_interface();
      case 8:
        return change_lpi();
      case 9:
        return ring();
      case 10:
        return sleep_or_mask();
      case 11:
        return end();
      default:
        acknowledge(any_processor(), static_cast<unsigned>(below(4) != 0));
    }
  }

  void drive() {
    const unsigned p = any_processor();
    const bool level = below(2) != 0;
    const bool is_ppi = below(2) != 0;
    const std::uint32_t INTID = is_ppi ? one_of(PPIs) : one_of(SPIs);
    note("line", INTID, "of", p, level);
    set_line(p, INTID, level);
    if (below(4) == 0) {
      const std::uint32_t message = one_of(SPIs);
      note("message", message, level);
      bench_.write(bench_.gicd, level ? 0x40 : 0x48, 4, message);
      reference_.set_message(message, level);
    }
    settle();
  }
  void set_line(unsigned p, std::uint32_t INTID, bool level) {
    const bool is_spi = INTID >= 4096 || (INTID >= 32 && INTID < 1020);
    WireIn& wire =
        is_spi ? bench_.gic.distributor().spi(INTID) : bench_.gic.redistributor(p).ppi(INTID);
    static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->()->set(level, Bench::time());
    reference_.set_line(p, INTID, level);
  }

  void program() {
    const unsigned p = any_processor();
    const std::uint32_t INTID = any_interrupt();
    const bool enable = below(4) != 0;
    note(enable ? "enable" : "disable", INTID, "of", p);
    const Place at = place(p, INTID);
    write_bit(at, enable ? at.ISENABLER : at.ICENABLER);
    reference_.interrupt(p, INTID).enabled = enable;
    settle();
  }

  void prioritise() {
    const unsigned p = any_processor();
    const std::uint32_t INTID = any_interrupt();
    const std::uint8_t priority = any_priority();
    note("priority", INTID, "of", p, unsigned{priority});
    const Place at = place(p, INTID);
    bench_.write(*at.frame, at.IPRIORITYR + at.number, 1, priority);
    reference_.interrupt(p, INTID).priority = priority;
    settle();
  }

  void set_group_or_edge() {
    const unsigned p = any_processor();
    const std::uint32_t INTID = any_interrupt();
    const Place at = place(p, INTID);
    const bool set = below(3) != 0;
    reference::Interrupt& it = reference_.interrupt(p, INTID);
    const bool group = INTID < 16 || below(2) != 0;
    note(group ? "group" : "edge", INTID, "of", p, set);
    const std::uint64_t offset =
        group ? at.IGROUPR + at.number / 32 * 4 : at.ICFGR + at.number / 16 * 4;
    const unsigned shift = group ? at.number % 32 : at.number % 16 * 2 + 1;
    const std::uint64_t value = bench_.read(*at.frame, offset, 4) & ~(1ULL << shift);
    bench_.write(*at.frame, offset, 4, value | std::uint64_t{set} << shift);
    if (group) {
      it.group = set;
    } else {
      it.edge = set;
    }
    settle();
  }

  void route() {
    const std::uint32_t INTID = one_of(SPIs);
    const bool anybody = one_of_n_ != OneOfN::none && below(2) != 0;
    const auto target = static_cast<unsigned>(below(processor_count + 1));  // one isn't there
    note("route", INTID, anybody ? 99 : target);
    const std::uint64_t base = INTID < 4096 ? 0x6000 + 8 * INTID : 0x8000 + 8 * (INTID - 4096);
    bench_.write(bench_.gicd, base, 8, anybody ? IRM : target);
    reference::Interrupt& it = reference_.interrupt(0, INTID);
    it.anybody = anybody;
    it.target = target;
    settle();
  }

  void set_pending() {
    const unsigned p = any_processor();
    if (below(3) == 0) {
      const std::uint32_t INTID = one_of(SGIs);
      const unsigned group = static_cast<unsigned>(below(2));
      note("sgi", INTID, "to", p, "of group", group);
      bench_.write_icc(any_processor(), group == 0 ? ICC_SGI0R_EL1 : ICC_SGI1R_EL1,
                       std::uint64_t{INTID} << 24 | 1u << p);
      reference::Interrupt& it = reference_.interrupt(p, INTID);
      if (it.group == group) it.latch = true;
      return settle();
    }
    const std::uint32_t INTID = any_interrupt();
    const bool set = below(2) != 0;
    note(set ? "set pending" : "clear pending", INTID, "of", p);
    const Place at = place(p, INTID);
    write_bit(at, set ? at.ISPENDR : at.ICPENDR);
    reference_.interrupt(p, INTID).latch = set;
    settle();
  }

  void change_interface() {
    const unsigned p = any_processor();
    reference::Processor& r = reference_.processor(p);
    const std::uint64_t value = below(8);
    switch (below(4)) {
      case 0:
        note("BPR0 of", p, value);
        bench_.write_icc(p, ICC_BPR0_EL1, value);
        r.BPR[0] = std::max<unsigned>(static_cast<unsigned>(value), 2);
        break;
      case 1:
        note("BPR1 of", p, value);
        bench_.write_icc(p, ICC_BPR1_EL1, value);
        if (!r.CBPR) r.BPR[1] = std::max<unsigned>(static_cast<unsigned>(value), 3);
        break;
      case 2:
        note("CTLR of", p, value & 3);
        bench_.write_icc(p, ICC_CTLR_EL1, value & 3);
        r.CBPR = (value & 1) != 0;
        r.EOImode = (value & 2) != 0;
        break;
      default:
        note("groups of", p, value & 3);
        set_groups(p, value & 3);
    }
    settle();
  }
  void set_groups(unsigned p, std::uint64_t groups) {
    bench_.write_icc(p, ICC_IGRPEN0_EL1, groups & 1);
    bench_.write_icc(p, ICC_IGRPEN1_EL1, groups >> 1);
    reference_.processor(p).enabled_groups = static_cast<unsigned>(groups);
  }

  void change_lpi() {
    const auto event = static_cast<std::uint32_t>(below(events));
    const std::uint32_t INTID = first_event_lpi + event;
    reference::Lpi& lpi = reference_.lpi(INTID);
    switch (below(4)) {
      case 0: {
        const std::uint8_t priority = any_priority();
        const bool enabled = below(4) != 0;
        note("configure", INTID, unsigned{priority}, enabled);
        bench_.configure(INTID, static_cast<std::uint8_t>(priority | 2 | (enabled ? 1 : 0)));
        issue({.opcode = ItsOpcode::INV, .DeviceID = device, .EventID = event});
        lpi.priority = priority;
        lpi.enabled = enabled;
        break;
      }
      case 1: {
        const unsigned p = any_processor();
        note("move", INTID, "to", p);
        issue({.opcode = ItsOpcode::MOVI,
               .DeviceID = device,
               .EventID = event,
               .ICID = static_cast<std::uint16_t>(p)});
        at_[event] = p;
        if (lpi.pending_at) lpi.pending_at = p;
        break;
      }
      case 2:
        note("clear", INTID);
        issue({.opcode = ItsOpcode::CLEAR, .DeviceID = device, .EventID = event});
        lpi.pending_at.reset();
        break;
      default:
        note("discard", INTID);
        issue({.opcode = ItsOpcode::DISCARD, .DeviceID = device, .EventID = event});
        lpi.pending_at.reset();
        bench_.doorbell(device, event);  // unmapped: dropped
        bench_.map_event(device, event, INTID, static_cast<std::uint16_t>(at_[event]));
    }
    settle();
  }
  void issue(const ItsCommand& command) {
    bench_.issue({command});
    bench_.sync();
  }

  void ring() {
    const auto event = static_cast<std::uint32_t>(below(events));
    note("ring", first_event_lpi + event);
    bench_.doorbell(device, event);
    reference::Lpi& lpi = reference_.lpi(first_event_lpi + event);
    if (!lpi.pending_at) lpi.pending_at = at_[event];
    settle();
  }

  void sleep_or_mask() {
    const unsigned p = any_processor();
    if (below(4) == 0) {
      const std::uint64_t groups = below(8) == 0 ? below(4) : 3;
      note("distributor's groups", groups);
      bench_.write(bench_.gicd, 0, 4, 0x10 | groups);
      reference_.enabled_groups = static_cast<unsigned>(groups);
    } else if (below(3) == 0) {
      const bool awake = below(3) != 0;
      note(awake ? "wake" : "sleep", p);
      bench_.write(*bench_.gicr[p], 0x14, 4, awake ? 0 : 2);
      reference_.processor(p).awake = awake;
    } else {
      set_mask(p, any_priority());
    }
    settle();
  }
  void set_mask(unsigned p, std::uint8_t PMR) {
    note("PMR of", p, unsigned{PMR});
    bench_.write_icc(p, ICC_PMR_EL1, PMR);
    reference_.processor(p).PMR = PMR;
  }

  std::uint32_t acknowledge(unsigned p, unsigned group) {
    const std::set<std::uint32_t> permitted = reference_.permitted(p, group);
    const auto INTID =
        static_cast<std::uint32_t>(bench_.read_icc(p, group == 0 ? ICC_IAR0_EL1 : ICC_IAR1_EL1));
    note("acknowledge", group, "at", p, "gives", INTID);
    EXPECT_EQ(permitted.count(INTID), 1u)
        << INTID << " isn't in " << testing::PrintToString(permitted) << "\n"
        << history();
    reference_.acknowledge(p, group, INTID);
    if (INTID != 1023) held_[p].push_back(INTID);
    settle();
    return INTID;
  }

  /// Mostly of what was acknowledged last, and of its group.
  void end() {
    const unsigned p = any_processor();
    if (held_[p].empty()) return;
    const std::size_t which = below(8) == 0 ? below(held_[p].size()) : held_[p].size() - 1;
    const std::uint32_t INTID = held_[p][which];
    if (below(4) == 0) {
      note("deactivate", INTID, "at", p);
      bench_.write_icc(p, ICC_DIR_EL1, INTID);
      reference_.deactivate(p, INTID);
    } else {
      const auto group = static_cast<unsigned>(below(4) != 0);
      write_end(p, group, INTID);
      held_[p].erase(held_[p].begin() + static_cast<std::ptrdiff_t>(which));
    }
    settle();
  }
  void write_end(unsigned p, unsigned group, std::uint32_t INTID) {
    note("end", INTID, "of group", group, "at", p);
    bench_.write_icc(p, group == 0 ? ICC_EOIR0_EL1 : ICC_EOIR1_EL1, INTID);
    reference_.end(p, group, INTID);
  }

  template <class Visit>
  void for_each(Visit visit) {
    for (unsigned p = 0; p < processor_count; ++p) {
      for (const std::uint32_t INTID : SGIs)
        visit(p, INTID);
      for (const std::uint32_t INTID : PPIs)
        visit(p, INTID);
    }
    for (const std::uint32_t INTID : SPIs)
      visit(0U, INTID);
  }

  void compare_states() {
    for_each([this](unsigned p, std::uint32_t INTID) {
      const Place at = place(p, INTID);
      const reference::Interrupt& it = reference_.interrupt(p, INTID);
      EXPECT_EQ(read_bit(at, at.ISPENDR), it.pending()) << INTID << " of " << p << "\n"
                                                        << history();
      EXPECT_EQ(read_bit(at, at.ISACTIVER), it.active) << INTID << " of " << p << "\n" << history();
    });
    std::vector<std::size_t> pending(processor_count, 0);
    for (std::uint32_t event = 0; event < events; ++event)
      if (const auto p = reference_.lpi(first_event_lpi + event).pending_at) ++pending[*p];
    for (unsigned p = 0; p < processor_count; ++p) {
      EXPECT_EQ(bench_.gic.redistributor(p).lpis().pending(), pending[p]) << "LPIs of " << p << "\n"
                                                                          << history();
      EXPECT_EQ(bench_.read_icc(p, ICC_RPR_EL1), reference_.processor(p).running()) << history();
    }
  }

  /// Everything is enabled, and taken until there is nothing.
  void drain() {
    bench_.write(bench_.gicd, 0, 4, 0x13);
    reference_.enabled_groups = 3;
    for (unsigned p = 0; p < processor_count; ++p) {
      bench_.write(*bench_.gicr[p], 0x14, 4, 0);
      reference_.processor(p).awake = true;
      set_groups(p, 3);
      set_mask(p, 0xF8);
      bench_.write_icc(p, ICC_CTLR_EL1, 0);
      reference_.processor(p).CBPR = reference_.processor(p).EOImode = false;
      while (!reference_.processor(p).active.empty() && !testing::Test::HasFailure())
        write_end(p, reference_.processor(p).active.begin()->second, 1019);
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
      reference_.set_message(INTID, false);
    }
    settle();
    bool more = true;
    while (more && !testing::Test::HasFailure()) {
      more = false;
      for (unsigned p = 0; p < processor_count; ++p) {
        for (unsigned group = 0; group < 2; ++group) {
          const std::uint32_t INTID = acknowledge(p, group);
          if (INTID == 1023) continue;
          more = true;
          write_end(p, group, INTID);
          settle();
        }
      }
    }
    for (const auto& [INTID, it] : reference_.spis()) {
      EXPECT_FALSE(it.anybody && reference_.somebody_must_take(INTID)) << INTID << "\n"
                                                                       << history();
    }
  }

  OneOfN one_of_n_;
  Bench bench_;
  reference::Gic reference_{processor_count};
  Random numbers_;
  unsigned at_[events] = {};
  std::vector<std::uint32_t> held_[processor_count];
  std::deque<std::string> history_;
};

class Reference : public testing::TestWithParam<OneOfN> {};

TEST_P(Reference, AgreesOverRandomSequences) {
  const char* const wish = std::getenv("DOORBELL_LONG");
  const bool at_length = wish != nullptr && std::string_view(wish) == "1";
  const unsigned sequences = at_length ? 250'000 : 300;  // a million with all policies
  Comparison comparison(GetParam(), 1 + static_cast<std::uint64_t>(GetParam()));
  for (unsigned i = 0; i < sequences && !HasFailure(); ++i)
    comparison.sequence(24);
}

std::string name_of(const testing::TestParamInfo<OneOfN>& tested) {
  static constexpr const char* names[] = {"None", "First", "RoundRobin", "LeastLoaded"};
  return names[static_cast<unsigned>(tested.param)];
}

INSTANTIATE_TEST_SUITE_P(OneOfN, Reference,
                         testing::Values(OneOfN::none, OneOfN::first, OneOfN::round_robin,
                                         OneOfN::least_loaded),
                         name_of);

}  // namespace
}  // namespace doorbell::gic::test
