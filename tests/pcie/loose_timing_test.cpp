// The same things happen under loose timing; only their times are looser.
#include <gtest/gtest.h>

#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

constexpr std::uint64_t doorbell_address = 0x0809'0040;

Task<void> everything(System& s, bool& done) {
  const std::uint64_t command = System::ecam(1, 0, 4);
  EXPECT_EQ(co_await s.processor.load(System::ecam(1, 0, 0)), 0x0dbe'1b36u);
  EXPECT_EQ(co_await s.processor.load(System::ecam(2, 0, 0)), ~0u);
  co_await s.processor.store(System::ecam(1, 0, 0x10), System::bar0(0, 0));
  co_await s.processor.store(System::ecam(1, 0, 0x18), System::bar2(0, 0));
  co_await s.processor.store(command, 6, 2);
  const unsigned control = s.function().msix().offset() + 2;
  co_await s.processor.store(System::ecam(1, 0, control), 0x8000, 2);
  co_await s.processor.store(System::bar2(0, 0), static_cast<std::uint32_t>(doorbell_address));
  co_await s.processor.store(System::bar2(0, 0) + 8, 42);
  EXPECT_EQ(co_await s.processor.load(System::bar2(0, 0) + 8), 42u);
  std::vector<std::uint8_t> data(1000);
  for (std::size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<std::uint8_t>(i);
  EXPECT_TRUE(co_await s.function().write(high_memory, 1000, data));
  EXPECT_EQ(co_await s.function().signal(0), MsiOutcome::pending);
  co_await s.processor.store(System::bar2(0, 0) + 12, 0);
  std::vector<std::uint8_t> back(1000);
  EXPECT_TRUE(co_await s.function().read(high_memory, 1000, back));
  EXPECT_EQ(back, data);
  EXPECT_EQ(s.memory.word(doorbell_address), 42u);
  done = true;
}

class BothTimings : public ::testing::TestWithParam<Timing> {};

TEST_P(BothTimings, GiveTheSameResult) {
  System system;
  Simulation::current().scheduler().set_timing(GetParam());
  bool done = false;
  system.start(everything(system, done));
  System::run();
  EXPECT_TRUE(done);
  EXPECT_EQ(system.function().messages_sent(), 1u);
  EXPECT_EQ(system.function().messages_released(), 1u);
}
INSTANTIATE_TEST_SUITE_P(Loose, BothTimings, ::testing::Values(Timing::loose));
INSTANTIATE_TEST_SUITE_P(Approximate, BothTimings, ::testing::Values(Timing::approximate));

}  // namespace
}  // namespace doorbell::pcie::test
