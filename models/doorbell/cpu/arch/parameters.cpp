#include "doorbell/cpu/arch/parameters.h"

#include "doorbell/core/arch/clock_range.h"

namespace doorbell::cpu {
namespace {

constexpr const char* assumption = "assumption; no public number";

ParameterInfo cycles(const char* source, const char* help) {
  return {.unit = "cycles", .maximum = 1'000'000, .source = source, .help = help};
}

}  // namespace

void CpuParameters::describe(ParameterGroup& group) {
  group.frequency("frequency", frequency,
                  {.minimum = slowest_clock,
                   .maximum = fastest_clock,
                   .source = assumption,
                   .help = "Clock of a processor."});
  group.add("exception_entry", exception_entry,
            cycles(assumption,
                   "From a taken IRQ to the handler's first access: vector, registers saved."));
  group.add("exception_return", exception_return,
            cycles(assumption, "From the handler's end to what was interrupted."));
  group.add("handler", handler,
            cycles("assumption: 100 ns; entry, acknowledge, handler and end stay below the 750 ns "
                   "from write to handler that Tang measured",
                   "Instructions between the acknowledge and the end of an interrupt."));
  group.add("wfi_wake", wfi_wake, cycles(assumption, "From the IRQ to the instruction after WFI."));
  group.add("access_issue", access_issue,
            cycles(assumption, "Instructions around an access to a device."));
  // Set-up writes whole tables; the other processors poll meanwhile, at the host's cost.
  ParameterInfo hit =
      cycles("Neoverse N1 software optimization guide: a load that hits L1 takes 4 cycles",
             "An access to normal memory that hits the cache.");
  hit.maximum = 1000;
  group.add("cached_access", cached_access, hit);
  // A loop whose turns take no time polls for ever without letting anything else happen.
  ParameterInfo turn = cycles(assumption, "One turn of a polling loop, beside its accesses.");
  turn.minimum = 1;
  group.add("spin", spin, turn);
  group.add("memory", memory,
            {{"cached", MemoryAccess::cached}, {"uncached", MemoryAccess::uncached}},
            {.source = "the tables and queues of a coherent system are cacheable (IHI 0070, 3.15)",
             .help = "Whether firmware's accesses to normal memory hit a cache or travel."});
  group.add("posted_writes", posted_writes,
            {.source = "Device-nGnRnE, as Linux maps ECAM; Device-nGnRE is true",
             .help = "Whether firmware goes on while a write to a device travels."});
  group.add(
      "skip_turns", skip_turns,
      {.help = "Turns of a polling loop on memory that find nothing pass at once, with the same "
               "results.",
       .host_only = true});
  group.add("stack", stack,
            {.unit = "bytes",
             .minimum = 16 << 10,
             .maximum = 64 << 20,
             .help = "Stack of the firmware, on the host.",
             .host_only = true});
  describe_instructions(group);
}

/// What native firmware, whose instructions aren't counted, has no use for.
void CpuParameters::describe_instructions(ParameterGroup& group) {
  group.add("kind", kind, {{"native", ProcessorKind::native}, {"aarch64", ProcessorKind::aarch64}},
            {.source = "native: replays need no engine",
             .help = "Whether firmware compiled for the host or AArch64 instructions are executed.",
             .visible_to_software = true});
  group.add("model", model,
            {.source = "QEMU's virt: cortex-a57 is the model that firmware for it knows best",
             .help = "Processor that AArch64 software sees: cortex-a57, cortex-a72 or max.",
             .visible_to_software = true});
  group.add("cycles_per_instruction", cycles_per_instruction,
            {.unit = "1/100 cycles",
             .minimum = 1,
             .maximum = 100'000,
             .source = "assumption: one cycle; the processor's caches are part of it",
             .help = "Cost of an AArch64 instruction, accesses to devices apart."});
  group.add("quantum", quantum,
            {.unit = "instructions",
             .minimum = 1,
             .maximum = 10'000'000,
             .source = "94 % of the engine's full speed",
             .help = "AArch64 instructions that a processor executes at once at most."});
  group.add("stride", stride,
            {.unit = "instructions",
             .minimum = 1,
             .maximum = 1'000'000,
             .source = "assumption; what it does shows in interrupt_lateness",
             .help = "How far a processor may be ahead of another in approximate timing."});
}

}  // namespace doorbell::cpu
