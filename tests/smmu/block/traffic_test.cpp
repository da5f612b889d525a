// Transactions side by side: hit under miss, merging, bounds, statistics.
#include "doorbell/smmu/pending_table.h"
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

Task<void> hit_under_miss(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  const std::uint64_t slow = b.map(0x2000, 0xa000'1000);
  co_await b.enable();
  Dma hit{.address = 0x1000}, miss{.address = 0x2000};
  co_await b.dma(hit);
  b.memory.hold(slow, slow + 7);
  b.start(b.dma(miss));
  co_await b.sleep(microsecond);
  co_await b.dma(hit);
  EXPECT_EQ(hit.took(), 41 * nanosecond);
  EXPECT_FALSE(miss.done);
  b.memory.release();
  co_await b.sleep(microsecond);
  EXPECT_TRUE(miss.ok);
}
TEST(SmmuTraffic, HitsGoOnUnderAMiss) {
  Bench bench;
  bench.run(hit_under_miss(bench));
}

Task<void> merging(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  std::vector<Dma> many(10);
  for (unsigned n = 0; n < 10; ++n) {
    many[n].address = 0x1000 + 64 * n;
    b.start(b.dma(many[n]));
  }
  co_await b.sleep(5 * microsecond);
  for (const Dma& d : many)
    EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.count(1, descriptor, descriptor), 1u);
  EXPECT_EQ(b.counter("tbu.merged_misses"), 9u);
}
TEST(SmmuTraffic, MissesOfOnePageAreMerged) {
  Bench bench;
  bench.run(merging(bench));
}

Task<void> shared_walks(Bench& b) {
  b.translate_stream(1);
  b.translate_stream(2);  // the same ASID and tables
  const std::uint64_t descriptor = b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  co_await b.command({.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 1}});
  co_await b.command({.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 2}});
  co_await b.sleep(microsecond);
  Dma one{.stream = 1, .address = 0x1000}, two{.stream = 2, .address = 0x1000};
  b.start(b.dma(one));
  b.start(b.dma(two));
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(one.ok && two.ok);
  EXPECT_EQ(b.memory.count(1, descriptor, descriptor), 1u);
  EXPECT_EQ(b.counter("tcu.merged_walks"), 1u);
}
TEST(SmmuTraffic, WalksOfOneAddressSpaceAreMergedInTheTcu) {
  Bench bench;
  bench.run(shared_walks(bench));
}

