#include <gtest/gtest.h>

#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

Task<void> write_many(Function& f, unsigned count, unsigned& done) {
  for (unsigned i = 0; i < count; ++i) {
    co_await f.write(high_memory + 64 * i, 64);
    ++done;
  }
}

SystemParameters small_buffers() {
  SystemParameters p;
  p.link.upstream_credits.limits.posted = {8, 64};
  p.root.posted_entries = 4;
  return p;
}

TEST(BackPressureTest, FullRootComplexStallsTheEndpointThroughCredits) {
  System system(small_buffers());
  system.enable();
  system.memory.latency = [](std::uint64_t) { return 100 * microsecond; };
  unsigned done = 0;
  system.start(write_many(system.function(), 100, done));
  System::run(50 * microsecond);
  // Four are with memory, eight fill the receive buffer.
  EXPECT_EQ(system.memory.accesses.size(), 4u);
  EXPECT_EQ(done, 12u);
  System::run(10 * millisecond);
  EXPECT_EQ(done, 100u);
  EXPECT_EQ(system.memory.accesses.size(), 100u);
  for (unsigned i = 0; i < 100; ++i) {
    EXPECT_EQ(system.memory.accesses[i].address, high_memory + 64 * i);
  }
}

Task<void> read_once(Function& f, Time& end) {
  co_await f.read(0x4000'0000, 64);
  end = Simulation::current().scheduler().now();
}

TEST(BackPressureTest, ReadsDontPassPostedWritesThatWaitForCredits) {
  System system(small_buffers());
  system.enable();
  system.memory.latency = [](std::uint64_t a) { return a < high_memory ? 0 : 10 * microsecond; };
  unsigned done = 0;
  Time end = 0;
  system.start(write_many(system.function(), 20, done));
  system.start(read_once(system.function(), end));
  System::run();
  std::size_t read_at = 0;
  for (std::size_t i = 0; i < system.memory.accesses.size(); ++i) {
    if (!system.memory.accesses[i].write) read_at = i;
  }
  // It entered the endpoint's queue behind the thirteen writes that were issued by then.
  EXPECT_GE(read_at, 13u);
}

Task<void> read_many(Function& f, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    co_await f.read(0x4000'0000, 64);
}

TEST(BackPressureTest, PostedWritesPassReadsThatWaitForCredits) {
  SystemParameters p;
  p.link.upstream_credits.limits.non_posted = {1, 1};
  p.root.read_entries = 1;
  System system(p);
  system.enable();
  system.memory.latency = [](std::uint64_t a) { return a < high_memory ? millisecond : 0; };
  for (int i = 0; i < 4; ++i)
    system.start(read_many(system.function(), 1));
  unsigned done = 0;
  system.start(write_many(system.function(), 10, done));
  System::run(500 * microsecond);
  EXPECT_EQ(done, 10u);
  EXPECT_EQ(system.memory.accesses.size(), 11u);  // one read in flight, all writes
}

Task<void> write_then_signal(Function& f, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    co_await f.write(high_memory + 64 * i, 64);
  co_await f.signal(0);
}

TEST(BackPressureTest, JourneySaysWhereAMessageWaited) {
  // Twelve writes are with the root complex when the message is sent: it has no credits. With them
  // it has to wait for an entry of the root complex.
  SystemParameters p = small_buffers();
  System system(p);
  system.enable();
  system.program_msix(0, 0x0809'0040, 5);
  system.memory.latency = [](std::uint64_t a) { return a < high_memory ? 0 : 100 * microsecond; };
  std::map<std::string, StageSample> stages;
  Time end_to_end = 0;
  Simulation::current().journeys().on_finish([&](const Journey& journey, Outcome) {
    end_to_end = journey.latest() - journey.started();
    for (const StageSample& sample : journey.samples()) {
      StageSample& stage = stages[Simulation::current().stages().info(sample.stage).name];
      stage.waiting += sample.waiting;
      stage.service += sample.service;
    }
  });
  system.start(write_then_signal(system.function(), 12));
  System::run();
  ASSERT_EQ(stages.size(), 3u);
  EXPECT_GT(stages["endpoint"].waiting, 90 * microsecond);
  EXPECT_EQ(stages["endpoint"].service, 0u);
  EXPECT_EQ(stages["link"].service, line_time(24) + p.link.latency);
  EXPECT_GT(stages["root_complex"].waiting, 90 * microsecond);
  EXPECT_EQ(stages["root_complex"].service, p.root.latency);
  Time sum = 0;
  for (const auto& [name, stage] : stages)
    sum += stage.waiting + stage.service;
  EXPECT_EQ(sum, end_to_end);
}

Task<void> failing_read(Function& f, bool& failed) {
  const bool ok = co_await f.read(high_memory, 1024);
  failed = !ok;
}

TEST(BackPressureTest, ErrorsComeBackAsCompletionsWithoutData) {
  System system;
  system.enable();
  system.memory.end = high_memory;
  bool failed = false;
  system.start(failing_read(system.function(), failed));
  System::run();
  EXPECT_TRUE(failed);
  EXPECT_EQ(system.count("endpoint0.function0.failed_reads"), 2u);
  EXPECT_EQ(system.count("root.memory_errors"), 2u);
  EXPECT_EQ(system.function().tags_in_use(), 0u);
}

}  // namespace
}  // namespace doorbell::pcie::test
