// Caches are visible: what is cached stays in use until it is invalidated, and after the
// invalidation and its CMD_SYNC nothing uses it, transactions in flight included (IHI
// 0070 4.7.3, 16.2).
#include <ostream>
#include <utility>

#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t old_page = 0xa000'0000, new_page = 0xb000'0000;
constexpr std::uint64_t old_mark = 0x1111, new_mark = 0x2222;

void marks(Bench& b) {
  b.memory.store(old_page, old_mark);
  b.memory.store(new_page, new_mark);
}
Task<std::uint64_t> read_mark(Bench& b, std::uint64_t address = 0x4000, std::uint32_t stream = 1) {
  Dma d{.stream = stream, .address = address};
  co_await b.dma(d);
  co_return d.ok ? d.data : 0;
}
Command tlbi_va(std::uint64_t address, bool leaf) {
  return {.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = leaf, .asid = 5, .address = address};
}

Task<void> leaf(Bench& b) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b), old_mark);
  b.memory.store(descriptor, new_page | Bench::page_rw);
  EXPECT_EQ(co_await read_mark(b), old_mark);  // left out: stale
  co_await b.sync();
  EXPECT_EQ(co_await read_mark(b), old_mark);  // a SYNC alone invalidates nothing
  co_await b.command_and_sync(tlbi_va(0x4000, true));
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
TEST(SmmuInvalidation, LeafDescriptor) {
  Bench bench;
  bench.run(leaf(bench));
}

Task<void> unrelated(Bench& b) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b), old_mark);
  b.memory.store(descriptor, new_page | Bench::page_rw);
  co_await b.command_and_sync(tlbi_va(0x5000, true));
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 6});
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 2}});
  EXPECT_EQ(co_await read_mark(b), old_mark);
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 5});
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
TEST(SmmuInvalidation, OfSomethingElseChangesNothing) {
  Bench bench;
  bench.run(unrelated(bench));
}

Task<void> visit_three_pages(Bench& b) {
  for (const auto& [stream, page] :
       {std::pair{1u, 0x4000ULL}, std::pair{1u, 0x5000ULL}, std::pair{2u, 0x4000ULL}}) {
    EXPECT_TRUE(co_await b.can_write(stream, page));
  }
}

/// After two pages of one ASID and one of another: what a TLBI of the first page leaves.
Task<void> left_by_a_tlbi(Bench& b, const Command& command, unsigned& misses) {
  constexpr std::uint64_t other_root = Bench::tables + 0x1000'0000;
  b.translate_stream(1);
  b.translate_stream(2, 6, other_root);
  for (const std::uint64_t root : {Bench::tables, other_root})
    for (const std::uint64_t page : {0x4000, 0x5000})
      b.map(page, old_page + page, Bench::page_rw, root);
  co_await b.enable();
  co_await visit_three_pages(b);
  const std::uint64_t before = b.counter("tbu.main_tlb", "misses");
  co_await b.command_and_sync(command);
  co_await visit_three_pages(b);
  misses = static_cast<unsigned>(b.counter("tbu.main_tlb", "misses") - before);
}

struct Widening {
  OverInvalidation policy;
  Command command;
  unsigned misses;  ///< Of three pages.
};
void PrintTo(const Widening& w, std::ostream* out) {
  *out << to_string(w.command.opcode) << " of ASID " << w.command.asid << ", "
       << static_cast<unsigned>(w.policy);
}
class WidenedInvalidation : public testing::TestWithParam<Widening> {};
TEST_P(WidenedInvalidation, TakesAsMuchAsThePolicySays) {
  SmmuParameters parameters;
  parameters.over_invalidate = GetParam().policy;
  Bench bench(parameters);
  unsigned misses = 0;
  bench.run(left_by_a_tlbi(bench, GetParam().command, misses));
  EXPECT_EQ(misses, GetParam().misses);
}
INSTANTIATE_TEST_SUITE_P(
    SmmuInvalidation, WidenedInvalidation,
    testing::Values(
        Widening{OverInvalidation::none, tlbi_va(0x4000, true), 1},
        Widening{OverInvalidation::asid, tlbi_va(0x4000, true), 2},
        Widening{OverInvalidation::all, tlbi_va(0x4000, true), 3},
        Widening{OverInvalidation::none, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 6}, 1},
        Widening{OverInvalidation::asid, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 6}, 1},
        Widening{OverInvalidation::asid, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 7}, 0},
        Widening{OverInvalidation::all, {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 7}, 3},
        Widening{OverInvalidation::none,
                 {.opcode = Opcode::CMD_CFGI_CD, .stream = {.stream_id = 2}, .leaf = true},
                 1},
        Widening{OverInvalidation::all,
                 {.opcode = Opcode::CMD_CFGI_CD, .stream = {.stream_id = 2}, .leaf = true},
                 3}));

