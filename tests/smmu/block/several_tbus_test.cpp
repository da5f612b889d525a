// An SMMU with several TBUs: invalidations and SYNCs for all of them, turns at the TCU, the width
// of DTI, and what they carry together.
#include <algorithm>

#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr Time cycle = nanosecond;
constexpr Time access_time = 40 * nanosecond;
// Defaults of SmmuParameters.
constexpr Time micro = 1 * cycle, main_tlb = 3 * cycle, dti = 8 * cycle, configuration = 3 * cycle,
               walk_caches = 4 * cycle, decode = 2 * cycle, sync_command = 132 * cycle;
constexpr std::uint64_t iova = 0x4000, page = 0xa000'0000;

/// StreamID n is at TBU n.
SmmuParameters with_tbus(std::uint32_t count) {
  SmmuParameters p;
  p.tbus.clear();
  for (std::uint32_t n = 0; n < count; ++n)
    p.tbus.push_back({.first_stream_id = n, .last_stream_id = n});
  return p;
}

Dma at_tbu(unsigned n, std::uint64_t address, bool write = true) {
  return {.stream = n, .address = address, .write = write, .tbu = n};
}

/// Every stream translates by the same tables, and has its STE and CD cached.
Task<void> set_up(Bench& b, unsigned pages = 1) {
  for (unsigned n = 0; n < b.smmu.tbu_count(); ++n)
    b.translate_stream(n);
  for (unsigned n = 0; n < pages; ++n)
    b.map(iova + 0x1000 * n, page + 0x1000 * n);
  co_await b.enable();
  for (unsigned n = 0; n < b.smmu.tbu_count(); ++n) {
    Dma d = at_tbu(n, iova);
    co_await b.dma(d);
    EXPECT_TRUE(d.ok);
  }
}

const Histogram& sync_times(Bench& b) {
  const Statistic* const found = b.simulation().statistics().find("bench.smmu.tcu.sync_time");
  return dynamic_cast<const HistogramStatistics&>(*found).histogram();
}

class Sync : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Tbus, Sync, ::testing::Values(1u, 2u, 8u));

// There and back over DTI; the TCU takes in one acknowledgement a cycle.
TEST_P(Sync, OfIdleTbusIsItsClosedForm) {
  Bench bench(with_tbus(GetParam()));
  bench.run(set_up(bench));
  EXPECT_EQ(sync_times(bench).maximum(), sync_command + dti + dti + (GetParam() - 1) * cycle);
  EXPECT_EQ(sync_times(bench).minimum(), sync_times(bench).maximum());
}
TEST_P(Sync, TakesInAcknowledgementsOneAfterTheOther) {
  SmmuParameters p = with_tbus(GetParam());
  p.tcu.acknowledgement = 7;
  Bench bench(p);
  bench.run(set_up(bench));
  EXPECT_EQ(sync_times(bench).maximum(), sync_command + dti + dti + (GetParam() - 1) * 7 * cycle);
}

/// The last TBU has a write under way that takes its time.
Task<void> slow(Bench& b, unsigned tbus) {
  co_await set_up(b);
  b.memory.hold(page, page + 0xfff);
  Dma d = at_tbu(tbus - 1, iova);
  b.start(b.dma(d));
  co_await b.sleep(microsecond);
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1) << "the others have acknowledged";
  const Memory::Access fetch = b.memory.log.back();
  EXPECT_EQ(fetch.port, 2u);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(sync_times(b).maximum(), d.ended + dti - (fetch.done + decode));
}
TEST_P(Sync, WaitsForTheSlowestAndNoLonger) {
  Bench bench(with_tbus(GetParam()));
  bench.run(slow(bench, GetParam()));
}

