#include "sw/native/native.h"

#include "doorbell/cpu/native_processor.h"
#include "sw/host/host.h"

namespace doorbell::sw {
namespace {

using cpu::NativeProcessor;

NativeProcessor& here() {
  return NativeProcessor::current();
}

NativeProcessor::MemoryType type_of(bool device) {
  return device ? NativeProcessor::MemoryType::device : NativeProcessor::MemoryType::normal;
}

/// The event stream of the system counter, as Linux sets it (DDI 0487, D11.2.4).
constexpr Time event_stream_period = 100 * microsecond;
Time end_of_period(Time now) {
  return (now / event_stream_period + 1) * event_stream_period;
}

constexpr host_operations operations = {
    .read = [](std::uint64_t address, unsigned size,
               bool device) { return here().load(address, size, type_of(device)); },
    .write = [](std::uint64_t address, unsigned size, std::uint64_t value,
                bool device) { here().store(address, size, value, type_of(device)); },
    .fill = [](std::uint64_t address, std::uint64_t size,
               std::uint8_t value) { here().fill(address, size, value); },
    .barrier = [] { here().barrier(); },
    .system_register_read =
        [](std::uint32_t encoding) { return here().read_system_register(encoding); },
    .system_register_write =
        [](std::uint32_t encoding, std::uint64_t value) {
          here().write_system_register(encoding, value);
        },
    .number = [] { return here().number(); },
    .affinity = [] { return here().affinity(); },
    .time_ns = [] { return std::uint64_t{here().time() / nanosecond}; },
    .enter =
        [](const processor_state* state) {
          PeState entered{.EL = static_cast<std::uint8_t>(state->exception_level),
                          .secure = state->secure != 0,
                          .SCR_NS = state->secure == 0,
                          .SCR_FIQ = state->fiqs_to_el3 != 0};
          if (entered.EL == 3) entered.SCR_NS = here().state().SCR_NS;
          here().enter(entered);
        },
    .install_handler = [](interrupt_handler* handler,
                          void* argument) { here().set_interrupt_handler(handler, argument); },
    .set_interrupt_mask = [](bool masked) { return here().mask_interrupts(masked); },
    .install_fiq_handler = [](interrupt_handler* handler,
                              void* argument) { here().set_fiq_handler(handler, argument); },
    .set_fiq_mask = [](bool masked) { return here().mask_fiqs(masked); },
    .wait_for_interrupt = [] { here().wait_for_interrupt(); },
    .wait_for_event = [] { here().wait_for_event(end_of_period(here().time())); },
    .send_event = [] { here().send_event_to_all(); },
    .spin_hint = [] { here().spin(); },
    .spin_until_written =
        [](std::uint64_t address, std::uint64_t limit_ns) {
          here().spin_until_written(address, (limit_ns + 1) * nanosecond);
        },
};

}  // namespace

void run_on_native_processors() {
  host_set_operations(&operations);
}

}  // namespace doorbell::sw
