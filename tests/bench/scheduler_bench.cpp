// The scheduler alone: what a delay, a slot and a nested task cost, and a lane of the shape of an
// MSI's road.

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "doorbell/core/arch/clock.h"
#include "doorbell/core/arch/slots.h"
#include "doorbell/core/arch/task_group.h"

namespace doorbell {
namespace {

struct Lane {
  Scheduler scheduler;
  Statistics statistics;
  Clock clock{scheduler, 1'000'000'000};
  std::vector<std::unique_ptr<Slots>> slots;
  std::uint64_t done = 0;
  TaskGroup tasks{scheduler};

  Lane() {
    for (int i = 0; i < 6; ++i) {
      slots.push_back(std::make_unique<Slots>(scheduler, statistics.group("lane"),
                                              "place" + std::to_string(i), 64));
    }
  }

  Task<int> look_up(unsigned i) {
    Slot slot = co_await slots[i]->acquire();
    co_await clock.cycles(3);
    co_return 1;
  }
  Task<void> message() {
    for (;;) {
      co_await clock.cycles(20);
      int sum = 0;
      for (unsigned i = 0; i < 3; ++i) {
        Slot slot = co_await slots[2 * i]->acquire();
        co_await clock.cycles(8);
        sum += co_await look_up(2 * i + 1);
        co_await clock.cycles(5);
      }
      done += static_cast<std::uint64_t>(sum / 3);
    }
  }
};

void lane(benchmark::State& state) {
  Lane lane;
  for (int i = 0; i < state.range(0); ++i)
    lane.tasks.spawn(lane.message());
  Time until = 0;
  for (auto _ : state) {
    until += 10 * microsecond;
    lane.scheduler.run_until(until);
  }
  state.counters["messages"] =
      benchmark::Counter(static_cast<double>(lane.done), benchmark::Counter::kIsRate);
  state.counters["resumes/message"] = static_cast<double>(lane.scheduler.resumes()) /
                                      static_cast<double>(std::max<std::uint64_t>(lane.done, 1));
}
BENCHMARK(lane)->Arg(16)->Arg(128)->Arg(1024);

Task<void> ticks(Scheduler& scheduler, Time period) {
  for (;;)
    co_await Delay{scheduler, period};
}

void delays(benchmark::State& state) {
  Scheduler scheduler;
  TaskGroup tasks{scheduler};
  for (int i = 0; i < state.range(0); ++i) {
    tasks.spawn(ticks(scheduler, 1000 + static_cast<Time>(i)));
  }
  Time until = 0;
  for (auto _ : state) {
    until += 10 * microsecond;
    scheduler.run_until(until);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(scheduler.resumes()));
}
BENCHMARK(delays)->Arg(1)->Arg(16)->Arg(256)->Arg(4096);

}  // namespace
}  // namespace doorbell
