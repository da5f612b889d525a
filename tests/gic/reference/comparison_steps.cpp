// The steps of a random sequence, done to both.
#include "tests/gic/reference/comparison.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t device = 1, first_event_lpi = 8192;
constexpr std::uint32_t SGIs[] = {1, 5};
constexpr std::uint32_t PPIs[] = {20, 27, 1056, 1063};
constexpr std::uint32_t SPIs[] = {40, 41, 74, 4096, 4103};
constexpr std::uint64_t IRM = 1ULL << 31;

}  // namespace

void Comparison::step() {
  switch (below(18)) {
    case 0:
    case 1:
      return drive();
    case 2:
      return program();
    case 3:
      return prioritise();
    case 4:
      return below(2) == 0 ? set_groups_of() : set_edge();
    case 5:
      return route();
    case 6:
      return below(3) == 0 ? send_sgi() : set_pending();
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
    case 12:
      if (two_states()) return permit();
      [[fallthrough]];
    default: {
      const auto n = static_cast<unsigned>(below(4) != 0);
      be(anybody_for(n));
      acknowledge(any_processor(), n);
    }
  }
}

void Comparison::drive() {
  be(anybody());
  const unsigned p = any_processor();
  const bool level = below(2) != 0;
  const std::uint32_t INTID =
      below(2) != 0 ? PPIs[below(std::size(PPIs))] : SPIs[below(std::size(SPIs))];
  note("line", INTID, "of", p, level);
  set_line(p, INTID, level);
  if (below(4) == 0) {
    const std::uint32_t message = SPIs[below(std::size(SPIs))];
    note("message", message, level);
    bench_.write(bench_.gicd, level ? 0x40 : 0x48, 4, message);
    reference_.set_message(message, level, who_);
  }
  settle();
}

void Comparison::set_line(unsigned p, std::uint32_t INTID, bool level) {
  const bool is_spi = INTID >= 4096 || (INTID >= 32 && INTID < 1020);
  WireIn& wire =
      is_spi ? bench_.gic.distributor().spi(INTID) : bench_.gic.redistributor(p).ppi(INTID);
  static_cast<sc_core::sc_export<WireInterface>&>(wire).operator->()->set(level, Bench::time());
  reference_.set_line(p, INTID, level);
}

void Comparison::program() {
  be(anybody());
  const unsigned p = any_processor();
  const std::uint32_t INTID = any_interrupt();
  const bool enable = below(4) != 0;
  note(enable ? "enable" : "disable", INTID, "of", p);
  const Place at = place(p, INTID);
  write_bit(at, enable ? at.ISENABLER : at.ICENABLER);
  reference_.enable(p, INTID, enable, who_);
  settle();
}

void Comparison::prioritise() {
  be(anybody());
  const unsigned p = any_processor();
  const std::uint32_t INTID = any_interrupt();
  const std::uint8_t priority = any_priority();
  note("priority", INTID, "of", p, unsigned{priority});
  const Place at = place(p, INTID);
  bench_.write(*at.frame, at.IPRIORITYR + at.number, 1, priority);
  reference_.prioritise(p, INTID, priority, who_);
  settle();
}

void Comparison::set_groups_of() {
  be(anybody());
  const unsigned p = any_processor();
  const std::uint32_t INTID = any_interrupt();
  const bool IGROUPR = below(2) != 0, IGRPMODR = below(2) != 0;
  note("groups", INTID, "of", p, IGROUPR, IGRPMODR);
  const Place at = place(p, INTID);
  const auto write = [&](std::uint64_t array, bool set) {
    const std::uint64_t offset = array + at.number / 32 * 4, bit = 1ULL << (at.number % 32);
    const std::uint64_t others = bench_.read(*at.frame, offset, 4) & ~bit;
    bench_.write(*at.frame, offset, 4, others | (set ? bit : 0));
  };
  write(at.IGROUPR, IGROUPR);
  const std::uint64_t modifiers = at.IGROUPR == 0x1000 ? 0x3400 : at.IGROUPR + 0xC80;
  write(modifiers, IGRPMODR);
  reference_.write_groups(p, INTID, IGROUPR, IGRPMODR, who_);
  settle();
}

