#include "tests/memory/fabric_bench.h"

namespace doorbell::memory {
namespace {

/// "far" stands for a memory, ten microseconds slow, and "near" for the ITS.
class FabricOrderTest : public FabricBench {
 protected:
  FabricOrderTest() {
    far_parameters_.write_latency = 10 * microsecond;
    build();
  }
  static std::vector<std::uint8_t> data(std::uint8_t value) { return {value, 0, 0, 0}; }
};

TEST_F(FabricOrderTest, AnMsiWaitsUntilTheDataAheadOfItIsObserved) {
  const std::size_t payload = one_.write(0, far_base, data(1), {.domain = 7});
  const std::size_t msi = one_.write(100, near_base, data(2), {.domain = 7});
  run();
  const Time observed = one_.accesses[payload].ended;
  EXPECT_GE(observed, 10 * microsecond);
  // The whole road of the MSI lies behind the answer to the data.
  EXPECT_EQ(one_.accesses[msi].ended, observed + (4 + 1 + 21 + 4) * nanosecond);
  EXPECT_EQ(statistic<QueueStatistics>("fabric.one.ordering").departures(), 1u);
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

TEST_F(FabricOrderTest, WritesToTheSameTargetAreNotHeld) {
  for (int i = 0; i < 10; ++i) {
    one_.write(0, far_base + 8 * static_cast<unsigned>(i), data(1), {.domain = 7});
  }
  run();
  EXPECT_LT(last_end(one_), 11 * microsecond);
  for (std::size_t i = 1; i < 10; ++i) {
    EXPECT_GT(one_.accesses[i].ended, one_.accesses[i - 1].ended);
  }
}

TEST_F(FabricOrderTest, OtherDomainsPortsAndUnorderedWritesAreNotHeld) {
  one_.write(0, far_base, data(1), {.domain = 7});
  const std::size_t other_domain = one_.write(0, near_base, data(2), {.domain = 8});
  const std::size_t unordered = one_.write(0, near_base, data(2));
  const std::size_t relaxed = one_.write(0, near_base, data(2), {.domain = 7, .relaxed = true});
  const std::size_t other_port = two_.write(0, near_base, data(2), {.domain = 7});
  run();
  for (const std::size_t access : {other_domain, unordered, relaxed}) {
    EXPECT_LT(latency(one_, access), 100 * nanosecond);
  }
  EXPECT_LT(latency(two_, other_port), 100 * nanosecond);
}

TEST_F(FabricOrderTest, LaterWritesOfTheDomainStayBehindOneThatWaits) {
  one_.write(0, far_base, data(1), {.domain = 7});
  const std::size_t msi = one_.write(1, near_base, data(2), {.domain = 7});
  const std::size_t next = one_.write(2, far_base, data(3), {.domain = 7});
  run();
  EXPECT_GT(one_.accesses[next].ended, one_.accesses[msi].ended + 10 * microsecond);
}

TEST_F(FabricOrderTest, AWriteStaysBehindARelaxedOneAhead) {
  const std::size_t relaxed = one_.write(0, far_base, data(1), {.domain = 7, .relaxed = true});
  const std::size_t msi = one_.write(1, near_base, data(2), {.domain = 7});
  run();
  EXPECT_GT(one_.accesses[msi].ended, one_.accesses[relaxed].ended);
}

TEST_F(FabricOrderTest, AllThatWaitedForOneAnswerGoOn) {
  const std::size_t payload = one_.write(0, far_base, data(1), {.domain = 7});
  for (unsigned i = 1; i <= 3; ++i)
    one_.write(i, near_base + 8 * i, data(2), {.domain = 7});
  run();
  const Time observed = one_.accesses[payload].ended;
  for (std::size_t i = 1; i <= 3; ++i)
    EXPECT_EQ(one_.accesses[i].ended, observed + (4 + i + 21 + 4) * nanosecond);
}

TEST_F(FabricOrderTest, AWaitIsForAnotherTargetsWrite) {
  JourneyLog& journeys = simulation().journeys();
  journeys.keep_spans(0, 1);
  const StageId endpoint = simulation().stages().add({"endpoint", 10, "fabric", ""});
  JourneyHandle journey = journeys.start({7, 7, 0}, endpoint, 0);
  one_.write(0, far_base, data(1), {.domain = 7, .stream = 0x30});
  one_.write(0, near_base, data(1), {.domain = 7, .stream = 0x31, .relaxed = true});
  one_.write(0, near_base, data(2), {.domain = 7, .stream = 0x32, .journey = journey});
  run();
  std::vector<Holder> holders;
  for (const JourneySpan& span : journey->spans()) {
    if (span.waiting) holders.push_back(span.holder);
  }
  ASSERT_FALSE(holders.empty());
  EXPECT_EQ(holders.front().id, 0x30u);
  journeys.finish(journey, Outcome::acknowledged, one_.accesses[2].ended);
}

TEST_F(FabricOrderTest, TheWaitIsTheStageOrderingOfAnMsi) {
  JourneyLog& journeys = simulation().journeys();
  journeys.keep_spans(0, 1);
  std::vector<StageSample> samples;
  Holder holder;
  journeys.on_finish([&](const Journey& journey, Outcome) {
    samples.assign(journey.samples().begin(), journey.samples().end());
    for (const JourneySpan& span : journey.spans()) {
      if (span.waiting) holder = span.holder;
    }
  });
  const StageId endpoint = simulation().stages().add({"endpoint", 10, "fabric", ""});
  one_.write(0, far_base, data(1), {.domain = 7, .stream = 0x30});
  JourneyHandle journey = journeys.start({7, 7, 0}, endpoint, 0);
  one_.write(0, near_base, data(2), {.domain = 7, .stream = 0x31, .journey = journey});
  run();
  journeys.finish(journey, Outcome::acknowledged, one_.accesses[1].ended);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(simulation().stages().info(samples[1].stage).name, "ordering");
  EXPECT_EQ(samples[1].waiting, one_.accesses[0].ended);
  EXPECT_EQ(samples[1].service, 0u);
  EXPECT_EQ(simulation().stages().info(samples[2].stage).name, "fabric");
  EXPECT_EQ(samples[2].service, (4 + 1 + 21 + 4) * nanosecond);
  EXPECT_EQ(samples[2].waiting, 0u);
  EXPECT_STREQ(holder.what, "unanswered write of stream");
  EXPECT_EQ(holder.id, 0x30u);
}

TEST_F(FabricOrderTest, ManyDomainsEachKeepTheirOrder) {
  for (std::uint32_t domain = 1; domain <= 32; ++domain) {
    one_.write(domain, far_base + 64 * domain, data(1), {.domain = domain});
    one_.write(domain, near_base + 64 * domain, data(2), {.domain = domain});
  }
  run();
  for (std::size_t i = 0; i < 64; i += 2) {
    EXPECT_GT(one_.accesses[i + 1].ended, one_.accesses[i].ended);
    EXPECT_LT(one_.accesses[i + 1].ended, 11 * microsecond);
  }
  EXPECT_EQ(worst_littles_law_error(simulation()), 0.0);
}

}  // namespace
}  // namespace doorbell::memory