Task<void> each_tlbi(Bench& b) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  const Command commands[] = {
      {.opcode = Opcode::CMD_TLBI_NH_ALL},
      {.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 5},
      {.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = 0x4000},
      {.opcode = Opcode::CMD_TLBI_NH_VAA, .leaf = true, .address = 0x4000},
      {.opcode = Opcode::CMD_TLBI_NSNH_ALL},
      {.opcode = Opcode::CMD_TLBI_NH_VA,
       .leaf = true,
       .asid = 5,
       .address = 0,
       .num = 3,
       .scale = 1,
       .tg = 1},
      {.opcode = Opcode::CMD_TLBI_NH_VA,
       .leaf = true,
       .asid = 5,
       .address = 0x4000,
       .tg = 1,
       .ttl = 3},
  };
  bool is_new = false;
  for (const Command& command : commands) {
    const std::uint64_t before = is_new ? new_mark : old_mark;
    EXPECT_EQ(co_await read_mark(b), before);
    is_new = !is_new;
    b.memory.store(descriptor, (is_new ? new_page : old_page) | Bench::page_rw);
    EXPECT_EQ(co_await read_mark(b), before) << to_string(command.opcode);
    co_await b.command_and_sync(command);
    EXPECT_EQ(co_await read_mark(b), is_new ? new_mark : old_mark) << to_string(command.opcode);
  }
}
TEST(SmmuInvalidation, EveryTlbiReachesThePage) {
  Bench bench;
  bench.run(each_tlbi(bench));
}

Task<void> ranges(Bench& b) {
  b.translate_stream(1);
  for (unsigned n = 0; n < 16; ++n)
    b.map(0x1000 * n, old_page + 0x1000 * n);
  co_await b.enable();
  for (unsigned n = 0; n < 16; ++n)
    co_await read_mark(b, 0x1000 * n);
  for (unsigned n = 0; n < 16; ++n) {
    b.memory.store(new_page + 0x1000 * n, new_mark);
    b.map(0x1000 * n, new_page + 0x1000 * n);
  }
  // (NUM + 1) << SCALE = 6 pages from 0x4000 on
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_VA,
                               .leaf = true,
                               .asid = 5,
                               .address = 0x4000,
                               .num = 2,
                               .scale = 1,
                               .tg = 1,
                               .ttl = 3});
  for (unsigned n = 0; n < 16; ++n) {
    const std::uint64_t mark = co_await read_mark(b, 0x1000 * n);
    EXPECT_EQ(mark == new_mark, n >= 4 && n < 10) << n;
  }
}
TEST(SmmuInvalidation, RangesEndWhereTheyEnd) {
  Bench bench;
  bench.run(ranges(bench));
}

Task<void> table(Bench& b) {
  marks(b);
  b.translate_stream(1);
  b.map(0x4000, old_page);
  const std::uint64_t level2 = b.descriptor(0x4000, 2);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b), old_mark);
  // Another level 3 table in place of the first.
  const std::uint64_t other = 0x9800'0000;
  b.memory.store(other + 8 * 4, new_page | Bench::page_rw);
  b.memory.store(other + 8 * 5, new_page | Bench::page_rw);
  b.memory.store(level2, other | 3);
  co_await b.command_and_sync(tlbi_va(0x4000, true));
  // Leaf = 1 keeps the Table descriptor: the walk goes through the old table.
  EXPECT_EQ(co_await read_mark(b), old_mark);
  EXPECT_EQ(co_await read_mark(b, 0x5000), 0u);  // unmapped in the old table
  co_await b.command_and_sync(tlbi_va(0x4000, false));
  EXPECT_EQ(co_await read_mark(b), new_mark);
  EXPECT_EQ(co_await read_mark(b, 0x5000), new_mark);
}
TEST(SmmuInvalidation, TableDescriptorNeedsLeafZero) {
  Bench bench;
  bench.run(table(bench));
}

Task<void> ste(Bench& b) {
  marks(b);
  b.bypass_stream(1);
  co_await b.enable();
  b.map(old_page, new_page);
  EXPECT_EQ(co_await read_mark(b, old_page), old_mark);
  b.translate_stream(1);
  EXPECT_EQ(co_await read_mark(b, old_page), old_mark);
  co_await b.sync();
  EXPECT_EQ(co_await read_mark(b, old_page), old_mark);
  co_await b.command_and_sync(
      {.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}, .leaf = true});
  EXPECT_EQ(co_await read_mark(b, old_page), new_mark);
  b.abort_stream(1);
  EXPECT_EQ(co_await read_mark(b, old_page), new_mark);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE,
                               .stream = {.stream_id = 0},
                               .range = 0});  // streams 0, 1
  EXPECT_EQ(co_await read_mark(b, old_page), 0u);
}
TEST(SmmuInvalidation, StreamTableEntry) {
  Bench bench;
  bench.run(ste(bench));
}