/// Whether the page moves and a SYNC is complete while a device still writes to the old one.
Task<void> reaches_all(Bench& b) {
  co_await set_up(b);
  b.memory.store(b.descriptor(iova, 3), (page + 0x10'0000) | Bench::page_rw);
  co_await b.command_and_sync(
      {.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = iova});
  for (unsigned n = 0; n < b.smmu.tbu_count(); ++n) {
    Dma d = at_tbu(n, iova);
    co_await b.dma(d);
    EXPECT_EQ(b.memory.log.back().address, page + 0x10'0000) << "TBU " << n;
  }
}
TEST_P(Sync, AnInvalidationReachesEveryTbu) {
  Bench bench(with_tbus(GetParam()));
  bench.run(reaches_all(bench));
}

/// How long all TBUs wait to be told of the third of three invalidations while the last one's
/// acknowledgements are behind its own requests: it has room for two.
Task<void> behind_requests(Bench& b, unsigned requests, Time& took) {
  co_await set_up(b, requests + 1);
  std::vector<Dma> reads;
  for (unsigned n = 1; n <= requests; ++n)
    reads.push_back(at_tbu(3, iova + 0x1000 * n, false));
  const Time start = b.now();
  for (Dma& read : reads)
    b.start(b.dma(read));
  for (const std::uint64_t address : {iova + 0x2000, iova + 0x1000, iova})
    b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = address});
  co_await b.ring();
  while (b.counter("tbu0.main_tlb", "invalidations") == 0 && b.now() < start + 10 * microsecond)
    co_await b.sleep(cycle);
  took = b.now() - start;
  for (unsigned n = 1; n < 3; ++n)
    EXPECT_EQ(b.counter("tbu" + std::to_string(n) + ".main_tlb", "invalidations"), 1u);
  co_await b.drained();
  co_await b.sleep(10 * microsecond);
  for (const Dma& read : reads)
    EXPECT_TRUE(read.ok);
}
TEST(SeveralTbus, WaitForTheOneThatHasNoRoomAndAreToldTogether) {
  SmmuParameters p = with_tbus(4);
  p.dti_width = 1;
  p.tbu.translation_slots = 64;
  Bench bench(p);
  constexpr unsigned requests = 60;
  Time took = 0;
  bench.run(behind_requests(bench, requests, took));
  EXPECT_GE(took, requests * 20 * cycle) << "20 bytes each";
  EXPECT_LT(took, 10 * microsecond);
}

/// So many reads of one page that the micro TLB has, at once; how long they take.
Task<void> many_hits(Bench& b, unsigned tbus, unsigned each, Time& took) {
  co_await set_up(b);
  std::vector<Dma> reads;
  for (unsigned i = 0; i < tbus * each; ++i)
    reads.push_back(at_tbu(i % tbus, iova, false));
  const Time start = b.now();
  for (Dma& read : reads)
    b.start(b.dma(read));
  co_await b.sleep(10 * microsecond);
  Time end = 0;
  for (const Dma& read : reads) {
    EXPECT_TRUE(read.ok);
    end = std::max(end, read.ended);
  }
  took = end - start;
}

class Hits : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Tbus, Hits, ::testing::Values(1u, 2u, 4u));

// One look-up a cycle at each TBU, whatever the others do: n carry n times the hits.
TEST_P(Hits, GrowWithTheNumberOfTbus) {
  SmmuParameters p = with_tbus(GetParam());
  p.tbu.translation_slots = 1;
  Bench bench(p, 2048);
  Time took = 0;
  bench.run(many_hits(bench, GetParam(), 500, took));
  EXPECT_EQ(took, 500 * cycle + access_time);
}

/// Reads of pages that no cache has, in the order in which they end.
struct Misses {
  std::vector<unsigned> order;  ///< TBUs
  Task<void> read(Bench& b, unsigned tbu, std::uint64_t address) {
    Dma d = at_tbu(tbu, address, false);
    co_await b.dma(d);
    EXPECT_TRUE(d.ok);
    order.push_back(tbu);
  }
};

Task<void> turns(Bench& b, Misses& misses) {
  co_await set_up(b, 64);
  for (unsigned i = 0; i < 12; ++i)
    b.start(misses.read(b, 0, iova + 0x1000 * (1 + i)));
  co_await b.sleep(20 * cycle);
  for (unsigned i = 0; i < 12; ++i)
    b.start(misses.read(b, 1, iova + 0x1000 * (17 + i)));
  co_await b.sleep(20 * cycle);
  b.start(misses.read(b, 2, iova + 0x1000 * 33));
  co_await b.sleep(10 * microsecond);
}

