#include "doorbell/gic/cpu_interface.h"

#include <algorithm>

#include "doorbell/core/arch/state.h"
#include "doorbell/gic/arch/intid.h"
#include "doorbell/gic/arch/its_tables.h"

namespace doorbell::gic {
namespace {

/// A group priority each can be active, and software that ends nothing adds more.
constexpr std::size_t most_active = 1 << 20;

}  // namespace

CpuInterface::CpuInterface(const sc_core::sc_module_name& name, const GicCommonParameters& common,
                           const CpuInterfaceParameters& parameters, bool range_selector,
                           InterruptSource& redistributor)
    : Module(name),
      socket("socket"),
      clock_(scheduler(), common.frequency),
      register_access_(parameters.register_access),
      line_latency_(clock_.duration(parameters.interrupt_cycles)),
      stage_(
          simulation().stages().add({"cpu_acknowledge", 100, "",
                                     "Waiting for the processor to read ICC_IAR1_EL1; that read"})),
      redistributor_(redistributor),
      state_({.priority_bits = common.priority_bits,
              .extended_range = common.extended_spis != 0 || common.extended_ppis != 0,
              .range_selector = range_selector,
              .two_security_states = common.security == SecurityStates::two}),
      acknowledged_(statistics(), "acknowledged",
                    {.unit = "interrupts", .help = "Read from ICC_IAR0/1_EL1"}),
      acknowledged_lpis_(statistics(), "acknowledged_lpis",
                         {.unit = "LPIs", .help = "Of those, LPIs"}),
      spurious_(statistics(), "spurious",
                {.unit = "reads",
                 .better = Better::lower,
                 .help = "Reads of ICC_IAR0/1_EL1 that gave 1023"}),
      interrupts_(statistics(), "interrupts",
                  {.unit = "edges", .help = "Times the IRQ line was raised"}) {
  socket.bind(static_cast<CpuInterfaceForward&>(*this));
  choose_lines();
}

/// Its lines follow, when it settles.
template <class Self, class State>
void CpuInterface::describe(Self& self, State& state) {
  state.group("registers",
              [&self](auto& inner) { CpuInterfaceState::describe(self.state_, inner); });
  state.sequence("active", self.active_, most_active);
}

void CpuInterface::save(StateWriter& state) const {
  describe(*this, state);
}

void CpuInterface::restore(StateReader& state) {
  describe(*this, state);
  choose_lines();
}

void CpuInterface::choose_lines() {
  by_FIQ_ = groups_by_FIQ(processor_, state_.two_states());
}

void CpuInterface::set_state(const PeState& state) {
  processor_ = state;
  choose_lines();
  update_lines(now());  // an interrupt isn't taken once more by the line of the state before
}

void CpuInterface::disable_security() {
  state_.disable_security();
  choose_lines();
  update();
}

void CpuInterface::update() {
  update_lines(now() + line_latency_);
}

void CpuInterface::update_lines(Time at) {
  const PendingInterrupt pending = highest();
  const bool interrupts = state_.interrupts(pending);
  const bool irq = interrupts && !comes_by_FIQ(pending);
  if (!irq) {
    signalled_ = spurious_INTID;
  } else if (pending.INTID != signalled_) {
    signalled_ = pending.INTID;
    if (const JourneyHandle journey = redistributor_.journey(pending.INTID)) {
      const Time raised = irq_ ? now() : at;
      journey.serve(now(), "IRQ line");
      journey.enter(stage_, raised);
      journey.wait(raised, "processor", socket->activity());
    }
  }
  if (interrupts || !pending.valid()) {
    held_back_ = spurious_INTID;
  } else if (pending.INTID != held_back_) {
    tell_who_is_active(pending);
  }
  if (irq && !irq_) interrupts_.add();
  const bool fiq = interrupts && comes_by_FIQ(pending);
  if (irq != irq_) signal(CpuInterfaceBackward::Line::irq, irq_, irq, at);
  if (fiq != fiq_) signal(CpuInterfaceBackward::Line::fiq, fiq_, fiq, at);
}

/// The most urgent interrupt that must not interrupt yet learns who is active, or that it is
/// masked.
void CpuInterface::tell_who_is_active(const PendingInterrupt& pending) {
  held_back_ = pending.INTID;
  const JourneyHandle journey = redistributor_.journey(pending.INTID);
  if (!journey) return;
  const Holder masked{"a mask of the processor's", Holder::no_number};
  const Holder handler{"handler of INTID", active_.empty() ? 0 : active_.back()};
  journey.wait(now(), "CPU interface", active_.empty() ? masked : handler);
}

void CpuInterface::signal(CpuInterfaceBackward::Line line, bool& level, bool wanted, Time at) {
  level = wanted;
  socket->set_line(line, level, at);
}

void CpuInterface::settle() {
  const PendingInterrupt pending = highest();
  const bool interrupts = state_.interrupts(pending);
  irq_ = interrupts && !comes_by_FIQ(pending);
  fiq_ = interrupts && comes_by_FIQ(pending);
  socket->set_line(CpuInterfaceBackward::Line::irq, irq_, now());
  socket->set_line(CpuInterfaceBackward::Line::fiq, fiq_, now());
  signalled_ = held_back_ = spurious_INTID;
}

/// Done, or the exception to be taken.
SystemAccess CpuInterface::decide(std::uint32_t encoding, bool is_write, const PeState& who) {
  const IccRegisterInfo* const info = find_icc(encoding);
  return info == nullptr ? SystemAccess::undefined : access_of(*info, is_write, who);
}

CpuInterfaceForward::Value CpuInterface::read(std::uint32_t encoding, const PeState& who) {
  const SystemAccess outcome = decide(encoding, false, who);
  if (outcome != SystemAccess::done) return {0, outcome};
  const auto icc = static_cast<IccRegister>(encoding);
  const PeView view = state_.view(who);
  switch (icc) {
    case IccRegister::ICC_IAR0_EL1:
      return {acknowledge(0, view)};
    case IccRegister::ICC_IAR1_EL1:
      return {acknowledge(1, view)};
    case IccRegister::ICC_HPPIR0_EL1:
      return {state_.highest_pending(0, highest(), view)};
    case IccRegister::ICC_HPPIR1_EL1:
      return {state_.highest_pending(1, highest(), view)};
    default: {
      const std::optional<std::uint64_t> value = state_.read(icc, view);
      return {value.value_or(0), value ? SystemAccess::done : SystemAccess::undefined};
    }
  }
}

Task<SystemAccess> CpuInterface::write(std::uint32_t encoding, std::uint64_t value,
                                       const PeState& who) {
  const SystemAccess outcome = decide(encoding, true, who);
  if (outcome != SystemAccess::done) return Task<SystemAccess>::ready(outcome);
  const auto icc = static_cast<IccRegister>(encoding);
  const PeView view = state_.view(who);
  switch (icc) {
    case IccRegister::ICC_EOIR0_EL1:
      end_of_interrupt(0, value, view);
      break;
    case IccRegister::ICC_EOIR1_EL1:
      end_of_interrupt(1, value, view);
      break;
    case IccRegister::ICC_DIR_EL1:
      deactivate(value, who);
      break;
    case IccRegister::ICC_SGI0R_EL1:
      return send_sgi(value, Group::group0, view.secure);
    case IccRegister::ICC_SGI1R_EL1:
      return send_sgi(value, group_of_sgi1r(false, view), view.secure);
    case IccRegister::ICC_ASGI1R_EL1:
      if (!view.two_states) break;  // there is no other Security state
      return send_sgi(value, group_of_sgi1r(true, view), view.secure);
    default: {
      const unsigned groups = state_.enabled_groups();
      const std::uint8_t mask = state_.mask();
      if (!state_.write(icc, value, view))
        return Task<SystemAccess>::ready(SystemAccess::undefined);
      if (state_.enabled_groups() != groups)
        redistributor_.set_enabled_groups(state_.enabled_groups());
      if (state_.mask() != mask) redistributor_.set_mask(state_.mask());
    }
  }
  update();
  return Task<SystemAccess>::ready(SystemAccess::done);
}

Task<SystemAccess> CpuInterface::send_sgi(std::uint64_t value, Group group, bool secure) {
  co_await redistributor_.send_sgi(SgiRequest::decode(value), group, secure);
  update();
  co_return SystemAccess::done;
}

std::uint32_t CpuInterface::acknowledge(unsigned n, const PeView& view) {
  for (;;) {
    const PendingInterrupt pending = highest();
    const std::uint32_t answer = state_.answer(n, pending, view);
    if (is_special(answer)) {
      if (answer == spurious_INTID) spurious_.add();
      return answer;
    }
    JourneyHandle journey;
    if (is_spi(pending.INTID)) {
      // One that was withdrawn under way leaves room for the next.
      if (!redistributor_.acknowledge(pending.INTID, journey)) continue;
      state_.acknowledge(pending);
      active_.push_back(pending.INTID);
      update();
    } else {
      state_.acknowledge(pending);
      active_.push_back(pending.INTID);
      redistributor_.acknowledge(pending.INTID, journey);  // which brings about an update
    }
    acknowledged_.add();
    if (pending.INTID >= first_lpi) acknowledged_lpis_.add();
    finish(journey);
    return pending.INTID;
  }
}

void CpuInterface::finish(JourneyHandle journey) {
  if (!journey) return;
  const Time access_began = now() - register_access_;
  journey.serve(std::max(access_began, journey->latest()), "ICC_IAR1_EL1");
  simulation().journeys().finish(journey, Outcome::acknowledged, now());
}

void CpuInterface::end_of_interrupt(unsigned n, std::uint64_t value, const PeView& view) {
  if (!active_.empty()) active_.pop_back();
  if (const auto INTID = state_.end_of_interrupt(n, value, view)) redistributor_.deactivate(*INTID);
}

/// The group of the interrupt decides whether such software may.
void CpuInterface::deactivate(std::uint64_t value, const PeState& who) {
  const auto INTID = state_.deactivate(value, state_.view(who));
  if (!INTID) return;
  const bool two_states = state_.two_states();
  if (two_states && !may_deactivate(redistributor_.group_of(*INTID), who, two_states)) return;
  redistributor_.deactivate(*INTID);
}

}  // namespace doorbell::gic