Task<void> cd(Bench& b) {
  marks(b);
  const std::uint64_t other_root = 0x9400'0000;
  b.translate_stream(1);
  b.map(0x4000, old_page);
  b.map(0x4000, new_page, Bench::page_rw, other_root);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b), old_mark);
  b.translate_stream(1, 6, other_root);  // another ASID and root in the same CD
  EXPECT_EQ(co_await read_mark(b), old_mark);
  EXPECT_EQ(co_await read_mark(b, 0x5000), 0u);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_CD,
                               .stream = {.stream_id = 1, .substream_valid = true},
                               .leaf = true});
  EXPECT_EQ(co_await read_mark(b), new_mark);
  b.translate_stream(1, 5);
  EXPECT_EQ(co_await read_mark(b), new_mark);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  EXPECT_EQ(co_await read_mark(b), old_mark);
}
TEST(SmmuInvalidation, ContextDescriptor) {
  Bench bench;
  bench.run(cd(bench));
}

// Linux maps without any TLBI: faults and invalid structures must not be cached (linux.md 1.6).
Task<void> invalid(Bench& b) {
  marks(b);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b), 0u);  // C_BAD_STE
  b.translate_stream(1, 5, Bench::tables, 1u << 31);
  EXPECT_EQ(co_await read_mark(b), 0u);  // C_BAD_CD
  b.translate_stream(1);
  EXPECT_EQ(co_await read_mark(b), 0u);  // F_TRANSLATION at level 0
  b.descriptor(0x4000, 3);
  EXPECT_EQ(co_await read_mark(b), 0u);  // F_TRANSLATION at level 3
  b.map(0x4000, old_page, Bench::page_rw & ~(1ULL << 10));
  EXPECT_EQ(co_await read_mark(b), 0u);  // F_ACCESS
  b.map(0x4000, old_page);
  EXPECT_EQ(co_await read_mark(b), old_mark);
}
TEST(SmmuInvalidation, WhatIsInvalidIsNeverCached) {
  Bench bench;
  bench.run(invalid(bench));
}

// A walk has read the old descriptor and is held up at its way to the TBU, by a slow memory in
// front of the transaction. The SYNC must wait until the transaction that uses it is observed.
Task<void> in_flight_downstream(Bench& b) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  b.memory.hold(old_page, old_page + 0xfff);
  Dma d{.address = 0x4000, .write = true, .data = 0x3333};
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);  // translated, and held in memory
  b.memory.store(descriptor, new_page | Bench::page_rw);
  b.post(tlbi_va(0x4000, true));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);  // waits at the SYNC
  EXPECT_FALSE(d.done);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(d.done);
  EXPECT_EQ(b.memory.load(old_page), 0x3333u);
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
TEST(SmmuInvalidation, SyncWaitsForTransactionsThatUseTheOldTranslation) {
  Bench bench;
  bench.run(in_flight_downstream(bench));
}

