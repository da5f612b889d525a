// What becomes of requests that go wrong, and of addresses at the edges of what somebody claims.
#include <gtest/gtest.h>

#include "doorbell/pcie/arch/dma_engine.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

Task<void> write_once(Function& f) {
  co_await f.write(high_memory, 64);
}

TEST(OutcomeTest, APostedWriteThatMemoryRefusesIsCounted) {
  System system;
  system.enable();
  system.memory.end = high_memory;
  system.start(write_once(system.function()));
  System::run();
  EXPECT_EQ(system.count("root.memory_errors"), 1u);
}

Task<void> signal_once(Function& f) {
  co_await f.signal(0);
}

TEST(OutcomeTest, AnMsiThatNobodyTakesIsMisdirected) {
  System system;
  system.enable();
  system.program_msix(0, 0x4000'0000, 7);
  system.memory.takes_messages = false;
  system.start(signal_once(system.function()));
  System::run();
  EXPECT_EQ(system.memory.word(0x4000'0000), 7u);
  EXPECT_EQ(system.count("root.misdirected_messages"), 1u);
  JourneyLog& journeys = Simulation::current().journeys();
  EXPECT_EQ(journeys.finished(Outcome::misdirected), 1u);
  EXPECT_EQ(journeys.in_flight(), 0u);
}

Task<void> load_into(System& s, std::uint64_t address, std::uint32_t& value) {
  value = co_await s.processor.load(address);
  EXPECT_EQ(s.processor.status, tlm::TLM_OK_RESPONSE);
}
std::uint32_t loaded(System& s, std::uint64_t address) {
  std::uint32_t value = 0x5a5a'5a5a;
  s.start(load_into(s, address, value));
  System::run(10 * microsecond);
  return value;
}

// In D3hot a function answers configuration requests alone (PCIe 6.0 5.3.1.4).
TEST(OutcomeTest, AFunctionInD3ClaimsNoMemory) {
  System system;
  system.enable();
  Function& f = system.function();
  EXPECT_EQ(loaded(system, System::bar0(0, 0)), dma::identification);
  const unsigned PMCSR = f.read_configuration(0x34, 1) + 4;
  f.write_configuration(PMCSR, 2, 3);
  EXPECT_EQ(loaded(system, System::bar0(0, 0)), ~0u);
  EXPECT_EQ(loaded(system, System::ecam(1, 0, 0)), 0x0dbe'1b36u);
  f.write_configuration(PMCSR, 2, 0);
  EXPECT_EQ(loaded(system, System::bar0(0, 0)), dma::identification);
}

TEST(OutcomeTest, BehindTheLastBusOfTheEcamIsMemory) {
  SystemParameters p;
  p.root.ecam_buses = 1;
  System system(p);
  system.enable();
  const std::uint64_t behind = p.root.ecam_base + RootComplex::ecam_bytes_per_bus;
  system.function().write_configuration(0x10, 4, static_cast<std::uint32_t>(behind));
  system.function().write_configuration(0x14, 4, static_cast<std::uint32_t>(behind >> 32));
  EXPECT_EQ(loaded(system, behind), dma::identification);
  EXPECT_EQ(loaded(system, behind - 4), ~0u) << "a function that isn't there";
}

}  // namespace
}  // namespace doorbell::pcie::test
