// Every event record of this subset, as it is found in the Event queue (masks of Linux's
// arm-smmu-v3.h).
#include "tests/smmu/block/bench.h"
#include "tests/smmu/unit/bits.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t EVTQ_0_ID = genmask(7, 0), EVTQ_0_SID = genmask(63, 32);
constexpr std::uint64_t EVTQ_1_PnU = 1ULL << 33, EVTQ_1_InD = 1ULL << 34, EVTQ_1_RnW = 1ULL << 35;
constexpr std::uint64_t EVTQ_1_CLASS = genmask(41, 40);

/// Sends `d`, which must be aborted, and returns its event record; all zero when there is none.
Task<EventRecord> event_of(Bench& b, Dma d) {
  co_await b.dma(d);
  EXPECT_TRUE(d.done);
  EXPECT_FALSE(d.ok);
  const std::vector<EventRecord> events = co_await b.take_events();
  EXPECT_LE(events.size(), 1u);
  co_return events.empty() ? EventRecord{} : events[0];
}
std::uint64_t id(const EventRecord& r) {
  return field_get(EVTQ_0_ID, r[0]);
}

Task<void> configuration_errors(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  EventRecord r = co_await event_of(b, {.stream = 64, .address = 0x1000});
  EXPECT_EQ(r, (EventRecord{64ULL << 32 | 0x02, 0, 0, 0}));  // C_BAD_STREAMID
  r = co_await event_of(b, {.stream = 2, .address = 0x1000});
  EXPECT_EQ(r, (EventRecord{2ULL << 32 | 0x04, 0, 0, 0}));  // C_BAD_STE: V = 0
  b.memory.abort(b.ste_of(3), b.ste_of(3) + 63);
  r = co_await event_of(b, {.stream = 3, .address = 0x1000});
  EXPECT_EQ(r, (EventRecord{3ULL << 32 | 0x03, 0, 0, b.ste_of(3)}));  // F_STE_FETCH
  b.translate_stream(4, 5, Bench::tables, 1u << 31);                  // CD.V = 0
  r = co_await event_of(b, {.stream = 4, .address = 0x1000});
  EXPECT_EQ(r, (EventRecord{4ULL << 32 | 0x0a, 0, 0, 0}));  // C_BAD_CD
  b.translate_stream(5);
  b.memory.abort(b.context_of(5), b.context_of(5) + 63);
  r = co_await event_of(b, {.stream = 5, .address = 0x1000});
  EXPECT_EQ(r, (EventRecord{5ULL << 32 | 0x09, 0, 0, b.context_of(5)}));  // F_CD_FETCH
  r = co_await event_of(b, {.stream = 1, .address = 0x1000, .pasid = true});
  EXPECT_EQ(r, (EventRecord{1ULL << 32 | 0x08, 0, 0, 0}));  // C_BAD_SUBSTREAMID
}
TEST(SmmuEvents, ConfigurationErrors) {
  Bench bench;
  bench.run(configuration_errors(bench));
}

