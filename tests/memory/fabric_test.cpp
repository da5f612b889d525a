#include "doorbell/memory/fabric.h"

#include "tests/memory/fabric_bench.h"

namespace doorbell::memory {
namespace {

using FabricTest = FabricBench;

TEST_F(FabricTest, RoutesByAddressAndGivesTargetsTheirOwn) {
  build();
  one_.write(0, near_base + 0x10, {1});
  two_.write(0, far_base + 0x10, {2});
  const std::size_t near_read = two_.read(microsecond, near_base + 0x10, 1);
  const std::size_t far_read = one_.read(microsecond, far_base + 0x10, 1);
  run();
  EXPECT_EQ(two_.accesses[near_read].data[0], 1);
  EXPECT_EQ(one_.accesses[far_read].data[0], 2);
  std::vector<std::uint8_t> byte(1);
  near_->storage().read(0x10, byte);
  EXPECT_EQ(byte[0], 1);
}

TEST_F(FabricTest, WhatNobodyOwnsIsAnAddressError) {
  build();
  one_.read(0, 0x3000'0000, 8);
  one_.write(0, 0x0fff'fffc, std::vector<std::uint8_t>(8));  // half of it
  run();
  for (const auto& access : one_.accesses) {
    EXPECT_EQ(access.status, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(access.ended, 8 * nanosecond);
  }
  EXPECT_EQ(statistic<Counter>("fabric.decode_errors").value(), 2u);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.one.reads").occupancy(), 0u);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.one.writes").occupancy(), 0u);
}

TEST_F(FabricTest, AnMsiThatNobodyOwnsEndsItsJourney) {
  build();
  JourneyLog& journeys = simulation().journeys();
  JourneyHandle journey = journeys.start({1, 1, 0}, StageId{}, 0);
  one_.write(0, 0x3000'0000, {0, 0, 0, 0}, {.domain = 1, .journey = journey});
  run();
  EXPECT_EQ(journeys.finished(Outcome::answered_with_error), 1u);
  EXPECT_EQ(journeys.in_flight(), 0u);
  EXPECT_FALSE(one_.accesses[0].has_journey);  // nobody ends it again
}

TEST_F(FabricTest, AloneAnAccessTakesTheSumOfItsParts) {
  build();
  const std::size_t read = one_.read(0, near_base, 64);
  const std::size_t write = one_.write(microsecond, near_base, std::vector<std::uint8_t>(64));
  run();
  // request 4, channel 1, memory 50 + 1, response 4, data 8
  EXPECT_EQ(latency(one_, read), (4 + 1 + 51 + 4 + 8) * nanosecond);
  // request 4, channel and data 8, memory 1 + 20, response 4
  EXPECT_EQ(latency(one_, write), (4 + 8 + 21 + 4) * nanosecond);
}

TEST_F(FabricTest, EachWayHasItsLatency) {
  fabric_parameters_.request_latency = 5;
  fabric_parameters_.response_latency = 3;
  build();
  const std::size_t read = one_.read(0, near_base, 64);
  const std::size_t write = one_.write(microsecond, near_base, std::vector<std::uint8_t>(64));
  run(2 * microsecond);
  EXPECT_EQ(latency(one_, read), (5 + 1 + 51 + 3 + 8) * nanosecond);
  EXPECT_EQ(latency(one_, write), (5 + 8 + 21 + 3) * nanosecond);
  // What has just passed has the request's way behind it, what is answered has not yet the other.
  const std::size_t seen = one_.write(2 * microsecond, near_base, {7});
  run(26 * nanosecond);
  std::vector<std::uint8_t> byte(1);
  near_->storage().read(0, byte);
  EXPECT_EQ(byte[0], 0);  // 5 + 1 to the memory, 21 in it
  run(2 * nanosecond);
  near_->storage().read(0, byte);
  EXPECT_EQ(byte[0], 7);
  EXPECT_EQ(one_.accesses[seen].ended, never);
  run();
  EXPECT_EQ(latency(one_, seen), (5 + 1 + 21 + 3) * nanosecond);
}

TEST_F(FabricTest, APayloadComesBackWithItsOwnAddress) {
  build();
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_READ_COMMAND, near_base + 0x40, 8);
  class Direct : public Module {
   public:
    Direct(const sc_core::sc_module_name& module_name, InitiatorSocket& socket, Payload& payload)
        : Module(module_name) {
      tasks_.spawn(run(socket, payload));
    }

   private:
    static Task<void> run(InitiatorSocket& socket, Payload& payload) {
      co_await socket.transport(payload);
    }
    TaskGroup tasks_{scheduler()};
  };
  Direct direct("direct", one_.socket, *payload);
  run();
  EXPECT_TRUE(payload->is_response_ok());
  EXPECT_EQ(payload->get_address(), near_base + 0x40);
}

TEST_F(FabricTest, DebugAccessIsRoutedAndCutAtTheRegion) {
  build();
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_WRITE_COMMAND, near_base + (16ULL << 20) - 4, 8);
  EXPECT_EQ(one_.socket.transport_debug(*payload), 4u);
  EXPECT_EQ(payload->get_data_length(), 8u);
  payload->set_address(0x3000'0000);
  EXPECT_EQ(one_.socket.transport_debug(*payload), 0u);
}

/// The memory behind the region goes on where the region ends.
TEST_F(FabricTest, DebugAccessDoesNotReachWhatTheRegionLeavesOut) {
  Fabric fabric("fabric", fabric_parameters_, {"one", "two"},
                {{"near_port", {{near_base, 0x1000}}}});
  near_ = std::make_unique<Ram>("near", near_parameters_);
  one_.socket.bind(fabric.port("one"));
  two_.socket.bind(fabric.port("two"));
  fabric.target("near_port").bind(near_->upstream);
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_WRITE_COMMAND, near_base + 0x1000 - 4, 8);
  std::fill_n(payload->data().begin(), 8, 0xab);
  EXPECT_EQ(one_.socket.transport_debug(*payload), 4u);
  std::vector<std::uint8_t> behind(4);
  near_->storage().read(0x1000, behind);
  EXPECT_EQ(behind, std::vector<std::uint8_t>(4));
}

TEST_F(FabricTest, DirectAccessIsTranslatedAndTakenBackFromEveryPort) {
  build();
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken_back;
  for (TestInitiator* initiator : {&one_, &two_}) {
    initiator->socket.on_dmi_invalidate(
        [&](std::uint64_t first, std::uint64_t last) { taken_back.emplace_back(first, last); });
  }
  run(0);
  simulation().scheduler().set_timing(Timing::loose);
  PayloadReference payload =
      simulation().payloads().take(tlm::TLM_READ_COMMAND, far_base + 0x200010, 8);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(two_.socket.get_dmi(*payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), far_base);
  EXPECT_EQ(dmi.get_end_address(), far_base + (16ULL << 20) - 1);
  EXPECT_EQ(dmi.get_read_latency().value(), (30 + 8) * nanosecond);
  dmi.get_dmi_ptr()[0x200010] = 0x77;
  std::vector<std::uint8_t> byte(1);
  far_->storage().read(0x200010, byte);
  EXPECT_EQ(byte[0], 0x77);
  simulation().scheduler().set_timing(Timing::approximate);
  EXPECT_EQ(taken_back.size(), 4u);  // two ports, two memories
  EXPECT_NE(
      std::find(taken_back.begin(), taken_back.end(),
                std::pair<std::uint64_t, std::uint64_t>(far_base, far_base + (16ULL << 20) - 1)),
      taken_back.end());
}

TEST_F(FabricTest, DirectAccessBeginsWithTheRegion) {
  // The region shows the memory from 64 KiB on, in the middle of what the memory grants.
  constexpr std::uint64_t inside = 0x1'0000;
  Fabric fabric("fabric", fabric_parameters_, {"one", "two"},
                {{"near_port", {{near_base, 1ULL << 20, inside}}}});
  near_ = std::make_unique<Ram>("near", near_parameters_);
  one_.socket.bind(fabric.port("one"));
  two_.socket.bind(fabric.port("two"));
  fabric.target("near_port").bind(near_->upstream);
  run(0);
  simulation().scheduler().set_timing(Timing::loose);
  PayloadReference payload = simulation().payloads().take(tlm::TLM_READ_COMMAND, near_base, 8);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(one_.socket.get_dmi(*payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), near_base);
  EXPECT_EQ(dmi.get_end_address(), near_base + (1ULL << 20) - 1);
  dmi.get_dmi_ptr()[0] = 0x77;
  std::vector<std::uint8_t> byte(1);
  near_->storage().read(inside, byte);
  EXPECT_EQ(byte[0], 0x77);
}

TEST_F(FabricTest, LooseTimingGivesTheSameBytesInTheSameTime) {
  build();
  simulation().scheduler().set_timing(Timing::loose);
  one_.write(0, near_base, {7, 8, 9, 10});
  const std::size_t read = one_.read(microsecond, near_base, 64);
  run();
  EXPECT_EQ(one_.accesses[read].data[2], 9);
  EXPECT_EQ(latency(one_, read), (4 + 1 + 51 + 4 + 8) * nanosecond);
}

TEST_F(FabricTest, OverlappingTargetsAreRefused) {
  EXPECT_THROW(Fabric("bad", fabric_parameters_, {"port"},
                      {{"a", {{0x1000, 0x1000}}}, {"b", {{0x1800, 0x1000}}}}),
               std::invalid_argument);
}

}  // namespace
}  // namespace doorbell::memory
