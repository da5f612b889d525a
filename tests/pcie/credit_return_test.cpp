// How credits come back: of every class, after the way of an UpdateFC, and none where they are
// infinite (PCIe 6.0 2.6.1).
#include <gtest/gtest.h>

#include "doorbell/pcie/arch/dma_engine.h"
#include "tests/pcie/system.h"

namespace doorbell::pcie::test {
namespace {

Task<void> store_many(System& s, unsigned count, unsigned& done) {
  for (; done < count; ++done)
    co_await s.processor.store(System::bar0(0, 0) + dma::DMA_TAIL, 0);
}

TEST(CreditReturnTest, AnEndpointGivesBackThoseOfHeadersAndOfData) {
  SystemParameters p;
  p.link.downstream_credits.limits.posted = {4, 4};
  System system(p);
  system.enable();
  unsigned done = 0;
  system.start(store_many(system, 20, done));
  System::run();
  EXPECT_EQ(done, 20u);
}

Task<void> write_many(Function& f, unsigned count) {
  for (unsigned i = 0; i < count; ++i)
    co_await f.write(high_memory, 256);
}

// One write at a time: the next one leaves when the UpdateFC for the one before has come.
TEST(CreditReturnTest, AnUpdateTravelsAsLongAsTheLink) {
  SystemParameters p;
  p.link.upstream_credits.limits.posted = {1, 16};
  System system(p);
  system.enable();
  system.start(write_many(system.function(), 3));
  System::run();
  const auto& accesses = system.memory.accesses;
  ASSERT_EQ(accesses.size(), 3u);
  const Time there_and_back = line_time(280) + 2 * p.link.latency;
  for (std::size_t i = 1; i < 3; ++i) {
    const Time period = accesses[i].at - accesses[i - 1].at;
    EXPECT_GE(period, there_and_back + line_time(8));
    EXPECT_LE(period, there_and_back + line_time(2 * 8) + 2) << "behind an Ack at most";
  }
}

TEST(CreditReturnTest, InfiniteOnesAreNeverUpdated) {
  SystemParameters p;
  p.link.upstream_credits.limits.posted = {0, 0};
  System system(p);
  system.enable();
  system.start(write_many(system.function(), 100));
  System::run();
  ASSERT_EQ(system.memory.accesses.size(), 100u);
  const std::uint64_t sent = system.count("link0.upstream.tlp_bytes");
  EXPECT_GT(system.count("link0.downstream.dllps"), 0u);
  EXPECT_LE(system.count("link0.downstream.dllps"), sent / ack_limit_bytes(p.link.shape()))
      << "Acks alone";
}

}  // namespace
}  // namespace doorbell::pcie::test
