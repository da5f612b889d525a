#include <gtest/gtest.h>

#include "doorbell/pcie/arch/dma_engine.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr Time link_latency = 150 * nanosecond;
constexpr Time root_latency = 20 * nanosecond;

Task<void> write_once(Function& f, unsigned length) {
  co_await f.write(high_memory, length);
}

TEST(LatencyTest, PostedWriteIsSerialisationAndPropagation) {
  System system;
  system.enable();
  system.start(write_once(system.function(), 64));
  System::run();
  ASSERT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_EQ(system.memory.accesses[0].at, line_time(88) + link_latency + root_latency);
}

Task<void> read_once(Function& f, unsigned length, Time& end) {
  const bool ok = co_await f.read(high_memory, length);
  EXPECT_TRUE(ok);
  end = Simulation::current().scheduler().now();
}

TEST(LatencyTest, ReadGoesThereAndBack) {
  System system;
  system.enable();
  system.memory.latency = [](std::uint64_t) { return 90 * nanosecond; };
  Time end = 0;
  system.start(read_once(system.function(), 64, end));
  System::run();
  EXPECT_EQ(end,
            line_time(24) + line_time(84) + 2 * (link_latency + root_latency) + 90 * nanosecond);
}

TEST(LatencyTest, SplitReadEndsWithItsLastCompletion) {
  System system;  // 512 bytes: one request (MRRS 512), two completions of 256
  system.enable();
  Time end = 0;
  system.start(read_once(system.function(), 512, end));
  System::run();
  EXPECT_EQ(end, line_time(24) + line_time(2 * 276) + 2 * (link_latency + root_latency));
  EXPECT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_EQ(system.count("link0.downstream.tlps"), 2u);
}

Task<void> load_bar(System& s, Time& took) {
  Scheduler& scheduler = Simulation::current().scheduler();
  const Time start = scheduler.now();
  const std::uint32_t id = co_await s.processor.load(System::bar0(0, 0));
  EXPECT_EQ(id, dma::identification);
  took = scheduler.now() - start;
}

TEST(LatencyTest, ProcessorsReadOfABarGoesThereAndBack) {
  System system;
  system.enable();
  Time took = 0;
  system.start(load_bar(system, took));
  System::run();
  EXPECT_EQ(took, line_time(20) + line_time(24) + 2 * (link_latency + root_latency));
}

Task<void> signal_once(Function& f) {
  EXPECT_EQ(co_await f.signal(3), MsiOutcome::sent);
}

TEST(LatencyTest, MessageIsOnePostedWriteWithAJourneyOfItsStages) {
  System system;
  system.enable();
  system.program_msix(3, 0x0809'0040, 77);
  std::map<std::string, StageSample> stages;
  MessageIdentity identity{};
  Simulation::current().journeys().on_finish([&](const Journey& journey, Outcome) {
    identity = journey.identity();
    for (const StageSample& sample : journey.samples()) {
      stages[Simulation::current().stages().info(sample.stage).name] = sample;
    }
  });
  system.start(signal_once(system.function()));
  System::run();
  ASSERT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_EQ(system.memory.accesses[0].at, line_time(24) + link_latency + root_latency);
  EXPECT_EQ(system.memory.word(0x0809'0040), 77u);
  EXPECT_EQ(identity.device, 8u);
  EXPECT_EQ(identity.event, 77u);
  EXPECT_EQ(stages["endpoint"].waiting + stages["endpoint"].service, 0u);
  EXPECT_EQ(stages["link"].service, line_time(24) + link_latency);
  EXPECT_EQ(stages["link"].waiting, 0u);
  EXPECT_EQ(stages["root_complex"].service, root_latency);
}

Task<void> write_then_signal(Function& f) {
  co_await f.write(high_memory, 256);
  co_await f.signal(3);
}

TEST(LatencyTest, MessageBehindDataWaitsForTheLine) {
  System system;
  system.enable();
  system.program_msix(3, 0x0809'0040, 77);
  Time waiting = 0;
  Simulation::current().journeys().on_finish([&](const Journey& journey, Outcome) {
    for (const StageSample& sample : journey.samples()) {
      if (Simulation::current().stages().info(sample.stage).name == "link")
        waiting += sample.waiting;
    }
  });
  system.start(write_then_signal(system.function()));
  System::run();
  EXPECT_EQ(waiting, line_time(280));
}

}  // namespace
}  // namespace doorbell::pcie::test
