#include "doorbell/cpu/processor.h"

namespace doorbell::cpu {

ProcessorStatistics::ProcessorStatistics(const StatisticsGroup& group)
    : interrupts(group, "interrupts",
                 {"interrupts", Better::neither, "IRQ and FIQ exceptions taken."}),
      spurious(group, "spurious",
               {"reads", Better::lower, "Reads of ICC_IAR1_EL1 that found no interrupt."}),
      device_accesses(group, "device_accesses",
                      {"accesses", Better::neither, "Loads and stores that went to the bus."}),
      bus_errors(group, "bus_errors", {"accesses", Better::lower, "Answered with an error."}),
      undefined_accesses(
          group, "undefined_accesses",
          {"accesses", Better::lower, "System registers that the CPU interface does not know."}),
      in_handler(group, "in_handler",
                 {"interrupts", Better::lower, "From exception entry to exception return."}),
      idle(group, "idle", {"waits", Better::higher, "Inside WFI or WFE."}),
      wait(group, "wait", {"ps", Better::lower, "From the line to exception entry."}) {}

Processor::Processor(const sc_core::sc_module_name& name, unsigned number, std::uint32_t affinity,
                     std::uint64_t frequency)
    : Module(name),
      memory("memory"),
      gic("gic"),
      irq("irq", [this](bool level) { set_line(Line::irq, level, now()); }),
      fiq("fiq", [this](bool level) { set_line(Line::fiq, level, now()); }),
      event("event",
            [this](bool level) {
              if (level) send_event();
            }),
      event_out("event_out"),
      clock_(scheduler(), frequency),
      irq_line_(scheduler()),
      fiq_line_(scheduler()),
      statistics_(statistics()),
      released_(scheduler()),
      number_(number),
      affinity_(affinity) {
  gic.bind(static_cast<CpuInterfaceBackward&>(*this));
}

void Processor::set_line(Line line, bool level, Time at) {
  if (line == Line::irq) irq_line_.set(level, at);
  if (line == Line::fiq) fiq_line_.set(level, at);
}

void Processor::send_event() {
  event_ = true;
  irq_line_.look_again();
}

}  // namespace doorbell::cpu