// The walk is under way when the TLBI comes: its result may be used by transactions that the SYNC
// waits for, but is not kept, and nobody joins it any more.
Task<void> in_flight_walk(Bench& b, bool table_changes) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  b.memory.hold(descriptor, descriptor + 7);
  Dma first{.address = 0x4000};
  b.start(b.dma(first));
  co_await b.sleep(2 * microsecond);  // the walker waits for the last descriptor
  b.post(tlbi_va(table_changes ? 0x10'0000 : 0x4000, !table_changes));
  co_await b.ring();
  co_await b.drained();
  co_await b.sleep(100 * nanosecond);  // the TBU has it, too
  Dma second{.address = 0x4000};
  b.start(b.dma(second));
  co_await b.sleep(microsecond);
  const std::size_t reads = b.memory.count(1, descriptor, descriptor);
  EXPECT_EQ(reads, 2u);  // a walk of its own
  b.memory.release();
  co_await b.sync();
  EXPECT_TRUE(first.done);
  b.memory.store(descriptor, new_page | Bench::page_rw);
  co_await b.command_and_sync(tlbi_va(0x4000, true));
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
// The descriptor has been read, changes, and is invalidated before its value arrives.
Task<void> stale_walk_is_not_kept(Bench& b) {
  marks(b);
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  b.map(0x5000, old_page);
  co_await b.enable();
  EXPECT_EQ(co_await read_mark(b, 0x5000), old_mark);  // the tables are cached now
  b.memory.sample_early = true;
  b.memory.latency = 5 * microsecond;
  Dma first{.address = 0x4000};
  b.start(b.dma(first));
  while (b.memory.count(1, descriptor, descriptor) == 0)
    co_await b.sleep(nanosecond);
  b.memory.latency = 40 * nanosecond;
  b.memory.store(descriptor, new_page | Bench::page_rw);
  b.post(tlbi_va(0x4000, true));
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);
  co_await b.drained();
  EXPECT_TRUE(first.done);
  EXPECT_EQ(first.data, old_mark);  // before the SYNC was complete, either may be used
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
// The same for an STE.
Task<void> stale_configuration_is_not_kept(Bench& b) {
  marks(b);
  b.bypass_stream(1);
  b.map(old_page, new_page);
  co_await b.enable();
  b.memory.sample_early = true;
  b.memory.latency = 5 * microsecond;
  Dma first{.address = old_page};
  b.start(b.dma(first));
  while (b.memory.count(1, b.ste_of(1), b.ste_of(1)) == 0)
    co_await b.sleep(nanosecond);
  b.memory.latency = 40 * nanosecond;
  b.translate_stream(1);
  co_await b.command_and_sync(
      {.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}, .leaf = true});
  EXPECT_TRUE(first.done);
  EXPECT_EQ(first.data, old_mark);
  EXPECT_EQ(co_await read_mark(b, old_page), new_mark);
}
TEST(SmmuInvalidation, NobodyJoinsAWalkThatAnInvalidationHasOvertaken) {
  Bench bench;
  bench.run(in_flight_walk(bench, false));
}
TEST(SmmuInvalidation, NorOneWhoseTablesMayBeGone) {
  Bench bench;
  bench.run(in_flight_walk(bench, true));
}
// A translation has looked up its CD and waits for the only walker; the CD gets other tables under
// the same ASID.
Task<void> stale_tables_are_not_kept(Bench& b) {
  marks(b);
  const std::uint64_t other_root = 0x9400'0000;
  b.translate_stream(1);
  b.map(0x4000, old_page);
  const std::uint64_t slow = b.map(0x4000'0000, old_page);
  b.map(0x4000, new_page, Bench::page_rw, other_root);
  co_await b.enable();
  co_await b.command({.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 1}});
  b.memory.hold(slow, slow + 7);
  Dma holder{.address = 0x4000'0000}, waiter{.address = 0x4000};
  b.start(b.dma(holder));
  b.start(b.dma(waiter));
  co_await b.sleep(2 * microsecond);
  b.translate_stream(1, 5, other_root);
  b.post({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  b.post({.opcode = Opcode::CMD_TLBI_NH_ASID, .asid = 5});
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(waiter.done);
  EXPECT_EQ(co_await read_mark(b), new_mark);
}
TEST(SmmuInvalidation, TablesOfAnOvertakenCdAreNotCached) {
  SmmuParameters p;
  p.tcu.walkers = 1;
  Bench bench(p);
  bench.run(stale_tables_are_not_kept(bench));
}
TEST(SmmuInvalidation, AWalkThatWasOvertakenIsNotCached) {
  Bench bench;
  bench.run(stale_walk_is_not_kept(bench));
}
TEST(SmmuInvalidation, AConfigurationThatWasOvertakenIsNotCached) {
  Bench bench;
  bench.run(stale_configuration_is_not_kept(bench));
}

// Unmap and reuse a page again and again under traffic: after each SYNC the old page is never
// written.
Task<void> traffic(Bench& b, bool& stop, unsigned& sent) {
  std::vector<Dma> window(8);
  while (!stop) {
    for (Dma& d : window) {
      d = Dma{.address = 0x4000, .write = true, .data = 0x7777};
      b.start(b.dma(d));
      co_await b.sleep(7 * nanosecond);
    }
    for (const Dma& d : window) {
      while (!d.done)
        co_await b.sleep(5 * nanosecond);
    }
    sent += 8;
  }
}
Task<void> churn(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  bool stop = false;
  unsigned sent = 0;
  b.start(traffic(b, stop, sent));
  std::uint64_t current = old_page, other = new_page;
  for (unsigned round = 0; round < 50; ++round) {
    co_await b.sleep(100 * nanosecond + 13 * nanosecond * round);
    b.memory.store(descriptor, other | Bench::page_rw);
    co_await b.command_and_sync(tlbi_va(0x4000, true));
    b.memory.store(current, 0);  // belongs to somebody else from now on
    co_await b.sleep(600 * nanosecond);
    EXPECT_EQ(b.memory.load(current), 0u) << round;
    std::swap(current, other);
  }
  stop = true;
  co_await b.sleep(10 * microsecond);
  EXPECT_GT(sent, 100u);
}
TEST(SmmuInvalidation, NoTransactionUsesAnOldTranslationAfterTheSync) {
  Bench bench;
  bench.run(churn(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
