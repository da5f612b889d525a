// How what was made is replayed: paced, ordered and looked ahead as its header says.
#include <gtest/gtest.h>

#include <set>

#include "tests/traces/replay_fakes.h"
#include "traces/make/generator.h"

namespace doorbell::workload {
namespace {

using replay::test::Machine;
using trace::Handle;
using trace::SmmuCommand;
using trace::Submit;

/// A machine that counts what is under way, and whose interrupts take long.
class Counting : public Machine {
 public:
  Counting(Scheduler& scheduler, std::uint64_t seed)
      : Machine(scheduler, seed), scheduler_(scheduler) {}

  Task<bool> perform(const trace::Record& record) override {
    if (std::holds_alternative<Submit>(record.operation)) {
      submitted.push_back(scheduler_.now());
      most_under_way = std::max(most_under_way, ++under_way_);
    }
    if (std::holds_alternative<Handle>(record.operation)) --under_way_;
    const bool invalidates = std::holds_alternative<SmmuCommand>(record.operation);
    if (invalidates) most_invalidating = std::max(most_invalidating, ++invalidating_);
    const bool well = co_await Machine::perform(record);
    if (invalidates) --invalidating_;
    co_return well;
  }

  std::vector<Time> submitted;
  std::uint64_t most_under_way = 0;
  std::uint64_t most_invalidating = 0;

 private:
  Scheduler& scheduler_;
  std::uint64_t under_way_ = 0;
  std::uint64_t invalidating_ = 0;
};

struct Replayed {
  explicit Replayed(const Parameters& made, replay::ReplayParameters values = {})
      : parameters(values),
        machine(scheduler, 1),
        engine(scheduler, machine, machine, parameters, generate(made)) {
    machine.connect(engine);
    engine.set_up([this] {
      began = scheduler.now();
      engine.start();
    });
    scheduler.run();
    EXPECT_TRUE(engine.ended()) << engine.remaining();
    EXPECT_EQ(machine.failure(), "");
  }
  replay::ReplayParameters parameters;
  Scheduler scheduler;
  Counting machine;
  replay::Engine engine;
  Time began = 0;
};

Parameters deep() {
  Parameters made;
  made.nvme.commands = 2000;
  made.nvme.queues = 4;
  made.nvme.queue_depth = 64;
  return made;
}

TEST(MadeConduct, AsMuchIsUnderWayAsItsDepthAllows) {
  const Replayed run(deep(), {.outstanding = 1, .window = 16});
  EXPECT_GT(run.machine.most_under_way, 4u * 60);
  EXPECT_LE(run.machine.most_under_way, 4u * 64);
}

TEST(MadeConduct, AskedForAClosedLoopTheReplayLimitsIt) {
  const Replayed run(deep(), {.pacing = replay::Pacing::closed_loop, .outstanding = 8});
  EXPECT_LE(run.machine.most_under_way, 9u) << "the oldest may always go on";
}

TEST(MadeConduct, AnOpenLoopBeginsItsWorkAtItsTimes) {
  Parameters made = deep();
  made.nvme.commands = 100;
  made.arrivals = {.process = Arrivals::Process::constant, .rate = 10'000};
  const Replayed run(made);
  ASSERT_EQ(run.machine.submitted.size(), 100u);
  for (std::uint64_t i = 0; i < 100; ++i)
    EXPECT_NEAR(static_cast<double>(run.machine.submitted[i] - run.began),
                static_cast<double>(i * 100 * microsecond), microsecond)
        << i;
}

TEST(MadeConduct, ProcessorsInvalidateAtTheSameTimeUnlessTheTraceOrdersThem) {
  Parameters made = deep();
  EXPECT_GT(Replayed(made).machine.most_invalidating, 1u);
  made.mapping.invalidation_order = Mapping::Order::trace;
  EXPECT_EQ(Replayed(made).machine.most_invalidating, 1u);
}

TEST(MadeConduct, AHandlerHoldsUpNoSubmission) {
  Parameters made = deep();
  made.nvme.queues = 1;
  made.nvme.queue_depth = 2;
  const Replayed run(made);
  EXPECT_EQ(run.machine.most_under_way, 2u);
}

}  // namespace
}  // namespace doorbell::workload