void Comparison::set_edge() {
  be(anybody());
  const unsigned p = any_processor();
  const std::uint32_t INTID = any_interrupt();
  if (INTID < 16) return;
  const bool edge = below(3) != 0;
  note("edge", INTID, "of", p, edge);
  const Place at = place(p, INTID);
  const std::uint64_t offset = at.ICFGR + at.number / 16 * 4;
  const unsigned shift = at.number % 16 * 2 + 1;
  const std::uint64_t others = bench_.read(*at.frame, offset, 4) & ~(1ULL << shift);
  bench_.write(*at.frame, offset, 4, others | std::uint64_t{edge} << shift);
  reference_.make_edge(p, INTID, edge, who_);
  settle();
}

/// GICD_NSACR<n>.
void Comparison::permit() {
  be(anybody());
  const std::uint32_t INTID = SPIs[below(std::size(SPIs))];
  const std::uint64_t access = below(4);
  note("NSACR", INTID, access);
  const std::uint32_t number = INTID < 4096 ? INTID : INTID - 4096;
  const std::uint64_t offset = (INTID < 4096 ? 0xE00 : 0x3600) + number / 16 * 4;
  const unsigned shift = number % 16 * 2;
  const std::uint64_t others = bench_.read(bench_.gicd, offset, 4) & ~(3ULL << shift);
  bench_.write(bench_.gicd, offset, 4, others | access << shift);
  reference_.write_NSACR(INTID, static_cast<unsigned>(access), who_);
  settle();
}

void Comparison::route() {
  be(anybody());
  const std::uint32_t INTID = SPIs[below(std::size(SPIs))];
  const bool anyone = one_of_n_ != OneOfN::none && below(2) != 0;
  const auto target = static_cast<unsigned>(below(processor_count + 1));  // one isn't there
  note("route", INTID, anyone ? 99 : target);
  const std::uint64_t base = INTID < 4096 ? 0x6000 + 8 * INTID : 0x8000 + 8 * (INTID - 4096);
  bench_.write(bench_.gicd, base, 8, anyone ? IRM : target);
  reference_.route(INTID, anyone, target, who_);
  settle();
}

void Comparison::set_pending() {
  be(anybody());
  const unsigned p = any_processor();
  const std::uint32_t INTID = any_interrupt();
  const bool set = below(2) != 0;
  note(set ? "set pending" : "clear pending", INTID, "of", p);
  const Place at = place(p, INTID);
  write_bit(at, set ? at.ISPENDR : at.ICPENDR);
  reference_.write_pending(p, INTID, set, who_);
  settle();
}

void Comparison::send_sgi() {
  constexpr std::uint32_t registers[] = {ICC_SGI0R_EL1, ICC_SGI1R_EL1, ICC_ASGI1R_EL1};
  const auto which = static_cast<unsigned>(below(3));
  be(anybody_for(which == 0 ? 0 : 1));
  const unsigned p = any_processor();
  const std::uint32_t INTID = SGIs[below(std::size(SGIs))];
  note("sgi", INTID, "to", p, "by", which);
  bench_.write_icc(any_processor(), registers[which], std::uint64_t{INTID} << 24 | 1u << p);
  reference_.send_sgi(p, INTID, which, who_);
  settle();
}

void Comparison::change_interface() {
  const unsigned p = any_processor();
  const auto value = static_cast<unsigned>(below(8));
  const auto n = static_cast<unsigned>(below(2));
  be(anybody_for(n));
  switch (below(4)) {
    case 0:
    case 1:
      note("BPR", n, "of", p, value);
      bench_.write_icc(p, n == 0 ? ICC_BPR0_EL1 : ICC_BPR1_EL1, value);
      reference_.write_BPR(p, n, value, who_);
      break;
    case 2:
      if (two_states() && below(2) == 0) return change_common_binary_points(p);
      note("CTLR of", p, value & 3);
      bench_.write_icc(p, ICC_CTLR_EL1, value & 3);
      reference_.write_CTLR(p, (value & 1) != 0, (value & 2) != 0, who_);
      break;
    default: {
      const bool enabled = below(4) != 0;
      note("enable of group", n, "at", p, enabled);
      bench_.write_icc(p, n == 0 ? ICC_IGRPEN0_EL1 : ICC_IGRPEN1_EL1, enabled);
      reference_.write_enables(p, n, enabled, who_);
    }
  }
  settle();
}

