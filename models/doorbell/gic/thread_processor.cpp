#include "doorbell/gic/thread_processor.h"

#include <algorithm>

#include "doorbell/core/thread.h"

namespace doorbell::gic {

ThreadProcessor::ThreadProcessor(const sc_core::sc_module_name& module_name)
    : Module(module_name), gic("gic"), irq("irq"), fiq("fiq") {
  gic.bind(static_cast<CpuInterfaceBackward&>(*this));
  SC_METHOD(change_lines);
  sensitive << due_;
  dont_initialize();
}

ThreadProcessor::Value ThreadProcessor::read(std::uint32_t encoding, const PeState& who) {
  return wait_for([&] { return gic->read_register(encoding, who); });
}

SystemAccess ThreadProcessor::write(std::uint32_t encoding, std::uint64_t value,
                                    const PeState& who) {
  return wait_for([&] { return gic->write_register(encoding, value, who); });
}

void ThreadProcessor::set_line(Line line, bool level, Time at) {
  if (line != Line::irq && line != Line::fiq) return;
  AnnouncedLine& announced = line == Line::irq ? announced_irq_ : announced_fiq_;
  announced.latest = std::max(announced.latest, at);
  announced.changes.push_back({level, announced.latest});
  // An event keeps its earliest notification; the next change is looked for at that.
  Kernel& kernel = simulation().kernel();
  due_.notify(kernel.delay_to(announced.latest));
  kernel.left_for_foreign();
}

void ThreadProcessor::change_lines() {
  const Time next = std::min(change(announced_irq_, irq), change(announced_fiq_, fiq));
  if (next != never) due_.notify(simulation().kernel().delay_to(next));
}

Time ThreadProcessor::change(AnnouncedLine& line, sc_core::sc_signal<bool>& signal) {
  const Time now = simulation().kernel().kernel_time();
  while (!line.changes.empty() && line.changes.front().at <= now) {
    signal.write(line.changes.front().level);
    line.changes.pop_front();
  }
  return line.changes.empty() ? never : line.changes.front().at;
}

}  // namespace doorbell::gic
