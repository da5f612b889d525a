#include "tests/memory/fabric_bench.h"

namespace doorbell::memory {
namespace {

using FabricLoadTest = FabricBench;

TEST_F(FabricLoadTest, WritesAreBoundByThePortsChannel) {
  build();
  for (int i = 0; i < 1000; ++i)
    one_.write(0, near_base, std::vector<std::uint8_t>(64));
  run();
  // 64 bytes cross in 8 ns; the last one then takes its latencies.
  EXPECT_EQ(last_end(one_), (1000 * 8 + 4 + 21 + 4) * nanosecond);
}

TEST_F(FabricLoadTest, ReadsAreBoundByThePortsDataChannel) {
  build();
  for (int i = 0; i < 1000; ++i)
    one_.read(0, near_base, 64);
  run();
  EXPECT_EQ(last_end(one_), (4 + 1 + 51 + 4 + 1000 * 8) * nanosecond);
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

TEST_F(FabricLoadTest, TwoPortsShareATargetsChannelInTurns) {
  build();
  for (int i = 0; i < 200; ++i) {
    one_.write(0, near_base, std::vector<std::uint8_t>(64));
    two_.write(0, near_base, std::vector<std::uint8_t>(64));
  }
  run();
  EXPECT_EQ(std::max(last_end(one_), last_end(two_)), (400 * 8 + 4 + 21 + 4) * nanosecond);
  // Neither port is ever more than one turn ahead.
  for (std::size_t i = 0; i < 200; ++i) {
    const auto difference =
        static_cast<std::int64_t>(one_.accesses[i].ended - two_.accesses[i].ended);
    EXPECT_LE(std::abs(difference), 8 * static_cast<std::int64_t>(nanosecond)) << i;
  }
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

TEST_F(FabricLoadTest, DifferentTargetsDoNotShare) {
  build();
  for (int i = 0; i < 200; ++i) {
    one_.write(0, near_base, std::vector<std::uint8_t>(64));
    two_.write(0, far_base, std::vector<std::uint8_t>(64));
  }
  run();
  EXPECT_EQ(last_end(one_), (200 * 8 + 4 + 21 + 4) * nanosecond);
  EXPECT_EQ(last_end(two_), last_end(one_));
}

TEST_F(FabricLoadTest, ReadsDoNotWaitForWrites) {
  build();
  for (int i = 0; i < 50; ++i)
    one_.write(0, near_base, std::vector<std::uint8_t>(512));
  const std::size_t read = one_.read(0, near_base, 64);
  run();
  EXPECT_EQ(latency(one_, read), (4 + 1 + 51 + 4 + 8) * nanosecond);
}

TEST_F(FabricLoadTest, AFullTargetPushesBackToTheInitiator) {
  fabric_parameters_.port_writes = 4;
  fabric_parameters_.target_writes = 2;
  near_parameters_.write_latency = 10 * microsecond;
  near_parameters_.writes = 1;
  build();
  for (int i = 0; i < 10; ++i)
    one_.write(0, near_base, {1});
  run(5 * microsecond);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.one.writes").occupancy(), 4u);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.near_port.writes").occupancy(), 2u);
  EXPECT_EQ(statistic<QueueStatistics>("near.writes").occupancy(), 1u);
  EXPECT_GT(one_.socket.outstanding(), 4u);
  run();
  for (const auto& access : one_.accesses)
    EXPECT_EQ(access.status, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.one.writes").high_water_mark(), 4u);
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

TEST_F(FabricLoadTest, NobodyPassesWhatCrossesToTheTarget) {
  build();
  one_.write(0, near_base, std::vector<std::uint8_t>(512));
  const std::size_t large = two_.write(0, near_base, std::vector<std::uint8_t>(512));
  // Comes when the large one, which waited for the first, is half across.
  const std::size_t small = one_.write(30 * nanosecond, near_base, {1});
  run();
  EXPECT_EQ(latency(two_, large), (4 + 64 + 64 + 28 + 4) * nanosecond);
  EXPECT_EQ(one_.accesses[small].ended, two_.accesses[large].ended + nanosecond);
}

TEST_F(FabricLoadTest, AFullTargetDoesNotStopTheOtherOne) {
  near_parameters_.write_latency = 100 * microsecond;
  near_parameters_.writes = 1;
  fabric_parameters_.target_writes = 2;
  build();
  for (int i = 0; i < 8; ++i)
    one_.write(0, near_base, {1});
  const std::size_t other = one_.write(microsecond, far_base, {1});
  run();
  EXPECT_LT(latency(one_, other), microsecond);
}

}  // namespace
}  // namespace doorbell::memory
