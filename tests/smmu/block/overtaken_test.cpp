// What an invalidation has overtaken, beside walks of pages: configuration fetches, and walks under
// a configuration that is gone. Who comes after the invalidation starts anew (IHI 0070 4.7.3).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t old_page = 0xa000'0000, new_page = 0xb000'0000;
constexpr std::uint64_t old_mark = 0x1111, new_mark = 0x2222;
constexpr std::uint64_t other_root = 0x9400'0000;

void marks(Bench& b) {
  b.memory.store(old_page, old_mark);
  b.memory.store(new_page, new_mark);
}

/// Starts `d`, and returns when the read at `address` has seen the old value, which arrives late.
Task<void> start_and_sample(Bench& b, Dma& d, std::uint64_t address) {
  b.memory.sample_early = true;
  b.memory.latency = 10 * microsecond;
  const std::size_t before = b.memory.count(1, address, address);
  b.start(b.dma(d));
  while (b.memory.count(1, address, address) == before)
    co_await b.sleep(nanosecond);
  b.memory.latency = 40 * nanosecond;
}

Task<void> configuration_fetch(Bench& b) {
  b.abort_stream(1);
  co_await b.enable();
  Dma first{.address = old_page};
  co_await start_and_sample(b, first, b.ste_of(1));
  b.bypass_stream(1);
  co_await b.command({.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}, .leaf = true});
  co_await b.sleep(100 * nanosecond);  // the TBU has it, too
  EXPECT_FALSE(first.done);
  Dma second{.address = old_page};
  co_await b.dma(second);
  EXPECT_TRUE(second.ok);
  EXPECT_FALSE(first.done);
  co_await b.sync();
  EXPECT_TRUE(first.done);
}
TEST(SmmuOvertaken, NobodyJoinsAConfigurationFetch) {
  Bench bench;
  bench.run(configuration_fetch(bench));
}

Task<void> context_fetch(Bench& b) {
  marks(b);
  b.translate_stream(1);
  b.map(0x4000, old_page);
  b.map(0x4000, new_page, Bench::page_rw, other_root);
  co_await b.enable();
  Dma first{.address = 0x4000};
  co_await start_and_sample(b, first, b.context_of(1));
  b.translate_stream(1, 6, other_root);
  co_await b.command({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  co_await b.sleep(100 * nanosecond);
  Dma second{.address = 0x4000};
  co_await b.dma(second);
  EXPECT_EQ(second.data, new_mark);
  EXPECT_FALSE(first.done);
  co_await b.sync();
  EXPECT_EQ(first.data, old_mark);
  Dma third{.address = 0x4000};
  co_await b.dma(third);
  EXPECT_EQ(third.data, new_mark);  // the first one's answer was used once
}
TEST(SmmuOvertaken, NobodyJoinsTheFetchOfAContextDescriptor) {
  Bench bench;
  bench.run(context_fetch(bench));
}

// The CD of a translation is invalidated before its walk begins: the walk goes through the old
// tables under the ASID of the new ones, and so alone.
Task<void> regime(Bench& b) {
  marks(b);
  b.translate_stream(1);
  b.map(0x4000, old_page);
  b.map(0x4000, new_page, Bench::page_rw, other_root);
  co_await b.enable();
  const std::uint64_t old_table = b.descriptor(0x4000, 0);
  b.memory.hold(old_table, old_table + 7);
  Dma first{.address = 0x4000};
  co_await start_and_sample(b, first, b.context_of(1));
  b.translate_stream(1, 5, other_root);
  co_await b.command({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  while (b.memory.count(1, old_table, old_table) == 0)
    co_await b.sleep(10 * nanosecond);  // now its walk is under way
  Dma second{.address = 0x4000};
  b.start(b.dma(second));
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(second.done);
  EXPECT_EQ(second.data, new_mark);
  EXPECT_FALSE(first.done);
  b.memory.release();
  co_await b.sync();
  EXPECT_EQ(first.data, old_mark);
}
TEST(SmmuOvertaken, NobodyJoinsAWalkWhoseRegimeIsGone) {
  Bench bench;
  bench.run(regime(bench));
}

// A miss of a TBU has been overtaken. Who comes behind the SYNC doesn't use its answer, which the
// SYNC doesn't wait for any longer than for the first.
Task<void> miss(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  const std::uint64_t slow = b.map(0x4000'0000, 0xc000'0000);
  co_await b.enable();
  Dma warm{.address = 0x4000'0000 + 0x1000};
  co_await b.dma(warm);  // unmapped, and the tables on the way are known now
  Dma first{.address = 0x4000};
  co_await start_and_sample(b, first, descriptor);
  b.memory.hold(slow, slow + 7);
  b.memory.store(descriptor, new_page | Bench::page_rw);
  b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = 0x4000});
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);  // the SYNC waits in the TBU, for the first
  Dma ahead{.address = 0x4000'0000, .write = true, .order_domain = 1};
  Dma second{.address = 0x4000, .write = true, .data = 0x7777, .order_domain = 1};
  b.start(b.dma(ahead));
  b.start(b.dma(second));
  co_await b.drained();
  EXPECT_TRUE(first.done);
  EXPECT_FALSE(second.done);
  b.memory.store(old_page, 0);  // belongs to somebody else from now on
  b.memory.release();
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(second.ok);
  EXPECT_EQ(b.memory.load(old_page), 0u);
  EXPECT_EQ(b.memory.load(new_page), 0x7777u);
}
TEST(SmmuOvertaken, NobodyBehindTheSyncJoinsAMiss) {
  Bench bench;
  bench.run(miss(bench));
}

// A SYNC waits for what was inside before it, and for nothing that has come since.
Task<void> later(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  b.memory.hold(old_page, old_page + 0xfff);
  b.memory.hold(new_page, new_page + 0xfff);
  Dma before{.address = old_page, .write = true}, after{.address = new_page, .write = true};
  b.start(b.dma(before));
  co_await b.sleep(microsecond);
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(microsecond);
  b.start(b.dma(after));
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);
  b.memory.release(old_page);
  co_await b.sleep(microsecond);
  EXPECT_TRUE(before.done);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod());
  EXPECT_FALSE(after.done);
  // The next one waits for it.
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(after.done);
}
TEST(SmmuOvertaken, ASyncWaitsForNothingThatCameAfterIt) {
  Bench bench;
  bench.run(later(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
