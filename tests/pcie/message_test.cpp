// MSI and MSI-X of a function, programmed by a processor and observed at memory.
#include <gtest/gtest.h>

#include <map>

#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr std::uint64_t doorbell_address = 0xfffe'e040;  // an IOVA of the doorbell page

std::vector<std::uint32_t> messages(System& s) {
  std::vector<std::uint32_t> events;
  for (const auto& access : s.memory.accesses) {
    if (access.address == doorbell_address) events.push_back(s.memory.word(doorbell_address));
  }
  return events;
}
std::size_t message_count(System& s) {
  return messages(s).size();
}

std::uint64_t entry(unsigned vector, unsigned offset) {
  return System::bar2(0, 0) + 16 * vector + offset;
}

class MsixSystem {
 public:
  explicit MsixSystem(System& s)
      : system(s), control(System::ecam(1, 0, s.function().msix().offset() + 2)) {}

  // As Linux's msix_capability_init: enable with all masked, then table, then unmask the function.
  Task<void> enable() {
    co_await system.processor.store(control, 0xc000, 2);
    for (unsigned v = 0; v < 16; ++v)
      co_await system.processor.store(entry(v, 12), 1);
    co_await system.processor.store(control, 0x8000, 2);
  }
  Task<void> program(unsigned vector, std::uint32_t data) {
    co_await system.processor.store(entry(vector, 0), static_cast<std::uint32_t>(doorbell_address));
    co_await system.processor.store(entry(vector, 4),
                                    static_cast<std::uint32_t>(doorbell_address >> 32));
    co_await system.processor.store(entry(vector, 8), data);
    co_await system.processor.load(entry(vector, 8));
  }
  Task<void> set_mask(unsigned vector, bool masked) {
    co_await system.processor.store(entry(vector, 12), masked ? 1 : 0);
    co_await system.processor.load(entry(0, 0));
  }
  Task<std::uint64_t> pending() {
    const std::uint64_t pba = System::bar2(0, 0) + system.function().msix().layout().pba_offset;
    const std::uint64_t low = co_await system.processor.load(pba);
    co_return low | std::uint64_t{co_await system.processor.load(pba + 4)} << 32;
  }
  Task<void> settle() { co_await Delay{Simulation::current().scheduler(), microsecond}; }

  System& system;
  std::uint64_t control;
};

Task<void> mask_and_unmask(System& s, bool& done) {
  MsixSystem msix(s);
  co_await msix.enable();
  co_await msix.program(5, 105);
  EXPECT_EQ(co_await s.function().signal(5), MsiOutcome::pending);
  EXPECT_EQ(co_await s.function().signal(5), MsiOutcome::merged);
  EXPECT_EQ(co_await msix.pending(), 1u << 5);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 0u);
  co_await msix.set_mask(5, false);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 1u);
  EXPECT_EQ(s.memory.word(doorbell_address), 105u);
  EXPECT_EQ(co_await msix.pending(), 0u);
  EXPECT_EQ(co_await s.function().signal(5), MsiOutcome::sent);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 2u);
  done = true;
}

TEST(MessageTest, MaskedVectorIsDeliveredExactlyOnceOnUnmask) {
  System system;
  system.enable();
  bool done = false;
  system.start(mask_and_unmask(system, done));
  System::run();
  EXPECT_TRUE(done);
  const Function& f = system.function();
  EXPECT_EQ(f.messages_sent(), 2u);
  EXPECT_EQ(f.messages_held(), 1u);
  EXPECT_EQ(f.messages_released(), 1u);
  EXPECT_EQ(f.messages_merged(), 1u);
  EXPECT_EQ(f.messages_refused(), 0u);
}

Task<void> function_mask(System& s, bool& done) {
  MsixSystem msix(s);
  co_await msix.enable();
  for (unsigned v : {0u, 1u, 2u}) {
    co_await msix.program(v, 100 + v);
    co_await msix.set_mask(v, false);
  }
  co_await s.processor.store(msix.control, 0xc000, 2);
  for (unsigned v : {0u, 1u, 2u})
    co_await s.function().signal(v);
  EXPECT_EQ(co_await msix.pending(), 7u);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 0u);
  co_await msix.set_mask(1, true);
  co_await s.processor.store(msix.control, 0x8000, 2);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 2u);
  EXPECT_EQ(co_await msix.pending(), 2u);
  done = true;
}