Task<void> translation_faults(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t leaf = b.map(0x1234'5000, 0xa000'0000, Bench::page_ro);
  co_await b.enable();
  EventRecord r = co_await event_of(b, {.address = 0x7fff'ffff'f123, .write = true});
  EXPECT_EQ(id(r), 0x10u);  // F_TRANSLATION
  EXPECT_EQ(field_get(EVTQ_0_SID, r[0]), 1u);
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 2));
  EXPECT_EQ(r[2], 0x7fff'ffff'f123u);
  EXPECT_EQ(r[3], 0u);
  r = co_await event_of(b, {.address = 0xffff'0000'0000'0000});  // EPD1
  EXPECT_EQ(id(r), 0x10u);
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 2) | EVTQ_1_RnW);
  r = co_await event_of(b, {.address = 0x1234'5678, .write = true});
  EXPECT_EQ(id(r), 0x13u);  // F_PERMISSION
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 2));
  EXPECT_EQ(r[2], 0x1234'5678u);
  r = co_await event_of(b, {.address = 0x1234'5678, .write = true, .privileged = true});
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 2) | EVTQ_1_PnU);
  b.memory.store(leaf, b.memory.load(leaf) | 1ULL << 54);  // UXN
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  r = co_await event_of(b, {.address = 0x1234'5000, .instruction = true});
  EXPECT_EQ(id(r), 0x13u);
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 2) | EVTQ_1_RnW | EVTQ_1_InD);
  b.memory.store(leaf, b.memory.load(leaf) & ~(1ULL << 10));  // AF
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  r = co_await event_of(b, {.address = 0x1234'5000});
  EXPECT_EQ(id(r), 0x12u);  // F_ACCESS
  b.memory.store(leaf, 1ULL << 44 | Bench::page_rw);
  r = co_await event_of(b, {.address = 0x1234'5000});
  EXPECT_EQ(id(r), 0x11u);  // F_ADDR_SIZE
  EXPECT_EQ(r[2], 0x1234'5000u);
  b.memory.abort(leaf, leaf + 7);
  r = co_await event_of(b, {.address = 0x1234'5000});
  EXPECT_EQ(id(r), 0x0bu);  // F_WALK_EABT
  EXPECT_EQ(r[1], field_prep(EVTQ_1_CLASS, 1) | EVTQ_1_RnW);
  EXPECT_EQ(r[2], 0x1234'5000u);
  EXPECT_EQ(r[3], leaf);
}
TEST(SmmuEvents, TranslationFaults) {
  Bench bench;
  bench.run(translation_faults(bench));
}

Task<void> bypass_beyond_oas(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  const EventRecord r = co_await event_of(b, {.address = 1ULL << 44});
  EXPECT_EQ(id(r), 0x11u);
  Dma d{.address = 0xa000'0000};
  co_await b.dma(d);  // now the TBU knows the bypass
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(id(co_await event_of(b, {.address = 1ULL << 44})), 0x11u);
}
TEST(SmmuEvents, BypassBeyondTheOutputSizeIsAnAddressSizeFault) {
  Bench bench;
  bench.run(bypass_beyond_oas(bench));
}

Task<void> suppressed(Bench& b) {
  b.abort_stream(1);
  b.translate_stream(2, 5, Bench::tables, 1ULL << 45);  // CD.R = 0
  co_await b.enable();
  EXPECT_EQ(co_await event_of(b, {.stream = 1}), EventRecord{});
  EXPECT_EQ(co_await event_of(b, {.stream = 2, .address = 0x9000}), EventRecord{});
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  co_await b.write(Bench::CR2, 0);  // RECINVSID
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  EXPECT_EQ(co_await event_of(b, {.stream = 64}), EventRecord{});
  EXPECT_EQ(b.counter("tcu.terminated_suppressed"), 3u);
  EXPECT_EQ(b.counter("tcu.terminated_recorded"), 0u);
  EXPECT_EQ(b.counter("tbu.terminated"), 3u);
}
TEST(SmmuEvents, AbortingStreamsAndUnrecordedFaultsAreSilent) {
  Bench bench;
  bench.run(suppressed(bench));
}

// Every transaction that ends has a record of its own, merged in the TBU or not.
Task<void> merged(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  std::vector<Dma> many(5, Dma{.address = 0x5000, .write = true});
  for (Dma& d : many)
    b.start(b.dma(d));
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 5u);
  for (const Dma& d : many)
    EXPECT_TRUE(d.done && !d.ok);
  EXPECT_EQ(b.counter("tcu.terminated_recorded"), 5u);
}
TEST(SmmuEvents, MergedMissesHaveARecordEach) {
  Bench bench;
  bench.run(merged(bench));
}

Task<void> overflow(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  for (unsigned n = 0; n < 20; ++n) {  // the queue has 16
    Dma d{.address = 0x5000 + n * 0x1000, .write = true};
    co_await b.dma(d);
    EXPECT_FALSE(d.ok);
  }
  co_await b.sleep(microsecond);
  const std::uint64_t prod = co_await b.read(Bench::EVTQ_PROD);
  EXPECT_EQ(prod, 1ULL << 31 | 16);  // OVFLG, full
  EXPECT_EQ(b.counter("tcu.events_recorded"), 16u);
  EXPECT_EQ(b.counter("tcu.events_lost"), 4u);
  EXPECT_EQ(b.counter("tcu.terminated_lost"), 4u);
  EXPECT_EQ(b.eventq_edges, 1u);  // empty to non-empty once
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 16u);
  EXPECT_EQ(events[15][2], 0x5000u + 15 * 0x1000);
  // Acknowledged and drained: recording goes on, with a new interrupt.
  const EventRecord r = co_await event_of(b, {.address = 0x9'0000});
  EXPECT_EQ(r[2], 0x9'0000u);
  EXPECT_EQ(b.eventq_edges, 2u);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1ULL << 31 | 17);
}
TEST(SmmuEvents, OverflowIsFlaggedAndRecoveredFrom) {
  Bench bench;
  bench.run(overflow(bench));
}

// A CMD_SYNC makes the events of transactions that were answered before it visible (4.7.3).
Task<void> sync_and_events(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  b.memory.hold(Bench::event_queue, Bench::event_queue + 0xfff);
  Dma d{.address = 0x5000};
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 0u);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), b.prod() - 1);
  b.memory.release();
  co_await b.drained();
  EXPECT_EQ(co_await b.read(Bench::EVTQ_PROD), 1u);
}
TEST(SmmuEvents, SyncWaitsUntilTheyAreVisible) {
  Bench bench;
  bench.run(sync_and_events(bench));
}

Task<void> queue_abort(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  b.memory.abort(Bench::event_queue, Bench::event_queue + 31);
  EXPECT_EQ(co_await event_of(b, {.address = 0x5000}), EventRecord{});
  EXPECT_EQ(co_await b.read(Bench::GERROR), 4u);  // EVENTQ_ABT_ERR
  EXPECT_EQ(b.gerror_edges, 1u);
  EXPECT_EQ(co_await event_of(b, {.address = 0x5000}), EventRecord{});  // not writable: lost
  EXPECT_EQ(b.counter("tcu.events_lost"), 1u);
  EXPECT_EQ(b.counter("tcu.event_write_aborts"), 1u);
  b.memory.no_aborts();
  co_await b.write(Bench::GERRORN, 4);
  EXPECT_EQ(id(co_await event_of(b, {.address = 0x5000})), 0x10u);
}
TEST(SmmuEvents, AnAbortedRecordIsAGlobalError) {
  Bench bench;
  bench.run(queue_abort(bench));
}

Task<void> msi(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  co_await b.write(Bench::EVTQ_IRQ_CFG0, 0x8600'0000, 8);
  co_await b.write(Bench::EVTQ_IRQ_CFG1, 0x77);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 5);
  EXPECT_EQ(id(co_await event_of(b, {.address = 0x5000})), 0x10u);
  EXPECT_EQ(b.memory.load(0x8600'0000, 4), 0x77u);
}
TEST(SmmuEvents, TheQueueHasAnMsi) {
  Bench bench;
  bench.run(msi(bench));
}

Task<void> no_msi(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  co_await b.write(Bench::EVTQ_IRQ_CFG0, 0x8600'0000, 8);
  co_await b.write(Bench::EVTQ_IRQ_CFG1, 0x77);
  EXPECT_EQ(co_await b.read(Bench::EVTQ_IRQ_CFG0), 0u);
  EXPECT_EQ(id(co_await event_of(b, {.address = 0x5000})), 0x10u);
  EXPECT_EQ(b.memory.load(0x8600'0000, 4), 0u);
  EXPECT_EQ(b.eventq_edges, 1u);
}
TEST(SmmuEvents, WithoutMsiTheQueueHasItsWireAlone) {
  SmmuParameters parameters;
  parameters.msi = false;
  Bench bench(parameters);
  bench.run(no_msi(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