// Four slots are TBU 0's. Of what waits then, each TBU in turn: the only request of TBU 2 isn't
// behind all of TBU 1's, which came before.
TEST(SeveralTbus, HaveTheirTurnsAtTheTcu) {
  SmmuParameters p = with_tbus(3);
  p.tcu.translation_slots = 4;
  Bench bench(p);
  Misses misses;
  bench.run(turns(bench, misses));
  ASSERT_EQ(misses.order.size(), 25u);
  EXPECT_TRUE(std::all_of(misses.order.begin(), misses.order.begin() + 4,
                          [](unsigned tbu) { return tbu == 0; }));
  const auto of_2 = std::find(misses.order.begin(), misses.order.end(), 2u);
  EXPECT_LE(std::count(misses.order.begin(), of_2, 1u), 2);
  // While both have more, neither comes three times in a row.
  for (std::size_t i = 4; i + 2 < 20; ++i) {
    EXPECT_FALSE(misses.order[i] == misses.order[i + 1] && misses.order[i] == misses.order[i + 2])
        << i;
  }
  EXPECT_GT(bench.counter("tcu.turns_queue", "arrivals"), 0u);
}

// One translation begins in a cycle, of whichever TBU.
Task<void> same_cycle(Bench& b, std::vector<Dma>& reads) {
  co_await set_up(b, 64);
  co_await b.sleep(microsecond);
  for (unsigned n = 0; n < reads.size(); ++n) {
    reads[n] = at_tbu(n, iova + 0x1000 * (1 + n), false);
    b.start(b.dma(reads[n]));
  }
  co_await b.sleep(5 * microsecond);
}
TEST(SeveralTbus, OneTranslationBeginsInACycle) {
  Bench bench(with_tbus(4));
  std::vector<Dma> reads(4);
  bench.run(same_cycle(bench, reads));
  constexpr Time miss = micro + main_tlb + dti + configuration + walk_caches + access_time + dti;
  std::vector<Time> took;
  for (const Dma& read : reads)
    took.push_back(read.took());
  std::sort(took.begin(), took.end());
  for (unsigned n = 0; n < 4; ++n)
    EXPECT_EQ(took[n], miss + access_time + n * cycle) << n;
}

// A narrow link takes a message of 20 bytes in so many cycles, each way; each TBU has its own.
Task<void> narrow(Bench& b, Time& alone, std::vector<Dma>& reads) {
  co_await set_up(b, 64);
  Dma d = at_tbu(0, iova + 0x1000, false);
  co_await b.dma(d);
  alone = d.took();
  for (unsigned n = 0; n < reads.size(); ++n) {
    reads[n] = at_tbu(0, iova + 0x1000 * (2 + n), false);
    b.start(b.dma(reads[n]));
  }
  co_await b.sleep(5 * microsecond);
}
TEST(SeveralTbus, ANarrowLinkTakesItsMessagesOneAfterTheOther) {
  SmmuParameters p = with_tbus(1);
  p.dti_width = 5;
  Bench bench(p);
  Time alone = 0;
  std::vector<Dma> reads(3);
  bench.run(narrow(bench, alone, reads));
  constexpr Time beats = 3 * cycle;  // after the first
  constexpr Time miss = micro + main_tlb + dti + beats + configuration + walk_caches + access_time +
                        dti + beats + access_time;
  EXPECT_EQ(alone, miss);
  for (unsigned n = 0; n < 3; ++n)
    EXPECT_EQ(reads[n].ended - reads[0].started, miss + n * 4 * cycle) << n;
}

// Each has the sizes that its entry says, and the others' where it says none.
TEST(SeveralTbus, HaveSizesOfTheirOwn) {
  SmmuParameters p = with_tbus(2);
  p.tbus[1].micro_tlb_entries = 4;
  p.tbus[1].main_tlb_entries = 64;
  p.tbus[1].translation_slots = 2;
  EXPECT_EQ(p.of_tbu(0).tbu.micro_tlb.geometry.entries, 32u);
  EXPECT_EQ(p.of_tbu(1).tbu.micro_tlb.geometry.entries, 4u);
  EXPECT_EQ(p.of_tbu(1).tbu.micro_tlb.geometry.ways, 4u) << "fully associative, as that of all";
  EXPECT_EQ(p.of_tbu(1).tbu.main_tlb.geometry.ways, 4u);
  Bench bench(p);
  EXPECT_EQ(bench.counter("tbu0.translation_slots", "capacity"), 16u);
  EXPECT_EQ(bench.counter("tbu1.translation_slots", "capacity"), 2u);
}

}  // namespace
}  // namespace doorbell::smmu::test
