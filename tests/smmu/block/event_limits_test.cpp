// The Event queue at its limits, and at the moment when it is switched off (IHI
// 0070 3.5, 6.3.9, 7.4).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t queue_end = Bench::event_queue + 0xfff;

/// A transaction that is terminated with F_TRANSLATION.
Task<void> fault(Bench& b, std::uint64_t address) {
  Dma d{.address = address, .write = true};
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
}

// Records on their way take the places that are left, though PROD doesn't show them yet; and the
// overflow is shown behind them.
Task<void> nearly_full(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  b.memory.hold(Bench::event_queue, queue_end);
  for (unsigned n = 0; n < 7; ++n)
    co_await fault(b, 0x5000 + n * 0x1000);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 0u);
  EXPECT_EQ(b.counter("tcu.events_recorded"), 4u);
  EXPECT_EQ(b.counter("tcu.events_lost"), 3u);
  b.memory.release();
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1ULL << 31 | 4);
  EXPECT_EQ(b.memory.count(2, Bench::event_queue, queue_end), 4u);
  for (unsigned n = 0; n < 4; ++n)
    EXPECT_EQ(b.memory.load(Bench::event_queue + 32 * n + 16), 0x5000u + n * 0x1000);
}
TEST(SmmuEventLimits, RecordsOnTheirWayTakeTheirPlaces) {
  Bench bench({}, 64, 2);
  bench.run(nearly_full(bench));
}

// One place is left: it is used, and the one after it is lost. Acknowledged in part: so many more.
Task<void> exactly_full(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  for (unsigned n = 0; n < 4; ++n)
    co_await fault(b, 0x5000);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 4u);  // full, and nothing lost
  co_await fault(b, 0x5000);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1ULL << 31 | 4);
  co_await b.write(Bench::EVTQ_CONS, 1);  // one consumed, the overflow not acknowledged
  co_await fault(b, 0x9000);
  co_await fault(b, 0xa000);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1ULL << 31 | 5);  // not flagged a second time
  EXPECT_EQ(b.memory.load(Bench::event_queue + 16), 0x9000u);
  co_await b.write(Bench::EVTQ_CONS, 1ULL << 31 | 5);
  for (unsigned n = 0; n < 5; ++n)
    co_await fault(b, 0x5000);
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1u);  // wrapped to 9 modulo 8, OVFLG toggled
  EXPECT_EQ(b.counter("tcu.events_lost"), 3u);
}
TEST(SmmuEventLimits, TheLastPlaceIsUsedAndTheNextEventIsLost) {
  Bench bench({}, 64, 2);
  bench.run(exactly_full(bench));
}

// Once EVENTQEN = 0 is acknowledged the memory of the queue is software's again: nothing is written
// there any more, whatever happened while the Update was under way.
Task<void> switched_off(Bench& b, unsigned faults_meanwhile) {
  b.translate_stream(1);
  co_await b.enable();
  b.memory.hold(Bench::event_queue, queue_end);
  co_await fault(b, 0x5000);
  co_await fault(b, 0x6000);
  co_await b.write(Bench::CR0, 0x9);
  for (unsigned n = 0; n < faults_meanwhile; ++n)
    co_await fault(b, 0x7000 + n * 0x1000);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CR0ACK), 0xdu);
  b.memory.release();
  while (co_await b.read(Bench::CR0ACK) != 0x9)
    co_await b.sleep(10 * nanosecond);
  for (const Memory::Access& access : b.memory.log) {
    const bool record =
        access.write && access.address >= Bench::event_queue && access.address <= queue_end;
    EXPECT_TRUE(!record || access.done != 0) << std::hex << access.address;
  }
  const std::size_t written = b.memory.count(2, Bench::event_queue, queue_end);
  EXPECT_GE(written, 2u);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), written);
  co_await fault(b, 0xf000);
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(b.memory.count(2, Bench::event_queue, queue_end), written);
}
TEST(SmmuEventLimits, WhatIsCommittedIsWrittenBeforeTheQueueIsOff) {
  Bench bench;
  bench.run(switched_off(bench, 0));
}
TEST(SmmuEventLimits, NothingIsWrittenToAQueueThatIsOff) {
  Bench bench;
  bench.run(switched_off(bench, 3));
}

// SMMU_IRQ_CTRL: what is not enabled neither pulses a wire nor writes an MSI (3.18).
Task<void> interrupts_off(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  co_await b.write(Bench::EVTQ_IRQ_CFG0, 0x8600'0000, 8);
  co_await b.write(Bench::EVTQ_IRQ_CFG1, 0x77);
  co_await b.write(Bench::GERROR_IRQ_CFG0, 0x8600'0010, 8);
  co_await b.write(Bench::GERROR_IRQ_CFG1, 0x78);
  co_await fault(b, 0x5000);
  b.post(CommandWords{0xff, 0});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1u);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u);
  EXPECT_EQ(b.eventq_edges + b.gerror_edges, 0u);
  EXPECT_EQ(b.memory.count(2, 0x8600'0000, 0x8600'00ff), 0u);
}
TEST(SmmuEventLimits, InterruptsThatAreNotEnabledStayAway) {
  Bench bench;
  bench.run(interrupts_off(bench));
}

// Each kind by its own bit, with its own message, and an aborted message is told by the other one.
Task<void> messages(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  co_await b.write(Bench::EVTQ_IRQ_CFG0, 0x8600'0000, 8);
  co_await b.write(Bench::GERROR_IRQ_CFG0, 0x8600'0010, 8);
  co_await b.write(Bench::GERROR_IRQ_CFG1, 0x78);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 5);
  b.memory.abort(0x8600'0000, 0x8600'0003);
  co_await fault(b, 0x5000);
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 5);  // MSI_EVENTQ_ABT_ERR
  EXPECT_EQ(b.memory.load(0x8600'0010, 4), 0x78u);
  EXPECT_EQ(b.gerror_edges, 1u);
  // An aborted message about a global error is not told by another one (7.5.1).
  b.memory.abort(0x8600'0010, 0x8600'0013);
  b.post(CommandWords{0xff, 0});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 5 | 1u << 7 | 1u);
  EXPECT_EQ(b.gerror_edges, 2u);
}
TEST(SmmuEventLimits, AnAbortedMessageIsAGlobalError) {
  Bench bench;
  bench.run(messages(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