TEST(MessageTest, FunctionMaskHoldsAllAndReleasesTheUnmasked) {
  System system;
  system.enable();
  bool done = false;
  system.start(function_mask(system, done));
  System::run();
  EXPECT_TRUE(done);
}

Task<void> bus_master_off(System& s, bool& done) {
  MsixSystem msix(s);
  co_await msix.enable();
  co_await msix.program(0, 100);
  EXPECT_EQ(co_await s.function().signal(0), MsiOutcome::pending);
  co_await s.processor.store(System::ecam(1, 0, 4), ConfigurationSpace::Memory_Space_Enable, 2);
  EXPECT_FALSE(co_await s.function().write(high_memory, 64));
  EXPECT_FALSE(co_await s.function().read(high_memory, 64));
  co_await msix.set_mask(0, false);
  EXPECT_EQ(co_await s.function().signal(0), MsiOutcome::disabled);
  co_await msix.settle();
  EXPECT_TRUE(s.memory.accesses.empty());
  co_await s.processor.store(System::ecam(1, 0, 4), 6, 2);
  co_await msix.settle();
  EXPECT_EQ(message_count(s), 1u);  // the pending one
  done = true;
}

TEST(MessageTest, NothingLeavesWithoutBusMasterEnable) {
  System system;
  system.enable();
  bool done = false;
  system.start(bus_master_off(system, done));
  System::run();
  EXPECT_TRUE(done);
}

Task<void> msi(System& s, unsigned capability, bool& done) {
  const auto at = [&](unsigned offset) { return System::ecam(1, 0, capability + offset); };
  EXPECT_EQ(co_await s.function().signal(0), MsiOutcome::disabled);
  co_await s.processor.store(at(4), static_cast<std::uint32_t>(doorbell_address));
  co_await s.processor.store(at(8), static_cast<std::uint32_t>(doorbell_address >> 32));
  co_await s.processor.store(at(12), 0x40, 2);
  co_await s.processor.store(at(2), 2 << 4 | 1, 2);
  EXPECT_EQ(co_await s.function().signal(3), MsiOutcome::sent);
  co_await Delay{Simulation::current().scheduler(), microsecond};
  EXPECT_EQ(s.memory.word(doorbell_address), 0x43u);
  co_await s.processor.store(at(0x10), 2);  // mask vector 1
  EXPECT_EQ(co_await s.function().signal(1), MsiOutcome::pending);
  EXPECT_EQ(co_await s.processor.load(at(0x14)), 2u);
  co_await s.processor.store(at(0x10), 0);
  co_await Delay{Simulation::current().scheduler(), microsecond};
  EXPECT_EQ(s.memory.word(doorbell_address), 0x41u);
  EXPECT_EQ(message_count(s), 2u);
  done = true;
}

TEST(MessageTest, MsiSendsItsVectorInTheLowBitsOfTheData) {
  SystemParameters p;
  p.endpoint.function.msi_vectors = 4;
  System system(p);
  system.enable();
  unsigned capability = system.function().read_configuration(0x34, 1);
  while (system.function().read_configuration(capability, 1) != MsiCapability::id) {
    capability = system.function().read_configuration(capability + 1, 1);
  }
  bool done = false;
  system.start(msi(system, capability, done));
  System::run();
  EXPECT_TRUE(done);
}

Task<void> signal(Function& f) {
  co_await f.signal(0);
}

TEST(MessageTest, FunctionsAreToldApartByTheirRequesterIds) {
  SystemParameters p;
  p.endpoints = 2;
  p.endpoint.functions = 2;
  System system(p);
  for (unsigned e : {0u, 1u}) {
    for (unsigned f : {0u, 1u}) {
      system.enable(e, f);
      system.program_msix(0, doorbell_address, 10 * e + f, e, f);
      system.start(signal(system.function(e, f)));
    }
  }
  System::run();
  std::map<std::uint32_t, unsigned> seen;
  for (const auto& access : system.memory.accesses)
    ++seen[access.requester.device_id];
  EXPECT_EQ(seen, (std::map<std::uint32_t, unsigned>{{8, 1}, {9, 1}, {16, 1}, {17, 1}}));
}

}  // namespace
}  // namespace doorbell::pcie::test
