#include "platforms/replay/processors.h"

#include <utility>

namespace doorbell::replay {

Processors::Processors(virt::Platform& platform, Software& software)
    : platform_(platform), software_(software) {
  for (unsigned i = 0; i < platform.processor_count(); ++i) {
    boxes_.push_back(std::make_unique<Box>(platform.scheduler()));
  }
}

Task<bool> Processors::run(unsigned cpu, std::function<bool()> work) {
  // A trace of more processors than the platform has shares them.
  const auto number = cpu % boxes_.size();
  auto& box = *boxes_[number];
  while (box.taken)
    co_await box.changed.wait();
  box.taken = true;
  box.finished = false;
  box.work = std::move(work);
  platform_.processor(static_cast<unsigned>(number)).send_event();
  while (!box.finished)
    co_await box.changed.wait();
  box.taken = false;
  const bool answer = box.answer;
  box.changed.notify_all();
  co_return answer;
}

Task<bool> Processors::perform(unsigned cpu, const trace::Operation& operation) {
  const auto* what = &operation;
  return run(cpu, [this, what] { return software_.perform(*what); });
}

Task<bool> Processors::flush(unsigned cpu, trace::Stream stream) {
  return run(cpu, [this, stream] {
    software_.flush(stream);
    return true;
  });
}

void Processors::serve(unsigned cpu) {
  auto& box = *boxes_[cpu];
  auto& processor = platform_.processor(cpu);
  for (;;) {
    while (!box.work)
      processor.wait_for_event();
    const auto work = std::exchange(box.work, nullptr);
    box.answer = work();
    processor.time();  // the operation's own instructions have passed before anybody is told
    box.finished = true;
    box.changed.notify_all();
  }
}

}  // namespace doorbell::replay
