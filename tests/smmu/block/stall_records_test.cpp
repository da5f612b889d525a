// The records of stalled transactions: suppressed, kept back, never lost (IHI 0070 3.12.2, 6.3.6,
// 7.2.1, 7.4).
#include "tests/smmu/block/stalls.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0xa000'0000;
constexpr std::uint64_t queue_end = Bench::event_queue + 0xfff;

/// What a script looks at from time to time.
Task<void> all_done(Bench& b, std::vector<Dma>& accesses, bool ok) {
  co_await b.sleep(2 * microsecond);
  for (const Dma& d : accesses) {
    EXPECT_TRUE(d.done) << std::hex << d.address;
    EXPECT_EQ(d.ok, ok) << std::hex << d.address;
  }
}

Task<void> duplicates(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  std::vector<Dma> reads;
  for (unsigned n = 0; n < 4; ++n)
    reads.push_back(stallable_read(0x4000 + 8 * n));
  for (Dma& d : reads)
    b.start(b.dma(d));
  const Event event = co_await stall_event(b);  // one for all
  Dma write = stallable_write(0x4000, 1);
  b.start(b.dma(write));
  const Event of_write = co_await stall_event(b);  // of another kind
  EXPECT_EQ(b.counter("tcu.stalls_suppressed"), 3u);
  EXPECT_EQ(b.counter("tcu.stalls", "occupancy"), 5u);
  b.map(0x4000, page);
  co_await b.command(retry_of(event));
  co_await all_done(b, reads, true);
  EXPECT_FALSE(write.done);
  co_await b.command(termination_of(of_write));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(write.done);
}
TEST(SmmuStallRecords, OneStandsForAllOfAPageThatAreAlike) {
  Bench bench(with_stalls());
  bench.run(duplicates(bench));
}

// If the first is terminated each of the others is told in its turn (3.12.2.1, the note).
Task<void> one_by_one(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  std::vector<Dma> reads;
  for (unsigned n = 0; n < 3; ++n)
    reads.push_back(stallable_read(0x4000 + 8 * n));
  for (Dma& d : reads)
    b.start(b.dma(d));
  for (unsigned n = 0; n < 3; ++n) {
    const Event event = co_await stall_event(b);
    EXPECT_EQ(event.input_address, reads[n].address);
    co_await b.command(termination_of(event));
  }
  co_await all_done(b, reads, false);
  const auto more = co_await b.take_events();
  EXPECT_TRUE(more.empty());
}
TEST(SmmuStallRecords, DuplicatesOfATerminatedStallAreRecordedOneByOne) {
  Bench bench(with_stalls());
  bench.run(one_by_one(bench));
}

Task<void> stall_max(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  std::vector<Dma> reads;
  for (unsigned n = 0; n < 5; ++n)
    reads.push_back(stallable_read(0x4000 + 0x1000 * n));
  for (Dma& d : reads)
    b.start(b.dma(d));
  std::vector<Event> told = co_await events_of(b);
  EXPECT_EQ(told.size(), 2u);
  EXPECT_EQ(b.counter("tcu.stalls_unrecorded"), 3u);
  for (const Dma& d : reads)
    b.map(d.address, page);
  // Each answer makes room for one; here the others succeed instead, and are never told.
  co_await b.command(retry_of(told[0]));
  const std::vector<Event> more = co_await events_of(b);
  EXPECT_TRUE(more.empty());
  EXPECT_FALSE(reads[1].done);
  co_await b.command(retry_of(told[1]));
  co_await all_done(b, reads, true);
}
TEST(SmmuStallRecords, NoMoreThanStallMaxAreUnanswered) {
  Bench bench(with_stalls(8, 2));
  bench.run(stall_max(bench));
}

// The record of one that waited says what is wrong when it is written.
Task<void> still_wrong(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  Dma first = stallable_read(0x4000), second = stallable_write(0x5000, 1);
  b.start(b.dma(first));
  const Event of_first = co_await stall_event(b);
  b.start(b.dma(second));
  co_await b.sleep(microsecond);
  b.map(0x5000, page, Bench::page_ro);
  co_await b.command(termination_of(of_first));
  const Event of_second = co_await stall_event(b);
  EXPECT_EQ(of_second.type, EventType::F_PERMISSION);
  co_await b.command(termination_of(of_second));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(second.done);
}
TEST(SmmuStallRecords, OneThatWaitedSaysWhatIsWrongThen) {
  Bench bench(with_stalls(8, 1));
  bench.run(still_wrong(bench));
}

/// Records of another stream take all four places.
Task<void> fill_queue(Bench& b) {
  b.translate_stream(2);
  for (unsigned n = 0; n < 4; ++n) {
    const Dma d = co_await b.dma_of({.stream = 2, .address = 0x5000});
    EXPECT_FALSE(d.ok);
  }
  co_await b.sleep(microsecond);
}

// A full queue: the stall waits, nothing overflows (7.4); it is told when there is room.
Task<void> full(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  co_await fill_queue(b);
  Dma a = stallable_read(0x4000), c = stallable_read(0x6000);
  b.start(b.dma(a));
  b.start(b.dma(c));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 4u);  // no OVFLG
  EXPECT_EQ(b.counter("tcu.events_lost"), 0u);
  EXPECT_EQ(b.counter("tcu.stalls_unrecorded"), 2u);
  EXPECT_FALSE(a.done || c.done);
  b.map(0x6000, page);  // the one; no invalidation is needed
  co_await b.write(Bench::EVTQ_CONS, 1);
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(c.ok);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 5u);
  std::vector<Event> events = co_await events_of(b);
  EXPECT_EQ(events.size(), 5u);
  EXPECT_TRUE(events[4].stall);
  EXPECT_EQ(events[4].input_address, 0x4000u);
  co_await b.command(termination_of(events[4]));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(a.done);
}
TEST(SmmuStallRecords, AFullQueueKeepsThemBack) {
  Bench bench(with_stalls(), 64, 2);
  bench.run(full(bench));
}