Task<void> shared_configuration(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  b.map(0x2000, 0xa000'1000);
  co_await b.enable();
  Dma one{.address = 0x1000}, two{.address = 0x2000};
  b.start(b.dma(one));
  b.start(b.dma(two));
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(one.ok && two.ok);
  EXPECT_EQ(b.memory.count(1, b.ste_of(1), b.ste_of(1)), 1u);
  EXPECT_EQ(b.memory.count(1, b.context_of(1), b.context_of(1)), 1u);
}
TEST(SmmuTraffic, ConfigurationFetchesOfAStreamAreMerged) {
  Bench bench;
  bench.run(shared_configuration(bench));
}

/// All keys in one list.
struct SameHash {
  std::uint64_t operator()(int) const { return 0; }
};
using Operations = PendingTable<int, int, SameHash>;

Task<void> join(Operations& table, Operations::Entry& entry, int& result) {
  result = co_await table.join(entry);
}

// An entry is used again once all who joined have its result, and by one alone.
TEST(SmmuTraffic, EntriesOfPendingOperationsAreUsedAgain) {
  Scheduler scheduler;
  Operations pending(scheduler);
  TaskGroup tasks(scheduler);
  int results[3] = {};
  auto& first = pending.open(7);
  for (int& result : results)
    tasks.start(join(pending, first, result));
  pending.complete(first, 42);
  EXPECT_EQ(pending.find(7), nullptr);
  auto& before_they_read = pending.open(8);
  EXPECT_NE(&before_they_read, &first);
  scheduler.run();
  for (const int result : results)
    EXPECT_EQ(result, 42);
  auto& again = pending.open(9);
  auto& beside = pending.open(10);
  EXPECT_NE(&again, &beside);
  EXPECT_EQ(pending.find(9), &again);
  EXPECT_EQ(pending.find(10), &beside);
}

// What shares a list with others leaves them where they are, whichever of them ends first.
TEST(SmmuTraffic, OperationsOfOneHashAreToldApart) {
  Scheduler scheduler;
  Operations pending(scheduler);
  auto& one = pending.open(1);
  auto& two = pending.open(2);
  auto& three = pending.open(3);
  pending.complete(two, 0);
  EXPECT_EQ(pending.find(1), &one);
  EXPECT_EQ(pending.find(2), nullptr);
  EXPECT_EQ(pending.find(3), &three);
  pending.complete(one, 0);
  EXPECT_EQ(pending.find(1), nullptr);
  EXPECT_EQ(pending.find(3), &three);
}

TEST(SmmuTraffic, WhatIsClosedIsNotJoinedButWhatBeginsThenIs) {
  Scheduler scheduler;
  Operations pending(scheduler);
  auto& before = pending.open(1);
  auto& alone = pending.open(2, false);
  EXPECT_EQ(pending.find(2), nullptr);
  pending.close();
  EXPECT_EQ(pending.find(1), nullptr);
  auto& after = pending.open(1);
  EXPECT_EQ(pending.find(1), &after);
  pending.complete(before, 0);
  EXPECT_EQ(pending.find(1), &after);
  pending.complete(alone, 0);
  EXPECT_EQ(pending.find(1), &after);
}

Task<void> back_pressure(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  b.memory.hold(0xa000'0000, 0xa000'0fff);
  std::vector<Dma> many(12);
  for (Dma& d : many) {
    d = {.address = 0xa000'0000, .write = true, .order_domain = 1};
    b.start(b.dma(d));
  }
  co_await b.sleep(10 * microsecond);
  EXPECT_EQ(b.memory.count(0, 0xa000'0000, 0xa000'0fff), 2u);  // the memory takes two
  EXPECT_EQ(b.smmu.upstream_writes().held(), 4u);              // the TBU four
  Dma read{.address = 0xb000'0000};
  b.memory.release();
  co_await b.sleep(10 * microsecond);
  co_await b.dma(read);
  EXPECT_TRUE(read.ok);
  for (const Dma& d : many)
    EXPECT_TRUE(d.ok);
}
TEST(SmmuTraffic, AFullMemoryPushesBackThroughTheTbu) {
  SmmuParameters p;
  p.tbu.outstanding_writes = 4;
  Bench bench(p, 2);
  bench.run(back_pressure(bench));
}

Task<void> bounded_walks(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 20; ++n)
    b.map(0x20'0000ULL * n, 0xa000'0000 + 0x1000 * n);
  co_await b.enable();
  std::vector<Dma> many(20);
  for (unsigned n = 0; n < 20; ++n) {
    many[n].address = 0x20'0000ULL * n;
    b.start(b.dma(many[n]));
  }
  co_await b.sleep(50 * microsecond);
  for (const Dma& d : many)
    EXPECT_TRUE(d.ok);
  unsigned most = 0;
  for (const Memory::Access& a : b.memory.log) {
    unsigned at_once = 0;
    for (const Memory::Access& o : b.memory.log) {
      at_once += a.port == 1 && o.port == 1 && o.arrival <= a.arrival && a.arrival < o.done;
    }
    most = std::max(most, at_once);
  }
  EXPECT_EQ(most, 3u);
}
TEST(SmmuTraffic, NoMoreWalksThanWalkers) {
  SmmuParameters p;
  p.tcu.walkers = 3;
  Bench bench(p);
  bench.run(bounded_walks(bench));
}

Task<void> few_slots(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 30; ++n)
    b.map(0x20'0000ULL * n, 0xa000'0000 + 0x1000 * n);
  co_await b.enable();
  std::vector<Dma> many(30);
  for (unsigned n = 0; n < 30; ++n) {
    many[n] = {.address = 0x20'0000ULL * n, .write = true, .order_domain = 1 + n % 3};
    b.start(b.dma(many[n]));
  }
  co_await b.sleep(100 * microsecond);
  for (const Dma& d : many)
    EXPECT_TRUE(d.ok);
}
TEST(SmmuTraffic, OneOfEverythingIsEnough) {
  SmmuParameters p;
  p.tbu.translation_slots = 1;
  p.tbu.translation_requests = 1;
  p.tbu.outstanding_writes = 1;
  p.tcu.translation_slots = 1;
  p.tcu.walkers = 1;
  Bench bench(p, 1);
  bench.run(few_slots(bench));
}

Task<void> page_crossing(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  b.map(0x2000, 0xb000'0000);
  co_await b.enable();
  Dma w{.address = 0x1ffc, .write = true, .data = 0x1122'3344'5566'7788};
  co_await b.dma(w);
  EXPECT_TRUE(w.ok);
  EXPECT_EQ(b.memory.load(0xa000'0ffc, 4), 0x5566'7788u);
  EXPECT_EQ(b.memory.load(0xb000'0000, 4), 0x1122'3344u);
  Dma r{.address = 0x1ffc};
  co_await b.dma(r);
  EXPECT_EQ(r.data, 0x1122'3344'5566'7788u);
  Dma bad{.address = 0x2ffc, .write = true, .order_domain = 4};
  co_await b.dma(bad);
  EXPECT_FALSE(bad.ok);
}
/// A pattern of three for eight bytes, five of them in the first page: each piece goes on where the
/// one before it stopped in the pattern.
Task<void> byte_enables_across_pages(Bench& b) {
  co_await b.enable();
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  b.map(0x2000, 0xb000'0000);
  b.memory.store(0xa000'0ff8, 0xeeee'eeee'eeee'eeee);
  b.memory.store(0xb000'0000, 0xeeee'eeee'eeee'eeee);
  Dma write{.address = 0x1ffb, .write = true, .data = 0x8877'6655'4433'2211};
  write.byte_enables = {0, 0xff, 0xff};
  co_await b.dma(write);
  EXPECT_TRUE(write.ok);
  EXPECT_EQ(b.memory.load(0xa000'0ff8), 0x55ee'3322'eeee'eeeeu);
  EXPECT_EQ(b.memory.load(0xb000'0000), 0xeeee'eeee'ee88'ee66u);

  b.memory.store(0xa000'0ff8, 0x0706'0504'0302'0100);
  b.memory.store(0xb000'0000, 0x0a'0908);
  Dma read{.address = 0x1ffb, .data = 0xcccc'cccc'cccc'cccc};
  read.byte_enables = {0, 0xff, 0xff};
  co_await b.dma(read);
  EXPECT_TRUE(read.ok);
  EXPECT_EQ(read.data, 0x0acc'0807'cc05'04ccu) << "a disabled byte is left as it was";
}

TEST(SmmuTraffic, ByteEnablesGoOnAcrossPages) {
  Bench bench;
  bench.run(byte_enables_across_pages(bench));
}

TEST(SmmuTraffic, AccessesAcrossPagesGoToBoth) {
  Bench bench;
  bench.run(page_crossing(bench));
}

Task<void> permission(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000, Bench::page_ro);
  co_await b.enable();
  Dma read{.address = 0x1000}, write{.address = 0x1000, .write = true};
  b.start(b.dma(read));  // the write merges with the read's miss
  b.start(b.dma(write));
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(read.ok);
  EXPECT_FALSE(write.ok);
  co_await b.dma(write);  // and finds the page in the TLB
  EXPECT_FALSE(write.ok);
  co_await b.dma(read);
  EXPECT_TRUE(read.ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 2u);
}
TEST(SmmuTraffic, ACachedPageGrantsNoMoreThanItsTable) {
  Bench bench;
  bench.run(permission(bench));
}

Task<void> debug(Bench& b) {
  b.memory.store(0xa000'0010, 0x4242);
  b.translate_stream(1);
  b.bypass_stream(2);
  b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  const std::uint64_t lookups = b.counter("tbu.micro_tlb", "misses");
  std::uint64_t data = 0;
  EXPECT_EQ(b.debug_read(1, 0x1010, data), 8u);
  EXPECT_EQ(data, 0x4242u);
  EXPECT_EQ(b.debug_read(2, 0xa000'0010, data), 8u);
  EXPECT_EQ(data, 0x4242u);
  EXPECT_EQ(b.debug_read(1, 0x2010, data), 0u);
  EXPECT_EQ(b.debug_read(3, 0x1010, data), 0u);
  EXPECT_EQ(b.debug_read(99, 0x1010, data), 0u);
  EXPECT_EQ(b.counter("tbu.micro_tlb", "misses"), lookups);
  EXPECT_EQ(b.counter("tcu.configuration_cache", "misses"), 0u);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST(SmmuTraffic, DebugAccessesAreTranslatedWithoutATrace) {
  Bench bench;
  bench.run(debug(bench));
}

Task<void> journeys(Bench& b) {
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  const StageId before = b.simulation().stages().add({"before", 1, "tbu", ""});
  auto& log = b.simulation().journeys();
  std::vector<StageSample> samples;
  log.on_finish(
      [&](const Journey& j, Outcome) { samples.assign(j.samples().begin(), j.samples().end()); });
  Dma d{.address = 0x1000, .write = true};
  d.journey = log.start({1, 1, 0}, before, b.now());
  co_await b.dma(d);
  log.finish(d.journey, Outcome::acknowledged, b.now());
  Time sum = 0, tcu = 0;
  for (const StageSample& s : samples) {
    sum += s.waiting + s.service;
    if (b.simulation().stages().info(s.stage).name == "tcu") tcu += s.waiting + s.service;
  }
  EXPECT_EQ(sum, d.took());
  // In the TCU: configuration 3 + 80, walk 4 + 160; the answer's way back counts as well.
  EXPECT_EQ(tcu, (3 + 80 + 4 + 160 + 8) * nanosecond);

  Dma bad{.address = 0x9000, .write = true};
  bad.journey = log.start({1, 1, 0}, before, b.now());
  co_await b.dma(bad);
  EXPECT_FALSE(bad.ok);
  EXPECT_EQ(log.finished(Outcome::terminated_by_smmu), 1u);
  EXPECT_EQ(b.counter("tcu.terminated_doorbells_recorded"), 1u);
  EXPECT_EQ(b.counter("tbu.terminated_doorbells"), 1u);
}
TEST(SmmuTraffic, AnMsisTimeIsAccountedToTbuAndTcu) {
  Bench bench;
  bench.run(journeys(bench));
}

// The same results under loose timing.
Task<void> loose(Bench& b) {
  b.memory.store(0xa000'0000, 0x99);
  b.translate_stream(1);
  b.map(0x1000, 0xa000'0000);
  co_await b.enable();
  Dma d{.address = 0x1000};
  co_await b.dma(d);
  EXPECT_EQ(d.data, 0x99u);
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  b.map(0x1000, 0xb000'0000);
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_ALL});
  co_await b.dma(d);
  EXPECT_EQ(d.data, 0u);
  Dma bad{.address = 0x5000};
  co_await b.dma(bad);
  EXPECT_FALSE(bad.ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
}
TEST(SmmuTraffic, LooseTimingGivesTheSameResults) {
  Bench bench;
  bench.scheduler().set_timing(Timing::loose);
  bench.run(loose(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
