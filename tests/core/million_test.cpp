// A million things that complete at once, one after the other: the stack must not grow with them,
// in any preset. Compilers turn a chain of coroutines into a loop only when they optimise, so
// sanitizer builds run these, too, and debug ones under `scripts/test long`.

#include <gtest/gtest.h>

#include "doorbell/core/arch/scheduler.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/initiator_socket.h"
#include "doorbell/core/simulation.h"
#include "doorbell/core/target_socket.h"

namespace doorbell {
namespace {

Task<int> at_once(int value) {
  co_return value;
}

Task<int> later(Scheduler& scheduler, Time delay, int value) {
  co_await Delay{scheduler, delay};
  co_return value;
}

Task<void> sum_of_delays(Scheduler& scheduler, int count, std::uint64_t& sum) {
  for (int i = 0; i < count; ++i) {
    sum += static_cast<std::uint64_t>(co_await later(scheduler, nanosecond, i));
  }
}

Task<void> sum_at_once(int count, std::uint64_t& sum) {
  for (int i = 0; i < count; ++i)
    sum += static_cast<std::uint64_t>(co_await at_once(i));
}

TEST(AMillion, TasksThatCompleteAtOnce) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  std::uint64_t sum = 0;
  tasks.start(sum_at_once(1'000'000, sum));
  EXPECT_EQ(sum, 499'999'500'000u);
  EXPECT_EQ(tasks.size(), 0u);
}

TEST(AMillion, TasksUnderLooseTiming) {
  Scheduler scheduler;
  scheduler.set_timing(Timing::loose);
  TaskGroup tasks{scheduler};
  std::uint64_t sum = 0;
  tasks.spawn(sum_of_delays(scheduler, 1'000'000, sum));
  scheduler.run();
  EXPECT_EQ(sum, 499'999'500'000u);
}

/// Answers at once.
class Target : public Module {
 public:
  explicit Target(const sc_core::sc_module_name& name)
      : Module(name), socket("socket", tasks_, {1, 1}, [this](Payload& p) { return serve(p); }) {}
  TargetSocket socket;

 private:
  Task<void> serve(Payload& payload) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    co_return;
  }
  TaskGroup tasks_{scheduler()};
};

TEST(AMillion, TransactionsThatCompleteAtOnce) {
  class Busy : public Module {
   public:
    explicit Busy(const sc_core::sc_module_name& name) : Module(name), socket("socket") {
      tasks_.spawn(run());
    }
    InitiatorSocket socket;
    int done = 0;

   private:
    Task<void> run() {
      PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, 0, 8);
      for (int i = 0; i < 1'000'000; ++i) {
        co_await socket.transport(*payload);
        ++done;
      }
    }
    TaskGroup tasks_{scheduler()};
  };
  Busy busy{"busy"};
  Target target{"target"};
  busy.socket.bind(target.socket);
  sc_core::sc_start(1, sc_core::SC_NS);
  EXPECT_EQ(busy.done, 1'000'000);
}

}  // namespace
}  // namespace doorbell