/// ICC_CTLR_EL3, all of it.
void Comparison::change_common_binary_points(unsigned p) {
  be(Who::EL3);
  const std::uint64_t value = below(32);
  note("CTLR_EL3 of", p, value);
  bench_.write_icc(p, ICC_CTLR_EL3, value);
  reference::Processor& r = reference_.processor(p);
  r.CBPR[1] = (value & 1) != 0;
  r.CBPR[0] = (value & 2) != 0;
  r.EOImode[2] = (value & 4) != 0;
  r.EOImode[1] = (value & 8) != 0;
  r.EOImode[0] = (value & 16) != 0;
  settle();
}

void Comparison::configure(std::uint32_t event, std::uint8_t priority, bool enabled) {
  const std::uint32_t INTID = first_event_lpi + event;
  note("configure", INTID, unsigned{priority}, enabled);
  bench_.configure(INTID, static_cast<std::uint8_t>(priority | 2 | (enabled ? 1 : 0)));
  issue({.opcode = ItsOpcode::INV, .DeviceID = device, .EventID = event});
  reference_.configure(INTID, priority, enabled);
}

void Comparison::change_lpi() {
  be(anybody());
  const auto event = static_cast<std::uint32_t>(below(events));
  const std::uint32_t INTID = first_event_lpi + event;
  switch (below(4)) {
    case 0:
      configure(event, any_priority(), below(4) != 0);
      break;
    case 1: {
      const unsigned p = any_processor();
      note("move", INTID, "to", p);
      issue({.opcode = ItsOpcode::MOVI,
             .DeviceID = device,
             .EventID = event,
             .ICID = static_cast<std::uint16_t>(p)});
      at_[event] = p;
      reference_.move(INTID, p);
      break;
    }
    case 2:
      note("clear", INTID);
      issue({.opcode = ItsOpcode::CLEAR, .DeviceID = device, .EventID = event});
      reference_.lpi(INTID).pending_at.reset();
      break;
    default:
      note("discard", INTID);
      issue({.opcode = ItsOpcode::DISCARD, .DeviceID = device, .EventID = event});
      reference_.lpi(INTID).pending_at.reset();
      bench_.doorbell(device, event);  // unmapped: dropped
      bench_.map_event(device, event, INTID, static_cast<std::uint16_t>(at_[event]));
  }
  settle();
}

void Comparison::issue(const ItsCommand& command) {
  bench_.issue({command});
  bench_.sync();
}

void Comparison::ring() {
  const auto event = static_cast<std::uint32_t>(below(events));
  note("ring", first_event_lpi + event);
  bench_.doorbell(device, event);
  reference::Lpi& lpi = reference_.lpi(first_event_lpi + event);
  if (!lpi.pending_at) lpi.pending_at = at_[event];
  settle();
}

void Comparison::sleep_or_mask() {
  be(anybody());
  const unsigned p = any_processor();
  if (below(4) == 0) {
    const std::uint64_t groups = below(8) == 0 ? below(8) : 7;
    note("distributor's groups", groups);
    bench_.write(bench_.gicd, 0, 4, groups);
    reference_.write_control(static_cast<unsigned>(groups), who_);
  } else if (below(3) == 0) {
    const bool awake = below(3) != 0;
    note(awake ? "wake" : "sleep", p);
    bench_.write(*bench_.gicr[p], 0x14, 4, awake ? 0 : 2);
    reference_.sleep(p, awake, who_);
  } else {
    set_mask(p, any_priority());
  }
  settle();
}

void Comparison::set_mask(unsigned p, std::uint8_t PMR) {
  note("PMR of", p, unsigned{PMR});
  bench_.write_icc(p, ICC_PMR_EL1, PMR);
  reference_.write_PMR(p, PMR, who_);
}

/// Mostly of what was acknowledged last, and of its group.
void Comparison::end() {
  const unsigned p = any_processor();
  if (held_[p].empty()) return;
  const std::size_t which = below(8) == 0 ? below(held_[p].size()) : held_[p].size() - 1;
  const std::uint32_t INTID = held_[p][which];
  if (below(4) == 0) {
    be(anybody());
    note("deactivate", INTID, "at", p);
    bench_.write_icc(p, ICC_DIR_EL1, INTID);
    reference_.deactivate(p, INTID, who_);
  } else {
    const auto n = static_cast<unsigned>(below(4) != 0);
    be(anybody_for(n));
    write_end(p, n, INTID);
    held_[p].erase(held_[p].begin() + static_cast<std::ptrdiff_t>(which));
  }
  settle();
}

}  // namespace doorbell::gic::test
