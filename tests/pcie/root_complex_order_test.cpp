#include <gtest/gtest.h>

#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr std::uint64_t data_address = high_memory;
constexpr std::uint64_t doorbell_address = 0x0809'0040;
constexpr Time slow = 10 * microsecond;

Time slow_memory(std::uint64_t address) {
  return address == doorbell_address ? 0 : slow;
}

Task<void> write_then_signal(Function& f) {
  co_await f.write(data_address, 64);
  co_await f.signal(0);
}

TEST(RootComplexOrderTest, PostedWritesLeaveInOrderWithTheirDomain) {
  System system;
  system.enable();
  system.program_msix(0, doorbell_address, 1);
  system.memory.latency = slow_memory;
  system.start(write_then_signal(system.function()));
  System::run();
  const auto& accesses = system.memory.accesses;
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].address, data_address);
  EXPECT_EQ(accesses[1].address, doorbell_address);
  for (const auto& access : accesses) {
    EXPECT_TRUE(access.requester.is_posted);
    EXPECT_EQ(access.requester.requester_id, 8u);
    EXPECT_EQ(access.requester.stream_id, 8u);
    EXPECT_EQ(access.requester.device_id, 8u);
    EXPECT_NE(access.requester.order_domain, 0u);
    EXPECT_EQ(access.requester.order_domain, accesses[0].requester.order_domain);
  }
}

Task<void> write_then_read(Function& f) {
  co_await f.write(data_address, 64);
  const bool ok = co_await f.read(data_address + 0x1000, 64);
  EXPECT_TRUE(ok);
}

TEST(RootComplexOrderTest, ReadWaitsForEarlierPostedWritesToBeObserved) {
  System system;
  system.enable();
  system.memory.latency = slow_memory;
  system.start(write_then_read(system.function()));
  System::run();
  const auto& accesses = system.memory.accesses;
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_TRUE(accesses[0].write);
  EXPECT_GE(accesses[1].at, accesses[0].answered);
}

Task<void> write_only(Function& f) {
  co_await f.write(data_address, 64);
}
Task<void> read_only(Function& f) {
  co_await f.read(data_address + 0x1000, 64);
}

SystemParameters two_functions(OrderDomain domain) {
  SystemParameters p;
  p.endpoint.functions = 2;
  p.root.order_domain = domain;
  return p;
}

TEST(RootComplexOrderTest, RequesterDomainsDontWaitForEachOther) {
  System system(two_functions(OrderDomain::requester));
  system.enable(0, 0);
  system.enable(0, 1);
  system.memory.latency = slow_memory;
  system.start(write_only(system.function(0, 0)));
  system.start(read_only(system.function(0, 1)));
  System::run();
  const auto& accesses = system.memory.accesses;
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_LT(accesses[1].at, accesses[0].answered);
  EXPECT_NE(accesses[0].requester.order_domain, accesses[1].requester.order_domain);
}

TEST(RootComplexOrderTest, VirtualChannelDomainHoldsEverybody) {
  System system(two_functions(OrderDomain::vc));
  system.enable(0, 0);
  system.enable(0, 1);
  system.memory.latency = slow_memory;
  system.start(write_only(system.function(0, 0)));
  system.start(read_only(system.function(0, 1)));
  System::run();
  const auto& accesses = system.memory.accesses;
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_GE(accesses[1].at, accesses[0].answered);
  EXPECT_EQ(accesses[0].requester.order_domain, accesses[1].requester.order_domain);
}

Task<void> load_after_dma(System& s, Time& end) {
  co_await Delay{Simulation::current().scheduler(), 100 * nanosecond};
  co_await s.processor.load(System::bar0(0, 0));
  end = Simulation::current().scheduler().now();
}

TEST(RootComplexOrderTest, CompletionNeverPassesEarlierPostedWrites) {
  // A device's write is under way towards a slow memory when a processor reads one of its
  // registers: the register's value arrives after the data is in memory (the producer and consumer
  // model).
  System system;
  system.enable();
  system.memory.latency = slow_memory;
  Time end = 0;
  system.start(write_only(system.function()));
  system.start(load_after_dma(system, end));
  System::run();
  ASSERT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_GE(end, system.memory.accesses[0].answered);
}

Task<void> relaxed_write(Function& f) {
  co_await f.write(data_address, 64, {}, {.relaxed_ordering = true});
}

TEST(RootComplexOrderTest, RelaxedOrderingTravelsWithTheTransactionWhileEnabled) {
  System system;
  system.enable();
  system.start(relaxed_write(system.function()));
  System::run(microsecond);
  ASSERT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_TRUE(system.memory.accesses[0].requester.relaxed_ordering);
  // Device Control: Enable Relaxed Ordering off.
  unsigned capability = system.function().read_configuration(0x34, 1);
  while (system.function().read_configuration(capability, 1) != ExpressCapability::id) {
    capability = system.function().read_configuration(capability + 1, 1);
  }
  system.function().write_configuration(capability + ExpressCapability::Device_Control, 2, 0);
  system.start(relaxed_write(system.function()));
  System::run(microsecond);
  ASSERT_EQ(system.memory.accesses.size(), 2u);
  EXPECT_FALSE(system.memory.accesses[1].requester.relaxed_ordering);
}

Task<void> configure_as_a_device(System& s, bool& done) {
  for (const auto command : {tlm::TLM_READ_COMMAND, tlm::TLM_WRITE_COMMAND}) {
    const PayloadReference payload =
        Simulation::current().payloads().take(command, System::ecam(1, 0, 0x3c), 4);
    payload->requester().order_domain = 1;
    payload->requester().is_posted = command == tlm::TLM_WRITE_COMMAND;
    co_await s.processor.configuration.transport(*payload);
    EXPECT_EQ(payload->get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
  done = true;
}

TEST(RootComplexOrderTest, ADeviceMakesNoConfigurationRequests) {
  System system;
  system.enable();
  bool done = false;
  system.start(configure_as_a_device(system, done));
  System::run();
  EXPECT_TRUE(done);
  EXPECT_EQ(system.count("link0.downstream.tlps"), 0u);
  EXPECT_EQ(system.count("root.unsupported_requests"), 2u);
}

TEST(RootComplexOrderTest, MapsTurnRequesterIdsIntoStreamAndDeviceIds) {
  SystemParameters p;
  p.root.stream_id = {0x100, 1};
  p.root.device_id = {0x4000, 0};
  System system(p);
  system.enable();
  system.start(write_only(system.function()));
  System::run();
  ASSERT_EQ(system.memory.accesses.size(), 1u);
  EXPECT_EQ(system.memory.accesses[0].requester.stream_id, 0x110u);
  EXPECT_EQ(system.memory.accesses[0].requester.device_id, 0x4008u);
}

}  // namespace
}  // namespace doorbell::pcie::test
