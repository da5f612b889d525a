// What a CMD_SYNC waits for, and what it must not wait for: a transaction that waits for its turn,
// for a slot or a token uses nothing yet (IHI 0070 4.7.3, 3.21.1).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t old_page = 0xa000'0000, new_page = 0xb000'0000;
constexpr std::uint64_t first_page = 0xc000'0000, second_page = 0xd000'0000;
constexpr Command tlbi_of_0x4000{
    .opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = 0x4000};

Dma write_in_order(std::uint64_t address, std::uint64_t data) {
  return {.address = address, .write = true, .data = data, .order_domain = 1};
}

/// The page moves, and the driver says so.
Task<void> move_page(Bench& b, std::uint64_t descriptor) {
  b.memory.store(descriptor, new_page | Bench::page_rw);
  b.post(tlbi_of_0x4000);
  b.post(Command{});
  co_await b.ring();
}

/// A write whose second piece is held back, so that what is behind it waits for its turn: under way
/// since before a SYNC with its first piece alone.
struct Blocker {
  Dma dma = write_in_order(0x2ffc, 0);
  explicit Blocker(Bench& b) {
    b.map(0x2000, first_page);
    b.map(0x3000, second_page);
    b.memory.hold(first_page, first_page + 0xfff);
    b.memory.hold(second_page, second_page + 0xfff);
  }
  void let_first_piece_go(Bench& b) { b.memory.release(first_page); }
};

// A stalled transaction will be ended by a command behind the SYNC: what waits behind it may not
// hold the SYNC up, nor go to the old page afterwards.
Task<void> waits_for_turn(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  Blocker ahead(b);
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
  Dma behind = write_in_order(0x4000, 0x7777);
  b.start(b.dma(ahead.dma));
  b.start(b.dma(behind));
  co_await b.sleep(2 * microsecond);
  co_await move_page(b, descriptor);
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);  // for the first piece
  ahead.let_first_piece_go(b);
  co_await b.drained();
  EXPECT_FALSE(ahead.dma.done);
  EXPECT_FALSE(behind.done);
  b.memory.store(old_page, 0);  // somebody else's from now on
  b.memory.release();
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(behind.ok);
  EXPECT_EQ(b.memory.load(old_page), 0u);
  EXPECT_EQ(b.memory.load(new_page), 0x7777u);
  EXPECT_EQ(b.counter("tbu.retranslated"), 1u);
}
TEST(SmmuSync, DoesNotWaitForWhatWaitsForItsTurn) {
  Bench bench;
  bench.run(waits_for_turn(bench));
}

// The answer of a walk that the invalidation has overtaken is used at once or not at all.
Task<void> overtaken(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  Blocker ahead(b);
  b.start(b.dma(ahead.dma));
  co_await b.sleep(5 * microsecond);
  b.memory.sample_early = true;
  b.memory.latency = 10 * microsecond;
  Dma behind = write_in_order(0x4000, 0x7777);
  b.start(b.dma(behind));
  while (b.memory.count(1, descriptor, descriptor) == 0)
    co_await b.sleep(10 * nanosecond);
  b.memory.latency = 40 * nanosecond;
  co_await move_page(b, descriptor);
  co_await b.sleep(20 * microsecond);  // the answer has come
  ahead.let_first_piece_go(b);
  co_await b.drained();
  EXPECT_FALSE(behind.done);
  b.memory.release();
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(behind.ok);
  EXPECT_EQ(b.memory.load(old_page), 0u);
  EXPECT_EQ(b.memory.load(new_page), 0x7777u);
}
TEST(SmmuSync, WhatAnInvalidationHasOvertakenDoesNotWaitWithItsAnswer) {
  Bench bench;
  bench.run(overtaken(bench));
}

// A page that an invalidation isn't about keeps its address.
Task<void> of_something_else(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  Blocker ahead(b);
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
  Dma behind = write_in_order(0x4000, 0x7777);
  b.start(b.dma(ahead.dma));
  b.start(b.dma(behind));
  co_await b.sleep(2 * microsecond);
  Command other = tlbi_of_0x4000;
  other.address = 0x8000;
  b.post(other);
  co_await b.ring();
  co_await b.drained();
  co_await b.sleep(2 * microsecond);
  b.memory.release();
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(behind.ok);
  EXPECT_EQ(b.memory.load(old_page), 0x7777u);
  EXPECT_EQ(b.counter("tbu.retranslated"), 0u);
  EXPECT_EQ(b.memory.count(1, descriptor, descriptor), 1u);
}
TEST(SmmuSync, AnInvalidationOfSomethingElseCostsWhatWaitsNothing) {
  Bench bench;
  bench.run(of_something_else(bench));
}

// A permission that is gone meanwhile ends the write, and those behind it go on.
Task<void> revoked(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  b.map(0x5000, new_page);
  co_await b.enable();
  Blocker ahead(b);
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
  EXPECT_TRUE(co_await b.can_write(1, 0x5000));
  Dma behind = write_in_order(0x4000, 0x7777), last = write_in_order(0x5000, 0x8888);
  b.start(b.dma(ahead.dma));
  b.start(b.dma(behind));
  b.start(b.dma(last));
  co_await b.sleep(2 * microsecond);
  b.memory.store(descriptor, old_page | Bench::page_ro);
  b.post(tlbi_of_0x4000);
  co_await b.ring();
  co_await b.drained();
  co_await b.sleep(2 * microsecond);
  b.memory.release();
  co_await b.sleep(5 * microsecond);
  EXPECT_FALSE(behind.ok);
  EXPECT_TRUE(last.ok);
  EXPECT_EQ(b.memory.load(old_page), 0u);
  EXPECT_EQ(b.memory.load(new_page), 0x8888u);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
}
TEST(SmmuSync, WhatHasLostItsPageFaultsInItsTurn) {
  Bench bench;
  bench.run(revoked(bench));
}

// Two of one page wait for one walk that has been overtaken: the SYNC waits for both uses of its
// answer.
Task<void> joined(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t descriptor = b.map(0x4000, old_page);
  co_await b.enable();
  b.memory.sample_early = true;
  b.memory.latency = 10 * microsecond;
  Dma opener{.address = 0x4000, .write = true, .data = 1}, joiner{.address = 0x4008, .write = true};
  b.start(b.dma(opener));
  b.start(b.dma(joiner));
  while (b.memory.count(1, descriptor, descriptor) == 0)
    co_await b.sleep(10 * nanosecond);
  b.memory.latency = 40 * nanosecond;
  b.memory.hold(old_page + 8, old_page + 15);
  co_await move_page(b, descriptor);
  co_await b.sleep(20 * microsecond);
  EXPECT_TRUE(opener.done);
  EXPECT_FALSE(joiner.done);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);
  b.memory.release();
  co_await b.drained();
  EXPECT_TRUE(joiner.ok);
}
TEST(SmmuSync, WaitsForAllWhoUseOneAnswer) {
  Bench bench;
  bench.run(joined(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
