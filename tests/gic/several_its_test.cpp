// Several ITSs of one GIC: each has a queue, tables, caches and links of its own, and they meet at
// the redistributors.

#include <gtest/gtest.h>

#include "tests/gic/gic_bench.h"

namespace doorbell::gic::test {
namespace {

constexpr std::uint32_t lpi = 8200;
constexpr std::uint8_t enabled = 0xA3, masked = 0xA2;

class SeveralIts : public testing::Test {
 protected:
  void start(LpiCacheScope scope = LpiCacheScope::chip) {
    GicParameters parameters;
    parameters.its_count = 3;
    parameters.redistributor.lpi_cache_scope = scope;
    bench = std::make_unique<Bench>(parameters);
    bench->bring_up();
    for (const unsigned its : {1u, 2u}) {
      bench->use(its);
      bench->bring_up_its();
    }
    for (const unsigned its : {0u, 1u, 2u}) {
      bench->use(its);
      bench->map_device(0x10 + its);
      bench->map_event(0x10 + its, 0, lpi + its, 0);
      bench->configure(lpi + its, enabled);
    }
  }
  void settle() { bench->advance(2 * microsecond); }
  void ring(unsigned its, std::uint32_t EventID = 0) {
    bench->use(its);
    bench->doorbell(0x10 + its, EventID);
    settle();
  }
  std::unique_ptr<Bench> bench;
};

TEST_F(SeveralIts, EachTranslatesByItsOwnTables) {
  start();
  for (const unsigned its : {0u, 1u, 2u}) {
    ring(its);
    EXPECT_EQ(bench->acknowledge(0), lpi + its);
    bench->end(0, lpi + its);
  }
  bench->use(1);
  bench->doorbell(0x10, 0);
  settle();
  EXPECT_EQ(bench->acknowledge(0), spurious_INTID) << "mapped at another";
  EXPECT_EQ(bench->counter("its1.dropped_for.UNMAPPED_DEVICE"), 1u);
  EXPECT_EQ(bench->counter("its.doorbells"), 1u) << "the first keeps its path";
  EXPECT_EQ(bench->counter("its1.doorbells"), 2u);
}

TEST_F(SeveralIts, OneLpiMappedThroughTwoIsOnePendingBit) {
  start();
  bench->use(1);
  bench->map_event(0x11, 1, lpi, 0);
  bench->write_icc(0, ICC_IGRPEN1_EL1, 0);
  ring(0);
  ring(1, 1);
  EXPECT_EQ(bench->gic.redistributor(0).lpis().pending(), 1u);
  EXPECT_EQ(bench->counter("redistributor0.by_doorbell.coalesced"), 1u);
  bench->write_icc(0, ICC_IGRPEN1_EL1, 1);
  EXPECT_EQ(bench->acknowledge(0), lpi);
  EXPECT_EQ(bench->acknowledge(0), spurious_INTID);
}

TEST_F(SeveralIts, ASYNCDoesNotWaitForAnothersCommand) {
  start();
  bench->use(1);
  bench->memory.latency = 100 * microsecond;
  bench->post_later({{.opcode = ItsOpcode::INT, .DeviceID = 0x11}});
  bench->advance(microsecond);
  bench->memory.latency = 100 * nanosecond;
  bench->use(0);
  bench->issue({{.opcode = ItsOpcode::SYNC, .RDbase = 0}});
  EXPECT_EQ(bench->acknowledge(0), spurious_INTID) << "the other's INT isn't there yet";
  bench->advance(200 * microsecond);
  EXPECT_EQ(bench->acknowledge(0), lpi + 1);
}

class SeveralItsInvalidate : public SeveralIts,
                             public testing::WithParamInterface<LpiCacheScope> {};

TEST_P(SeveralItsInvalidate, AnINVByAnyOfThemCounts) {
  start(GetParam());
  bench->use(1);
  bench->map_event(0x11, 1, lpi, 1);  // the same LPI, to another processor
  ring(0);
  EXPECT_EQ(bench->acknowledge(0), lpi);
  bench->end(0, lpi);
  bench->configure(lpi, masked);
  bench->use(1);
  bench->issue({{.opcode = ItsOpcode::INV, .DeviceID = 0x11, .EventID = 1},
                {.opcode = ItsOpcode::SYNC, .RDbase = 1}});
  ring(0);
  EXPECT_EQ(bench->acknowledge(0), spurious_INTID) << "no copy of the old byte is left anywhere";
}
INSTANTIATE_TEST_SUITE_P(Scopes, SeveralItsInvalidate,
                         testing::Values(LpiCacheScope::chip, LpiCacheScope::redistributor));

TEST_F(SeveralIts, OneThatIsFullHoldsUpNoOther) {
  start();
  bench->memory.latency = 100 * microsecond;
  bench->use(1);
  bench->map_device(0x11);  // its entries must be read again
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events(40, {0x11, 0});
  bench->send_stream(events, 0);
  bench->advance(microsecond);
  bench->memory.latency = 100 * nanosecond;
  bench->use(0);
  ring(0);
  EXPECT_EQ(bench->acknowledge(0), lpi);
  EXPECT_LT(bench->streamed, 40u) << "the other's door is still closed";
}

TEST_F(SeveralIts, MOVALLOfTwoAtOnceMovesEachLpiOnce) {
  start();
  bench->write_icc(0, ICC_IGRPEN1_EL1, 0);
  for (const unsigned its : {0u, 1u, 2u})
    ring(its);
  for (const unsigned its : {1u, 0u}) {
    bench->use(its);
    bench->post_later({{.opcode = ItsOpcode::MOVALL, .RDbase = 0, .RDbase2 = 1}});
  }
  bench->advance(10 * microsecond);
  EXPECT_EQ(bench->counter("redistributor0.moved_out"), 3u);
  EXPECT_EQ(bench->gic.redistributor(1).lpis().pending(), 3u);
}

// An ITS that is far away: the link to the redistributor once, and each table access.
TEST(ItsDistance, IsInItsLinksAndTableAccessesAlone) {
  constexpr Time cycle = nanosecond, latency = 100 * nanosecond, distance = 70 * nanosecond;
  GicParameters parameters;
  parameters.its_count = 2;
  parameters.its_places = {{}, {distance}};
  Bench bench(parameters);
  bench.bring_up();
  bench.use(1);
  bench.bring_up_its();
  for (const unsigned its : {0u, 1u}) {
    bench.use(its);
    bench.map_device(1);
    bench.map_event(1, 0, 8200 + its);
    bench.configure(8200 + its, 0xA3);
    // MAPC and MAPD cache nothing.
    bench.issue({{.opcode = ItsOpcode::MAPC, .ICID = 0, .RDbase = 0, .V = true}});
    bench.map_device(1);
    bench.map_device(2);
    for (const bool cold : {true, false}) {
      bench.advance(10 * microsecond);
      const Time sent = bench.time();
      bench.doorbell(1, 0);
      bench.advance(5 * microsecond);
      const Time more = its == 0 ? 0 : distance;
      const Time reads = cold ? 3 * (latency + more) + latency : 0;
      EXPECT_EQ(bench.processors[0]->irq_raised - sent, 18 * cycle + more + reads)
          << "ITS " << its << (cold ? ", cold" : ", warm");
      bench.end(0, bench.acknowledge(0));
    }
  }
}

}  // namespace
}  // namespace doorbell::gic::test
