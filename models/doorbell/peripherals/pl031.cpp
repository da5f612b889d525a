#include "doorbell/peripherals/pl031.h"

#include "doorbell/core/arch/state.h"

namespace doorbell::peripherals {
namespace {

// As the UART's: a cycle is 1 ps.
constexpr std::uint64_t picoseconds = 1'000'000'000'000;

}  // namespace

Pl031::Pl031(const sc_core::sc_module_name& module_name, const RtcParameters& parameters)
    : Module(module_name),
      registers("registers", tasks_, clock_),
      clock_(scheduler(), picoseconds),
      state_(parameters.seconds()),
      interrupts_(statistics(), "interrupts",
                  {.unit = "interrupts", .help = "Times that RTCINTR rose."}),
      match_(scheduler(), [this] {
        state_.advance(now());
        changed();
      }) {
  registers.serve(state_.registers(), {.bytes = pl031_bytes}, parameters.access);
  registers.before_access([this] { state_.advance(now()); });
  state_.on_change([this] { changed(); });
}

void Pl031::save(StateWriter& state) const {
  Pl031State::describe(state_, state);
  state.value("RTCINTR", interrupt.level());
}

void Pl031::restore(StateReader& state) {
  Pl031State::describe(state_, state);
  bool level = false;
  state.value("RTCINTR", level);
  interrupt.restore(level);
}

void Pl031::changed() {
  const bool raised = state_.interrupt();
  if (raised && !interrupt.level()) interrupts_.add();
  interrupt.drive(raised);
  match_.set(state_.next_interrupt());
}

}  // namespace doorbell::peripherals
