#include "platforms/checkpoint/quiescence.h"

#include <fmt/format.h>

#include <utility>

#include "platforms/report/units.h"
#include "platforms/software_error.h"

namespace doorbell::checkpoint {
namespace {

/// How often it is looked whether anything is still under way: the stand begins at a multiple of it
/// behind the marker.
constexpr Time between_looks = microsecond;

template <class Visitor>
void each_object(const std::vector<sc_core::sc_object*>& objects, const Visitor& visit) {
  for (sc_core::sc_object* object : objects) {
    visit(*object);
    each_object(object->get_child_objects(), visit);
  }
}

}  // namespace

Quiescence::Quiescence(virt::Platform& platform)
    : platform_(platform), tasks_(platform.scheduler()) {
  each_object({&platform_}, [this](sc_core::sc_object& object) {
    if (auto* const module = dynamic_cast<Module*>(&object)) modules_.push_back(module);
    if (auto* const timed = dynamic_cast<Timed*>(&object)) timed_.push_back(timed);
  });
  for (unsigned i = 0; i < platform_.processor_count(); ++i)
    processors_.push_back(&dynamic_cast<cpu::Aarch64Processor&>(platform_.processor(i)));
}

void Quiescence::reach(std::function<void()> then) {
  pause([this, then = std::move(then)] {
    settle();
    then();
  });
}

void Quiescence::pause(std::function<void()> then) {
  for (cpu::Aarch64Processor* const processor : processors_)
    processor->stop_at_boundary();
  tasks_.spawn(drain(std::move(then)));
}

Task<void> Quiescence::drain(std::function<void()> then) {
  Scheduler& scheduler = platform_.scheduler();
  const Time last = scheduler.now() + longest_drain;
  // Under loose timing somebody may be ahead of the others, by less than that: when nothing is
  // found twice in a row, all have come to one time.
  for (unsigned quiet = 0; quiet < 2;) {
    const std::string who = busy();
    quiet = who.empty() ? quiet + 1 : 0;
    if (quiet == 2) break;
    if (!who.empty() && scheduler.now() >= last) {
      throw SoftwareError(fmt::format("still busy {} after processors stopped at a marker: {}",
                                      duration_text(longest_drain), who));
    }
    co_await Until{scheduler, scheduler.now() + between_looks};
  }
  then();
  resume();
}

void Quiescence::go_on(const std::function<void()>& then) {
  settle();
  then();
  resume();
}

void Quiescence::resume() {
  for (cpu::Aarch64Processor* const processor : processors_)
    processor->go_on();
}

void Quiescence::settle() {
  for (Module* const module : modules_)
    module->settle();
  for (Timed* const timed : timed_) {
    timed->disarm();
    timed->arm();
  }
}

std::string Quiescence::busy() {
  std::string all;
  for (const Module* const module : modules_) {
    const std::string what = module->busy();
    if (what.empty()) continue;
    fmt::format_to(std::back_inserter(all), "{}{}: {}", all.empty() ? "" : "; ", module->name(),
                   what);
  }
  if (all.empty() && something_is_due()) return "something on its way between modules";
  return all;
}

/// What waits for a time that software has set isn't under way; all else that is due is.
bool Quiescence::something_is_due() {
  for (Timed* const timed : timed_)
    timed->disarm();
  const bool is_due = platform_.scheduler().next_due() != never;
  for (Timed* const timed : timed_)
    timed->arm();
  return is_due;
}

}  // namespace doorbell::checkpoint
