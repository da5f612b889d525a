#include "platforms/replay/processors.h"

#include <utility>

namespace doorbell::replay {

Processors::Processors(virt::Platform& platform) : platform_(platform) {
  for (unsigned i = 0; i < platform.processor_count(); ++i) {
    boxes_.push_back(std::make_unique<Box>(platform.scheduler()));
  }
}

Task<bool> Processors::run(unsigned processor, std::function<bool()> work) {
  auto& box = *boxes_.at(processor);
  const auto ticket = box.tickets++;
  while (box.turn != ticket)
    co_await box.changed.wait();
  box.finished = false;
  box.work = std::move(work);
  platform_.processor(processor).send_event();
  while (!box.finished)
    co_await box.changed.wait();
  box.finished = false;
  const bool answer = box.answer;
  ++box.turn;
  box.changed.notify_all();
  co_return answer;
}

void Processors::serve(unsigned processor) {
  auto& box = *boxes_[processor];
  auto& native = platform_.native_processor(processor);
  for (;;) {
    while (!box.work)
      native.wait_for_event();
    const auto work = std::exchange(box.work, nullptr);
    box.answer = work();
    native.time();  // the operation's own instructions have passed before anybody is told
    box.finished = true;
    box.changed.notify_all();
  }
}

}  // namespace doorbell::replay