// With each place that gets free the next one is told.
Task<void> place_by_place(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  co_await fill_queue(b);
  std::vector<Dma> reads;
  for (unsigned n = 0; n < 3; ++n)
    reads.push_back(stallable_read(0x4000 + 0x1000 * n));
  for (Dma& d : reads)
    b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  for (std::uint32_t n = 1; n <= 3; ++n) {
    co_await b.write(Bench::EVTQ_CONS, n);
    co_await b.sleep(2 * microsecond);
    EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 4u + n);
    EXPECT_EQ(b.memory.load(Bench::event_queue + 32 * (n - 1) + 16), 0x3000u + 0x1000 * n);
  }
  co_await b.command(stall_term_of(1));
  co_await all_done(b, reads, false);
}
TEST(SmmuStallRecords, EachPlaceThatGetsFreeIsUsed) {
  Bench bench(with_stalls(), 64, 2);
  bench.run(place_by_place(bench));
}

// STALL_TERM and SMMUEN = 0 end those that nobody was told of, too.
Task<void> never_told(Bench& b, bool switched_off) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  co_await fill_queue(b);
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  co_await b.sleep(microsecond);
  if (switched_off) {
    co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  } else {
    co_await b.command(stall_term_of(1));
  }
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
  EXPECT_FALSE(d.ok);
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 4u);
  const auto more = co_await events_of(b);
  EXPECT_TRUE(more.empty());
}
TEST(SmmuStallRecords, StallTermEndsWhatNobodyWasToldOf) {
  Bench bench(with_stalls(), 64, 2);
  bench.run(never_told(bench, false));
}
TEST(SmmuStallRecords, SoDoesTheSmmusEnd) {
  Bench bench(with_stalls(), 64, 2);
  bench.run(never_told(bench, true));
}

// 7.2.1: a queue that is off, or has aborted, isn't writable either.
Task<void> switched_on(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0x9);
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  EXPECT_FALSE(d.done);
  EXPECT_EQ(b.counter("tcu.stalls_unrecorded"), 1u);
  EXPECT_EQ(b.counter("tcu.events_lost"), 0u);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  const Event event = co_await stall_event(b);
  co_await b.command(termination_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuStallRecords, TheyWaitForEventqen) {
  Bench bench(with_stalls());
  bench.run(switched_on(bench));
}

Task<void> acknowledged(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.translate_stream(2);
  co_await b.enable();
  b.memory.abort(Bench::event_queue, queue_end);
  co_await b.dma_of({.stream = 2, .address = 0x5000});
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 4u);  // EVENTQ_ABT_ERR
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(b.counter("tcu.stalls_unrecorded"), 1u);
  b.memory.no_aborts();
  co_await b.write(Bench::GERRORN, 4);
  const Event event = co_await stall_event(b);
  co_await b.command(termination_of(event));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuStallRecords, TheyWaitUntilAnAbortIsAcknowledged) {
  Bench bench(with_stalls());
  bench.run(acknowledged(bench));
}

// A lost record of a stall is a global error, and STALL_TERM the way out (7.2.2).
Task<void> aborted(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  b.memory.abort(Bench::event_queue, queue_end);
  Dma d = stallable_read(0x4000);
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 4u);
  EXPECT_FALSE(d.done);
  co_await b.command(stall_term_of(1));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuStallRecords, OneWhoseWriteAbortedEndsByStallTerm) {
  Bench bench(with_stalls());
  bench.run(aborted(bench));
}

// 7.3.1: with Stall = 1 there is no merging; alike accesses of two substreams, say, are two stalls.
Task<void> never_merged(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.memory.store(b.ste_of(1) + 8, 2 | 1u << 19);  // MEV
  co_await b.enable();
  b.memory.hold(Bench::event_queue, queue_end);
  Dma may = stallable_read(0x4000);
  b.start(b.dma(may));
  co_await b.sleep(microsecond);
  for (unsigned n = 0; n < 2; ++n) {
    const Dma may_not = co_await b.dma_of({.address = 0x4000});
    EXPECT_FALSE(may_not.ok);
  }
  b.memory.release();
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 2u);  // the stall, and one for both that aborted
  EXPECT_TRUE(events[0].stall);
  EXPECT_FALSE(events[1].stall);
  co_await b.command(termination_of(events[0]));
  co_await b.sleep(microsecond);
  EXPECT_TRUE(may.done);
}
TEST(SmmuStallRecords, AStallIsNeverMerged) {
  Bench bench(with_stalls());
  bench.run(never_merged(bench));
}

// Settled, nothing of what has been is left.
Task<void> settled(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  co_await b.enable();
  std::vector<std::uint16_t> stags;
  for (unsigned n = 0; n < 3; ++n) {
    Dma d = stallable_read(0x4000);
    b.start(b.dma(d));
    const Event event = co_await stall_event(b);
    stags.push_back(event.stag);
    co_await b.command(termination_of(event));
    co_await b.sleep(microsecond);
    EXPECT_TRUE(d.done);
    if (n == 1) b.smmu.tcu.settle();
  }
  EXPECT_NE(stags[0], stags[1]);
  EXPECT_EQ(stags[0], stags[2]);
}
TEST(SmmuStallRecords, SettledTheTcuGivesStagsAsAtItsStart) {
  Bench bench(with_stalls());
  bench.run(settled(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
