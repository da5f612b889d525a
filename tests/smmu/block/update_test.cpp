// Updates of registers are acknowledged once they have taken effect everywhere, and what an Update
// is about can't change before that (IHI 0070 6.3.1.1).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0xa000'0000;

Task<void> smmuen(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  b.memory.hold(page, page + 0xfff);
  Dma d{.address = page, .write = true};
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  co_await b.write(Bench::CR0, 0xc);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu);
  EXPECT_FALSE(d.done);
  b.memory.release();
  while (co_await b.read(Bench::CR0ACK) != 0xc)
    co_await b.sleep(10 * nanosecond);
  EXPECT_TRUE(d.done);
}
TEST(SmmuUpdates, SmmuenWaitsForTheTransactionsInside) {
  Bench bench;
  bench.run(smmuen(bench));
}

Task<void> gbpa(Bench& b) {
  b.memory.hold(page, page + 0xfff);
  Dma d{.address = page, .write = true};
  b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  co_await b.write(Bench::GBPA, 1u << 31 | 1u << 20 | 0x1000);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::GBPA), 1u << 31 | 1u << 20 | 0x1000u);
  co_await b.write(Bench::GBPA, 1u << 31 | 0x1000);  // ignored while an Update is under way
  b.memory.release();
  while (co_await b.read(Bench::GBPA) & 1u << 31)
    co_await b.sleep(10 * nanosecond);
  EXPECT_TRUE(d.done);
  EXPECT_EQ(co_await b.read(Bench::GBPA), 1u << 20 | 0x1000u);
}
TEST(SmmuUpdates, GbpaWaitsForTheTransactionsInside) {
  Bench bench;
  bench.run(gbpa(bench));
}

Task<void> cmdqen(Bench& b) {
  co_await b.enable();
  const std::uint64_t base = co_await b.read(Bench::CMDQ_BASE, 8);
  b.memory.hold(Bench::command_queue, Bench::command_queue + 0xfff);
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(microsecond);
  co_await b.write(Bench::CR0, 0x5);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu);  // a command is being fetched
  co_await b.write(Bench::CMDQ_BASE, 0, 8);
  co_await b.write(Bench::CMDQ_CONS, 77);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_BASE, 8), base);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS), 77u);
  b.memory.release();
  while (co_await b.read(Bench::CR0ACK) != 0x5)
    co_await b.sleep(10 * nanosecond);
  co_await b.write(Bench::CMDQ_BASE, 0, 8);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_BASE, 8), 0u);
}
TEST(SmmuUpdates, CmdqenWaitsForTheCommandInHandAndGuardsItsQueue) {
  Bench bench;
  bench.run(cmdqen(bench));
}

// PROD more than the queue's size ahead of CONS is nothing that software may write; nothing is
// fetched, and a correct PROD goes on (3.5.1).
Task<void> inconsistent(Bench& b) {
  co_await b.enable();
  const std::uint32_t entries = 1u << Bench::log2_commands;
  const std::uint64_t cons = co_await b.read(Bench::CMDQ_CONS);
  const std::size_t reads = b.memory.count(2, 0, ~0ULL);
  b.post(Command{});
  co_await b.write(Bench::CMDQ_PROD, (cons + entries + 1) % (2 * entries));
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), cons);
  EXPECT_EQ(b.memory.count(2, 0, ~0ULL), reads);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 0u);
  co_await b.ring();
  co_await b.drained();
}
TEST(SmmuUpdates, AnInconsistentQueueStandsStill) {
  Bench bench;
  bench.run(inconsistent(bench));
}

// Each interrupt has its enable (6.3.16).
Task<void> enables(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  Dma d{.address = 0x5000};
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 1);  // global errors
  co_await b.dma(d);
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.eventq_edges, 0u);
  b.post(CommandWords{0xff, 0});
  co_await b.ring();
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(b.gerror_edges, 1u);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 4);  // events
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
  co_await b.dma(d);
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.eventq_edges, 1u);
  co_await b.write(Bench::GERRORN, 1);
  co_await b.sleep(2 * microsecond);  // the command is still illegal
  EXPECT_EQ(co_await b.read(Bench::GERROR), 0u);
  EXPECT_EQ(b.gerror_edges, 1u);
}
TEST(SmmuUpdates, EachInterruptHasItsEnable) {
  Bench bench;
  bench.run(enables(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
