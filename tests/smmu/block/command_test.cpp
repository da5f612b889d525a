// The Command queue (IHI 0070 chapter 4, 7.1) and the registers around it.
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

Task<void> illegal(Bench& b) {
  co_await b.enable();
  const std::uint32_t bad = b.prod() + 1;
  b.post({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  b.post(CommandWords{0xff, 0});
  b.post({.signal = Command::CompletionSignal::SIG_IRQ, .msi_data = 9, .msi_address = 0x8500'0000});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), 1u << 24 | bad);  // CERROR_ILL, at the bad command
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u);                 // CMDQ_ERR
  EXPECT_EQ(b.gerror_edges, 1u);
  EXPECT_EQ(b.memory.load(0x8500'0000, 4), 0u);  // newer commands have no effect
  // As Linux: a CMD_SYNC over the bad command, then the acknowledgement.
  b.memory.store(Bench::command_queue + 16 * bad, 0x46);
  b.memory.store(Bench::command_queue + 16 * bad + 8, 0);
  co_await b.write(Bench::GERRORN, 1);
  co_await b.drained();
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.memory.load(0x8500'0000, 4), 9u);
  EXPECT_EQ(b.counter("tcu.command_errors"), 1u);
}
TEST(SmmuCommands, IllegalCommandStopsTheQueueUntilAcknowledged) {
  Bench bench;
  bench.run(illegal(bench));
}

Task<void> fetch_abort(Bench& b) {
  co_await b.enable();
  b.memory.abort(Bench::command_queue, Bench::command_queue + 0xfff);
  const std::uint32_t at = b.prod();
  b.post(Command{});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), 2u << 24 | at);  // CERROR_ABT
  b.memory.no_aborts();
  co_await b.write(Bench::GERRORN, 1);
  co_await b.drained();
}
TEST(SmmuCommands, AbortedFetchIsCerrorAbt) {
  Bench bench;
  bench.run(fetch_abort(bench));
}

Task<void> signals(Bench& b) {
  co_await b.enable();
  const unsigned wakes = b.wake_edges;
  co_await b.sync();  // SIG_NONE: polling CONS
  EXPECT_EQ(b.sync_edges, 0u);
  EXPECT_EQ(b.wake_edges, wakes);
  co_await b.command({.signal = Command::CompletionSignal::SIG_SEV});
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.wake_edges, wakes + 1);
  b.memory.store(0x8500'0000, ~0ULL);
  co_await b.command(
      {.signal = Command::CompletionSignal::SIG_IRQ, .msi_data = 0, .msi_address = 0x8500'0000});
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.memory.load(0x8500'0000), 0xffff'ffff'0000'0000u);  // a 32-bit write
  EXPECT_EQ(b.sync_edges, 1u);
  co_await b.command({.signal = Command::CompletionSignal::SIG_IRQ});  // no address: wire only
  co_await b.sleep(microsecond);
  EXPECT_EQ(b.sync_edges, 2u);
}
TEST(SmmuCommands, SyncCompletesByPollingBySevAndByMsi) {
  Bench bench;
  bench.run(signals(bench));
}

Task<void> msi_abort(Bench& b) {
  co_await b.enable();
  b.memory.abort(0x8500'0000, 0x8500'0003);
  co_await b.command({.signal = Command::CompletionSignal::SIG_IRQ, .msi_address = 0x8500'0000});
  co_await b.sleep(microsecond);
  EXPECT_EQ(co_await b.read(Bench::GERROR), 1u << 4);  // MSI_CMDQ_ABT_ERR
  co_await b.sync();                                   // the queue goes on
}
TEST(SmmuCommands, AbortedMsiIsAGlobalErrorAndTheQueueGoesOn) {
  Bench bench;
  bench.run(msi_abort(bench));
}

Task<void> wrap(Bench& b) {
  co_await b.enable();
  for (unsigned round = 0; round < 5; ++round) {
    for (unsigned n = 0; n < 121; ++n)  // no multiple of what is fetched at a time
      b.post({.opcode = Opcode::CMD_PREFETCH_CONFIG});
    co_await b.ring();
    co_await b.drained();
  }
  EXPECT_EQ(b.counter("tcu.commands_prefetch"), 605u);
}
TEST(SmmuCommands, TheQueueWraps) {
  Bench bench;
  bench.run(wrap(bench));
}

Task<void> full(Bench& b) {
  co_await b.enable();
  const unsigned wakes = b.wake_edges;
  for (unsigned n = 0; n < 256; ++n)
    b.post({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  co_await b.ring();
  co_await b.drained();
  EXPECT_EQ(b.wake_edges, wakes + 1);  // SEV: full no longer (4.1.2)
  EXPECT_EQ(b.counter("tcu.command_queue", "highest"), 256u);
}
TEST(SmmuCommands, AFullQueueIsConsumedAndWakesTheProducer) {
  Bench bench;
  bench.run(full(bench));
}

Task<void> prefetch(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.enable();
  co_await b.command({.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 1}});
  co_await b.command(
      {.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 40}});  // invalid
  co_await b.command({.opcode = Opcode::CMD_PREFETCH_CONFIG, .stream = {.stream_id = 999}});
  co_await b.sleep(microsecond);
  Dma d{.address = 0x4000};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.count(1, b.ste_of(1), b.ste_of(1)), 1u);  // not fetched again
  EXPECT_EQ(b.counter("tcu.configuration_cache", "hits"), 1u);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST(SmmuCommands, PrefetchFillsTheConfigurationCacheAndNeverFaults) {
  Bench bench;
  bench.run(prefetch(bench));
}

Task<void> disabled(Bench& b) {
  co_await b.enable();
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0x5);
  const std::uint64_t cons = co_await b.read(Bench::CMDQ_CONS);
  b.post({.signal = Command::CompletionSignal::SIG_IRQ, .msi_data = 3, .msi_address = 0x8500'0000});
  co_await b.ring();
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_CONS), cons);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  co_await b.drained();
}
TEST(SmmuCommands, NothingIsConsumedWhileDisabled) {
  Bench bench;
  bench.run(disabled(bench));
}

Task<void> guards(Bench& b) {
  co_await b.enable();
  const std::uint64_t base = co_await b.read(Bench::CMDQ_BASE, 8);
  co_await b.write(Bench::CMDQ_BASE, 0, 8);
  co_await b.write(Bench::CMDQ_CONS, 77);
  co_await b.write(Bench::STRTAB_BASE, 0, 8);
  co_await b.write(Bench::EVTQ_BASE, 0, 8);
  co_await b.write(Bench::CR2, 0);
  EXPECT_EQ(co_await b.read(Bench::CMDQ_BASE, 8), base);
  EXPECT_NE(co_await b.read(Bench::CMDQ_CONS), 77u);
  EXPECT_NE(co_await b.read(Bench::STRTAB_BASE, 8), 0u);
  EXPECT_NE(co_await b.read(Bench::EVTQ_BASE, 8), 0u);
  EXPECT_EQ(co_await b.read(Bench::CR2), 6u);
  EXPECT_EQ(co_await b.read(0xc0, 8), 0u);  // PRIQ_BASE: RAZ/WI without PRI
  co_await b.write(0xc0, ~0ULL, 8);
  EXPECT_EQ(co_await b.read(0xc0, 8), 0u);
  co_await b.write(0x0, 0);  // IDR0 is read-only
  EXPECT_NE(co_await b.read(0x0), 0u);
}
TEST(SmmuRegisters, WhatIsInUseCannotBeChanged) {
  Bench bench;
  bench.run(guards(bench));
}

// The attributes of tables and those of queues are kept apart (6.3.11).
Task<void> attributes(Bench& b) {
  constexpr std::uint64_t tables = 0xfc0, queues = 0x3f;
  co_await b.write(Bench::CR1, ~0u);
  EXPECT_EQ(co_await b.read(Bench::CR1), tables | queues);
  for (const std::uint64_t queue : {0x8u, 0x4u}) {  // CMDQEN, EVENTQEN
    co_await b.write(Bench::CR1, ~0u);
    co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, queue);
    co_await b.write(Bench::CR1, 0);
    EXPECT_EQ(co_await b.read(Bench::CR1), queues) << queue;
    co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0);
  }
  co_await b.write(Bench::CR1, ~0u);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0x1);  // SMMUEN
  co_await b.write(Bench::CR1, 0);
  EXPECT_EQ(co_await b.read(Bench::CR1), tables);
}
TEST(SmmuRegisters, AttributesInUseCannotBeChanged) {
  Bench bench;
  bench.run(attributes(bench));
}

// Each interrupt's message goes with its own enable (6.3.21 to 6.3.23, 6.3.30 to 6.3.32).
Task<void> messages(Bench& b) {
  struct Interrupt {
    std::uint64_t enable, address, data, attributes;
  };
  const Interrupt interrupts[] = {{1, 0x68, 0x70, 0x74}, {4, 0xb0, 0xb8, 0xbc}};
  for (const std::uint64_t enabled : {1u, 4u}) {
    for (const Interrupt& i : interrupts) {
      co_await b.write(i.address, 0x8600'0000, 8);
      co_await b.write(i.data, 0x55);
      co_await b.write(i.attributes, 0x3f);
    }
    co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, enabled);
    for (const Interrupt& i : interrupts) {
      co_await b.write(i.address, 0x8700'0000, 8);
      co_await b.write(i.data, 0x66);
      co_await b.write(i.attributes, 0x1);
      const bool kept = i.enable == enabled;
      EXPECT_EQ(co_await b.read(i.address, 8), kept ? 0x8600'0000u : 0x8700'0000u);
      EXPECT_EQ(co_await b.read(i.data), kept ? 0x55u : 0x66u);
      EXPECT_EQ(co_await b.read(i.attributes), kept ? 0x3fu : 0x1u);
    }
    co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  }
}
TEST(SmmuRegisters, AMessageInUseCannotBeChanged) {
  Bench bench;
  bench.run(messages(bench));
}

Task<void> gbpa(Bench& b) {
  b.memory.store(0xa000'0000, 0x1234);
  Dma d{.address = 0xa000'0000};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);  // SMMUEN = 0 and ABORT = 0: bypass
  EXPECT_EQ(d.data, 0x1234u);
  co_await b.write(Bench::GBPA, 1u << 20);  // without Update: ignored
  EXPECT_EQ(co_await b.read(Bench::GBPA), 0x1000u);
  co_await b.write(Bench::GBPA, 1u << 31 | 1u << 20 | 0x1000);
  while (co_await b.read(Bench::GBPA) & 1u << 31)
    co_await b.sleep(10 * nanosecond);
  EXPECT_EQ(co_await b.read(Bench::GBPA), 1u << 20 | 0x1000u);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  co_await b.enable();
  b.bypass_stream(1);
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);  // SMMUEN = 1: the stream table decides
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  co_await b.dma(d);
  EXPECT_FALSE(d.ok);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST(SmmuRegisters, GbpaDecidesWhileTheSmmuIsDisabled) {
  Bench bench;
  bench.run(gbpa(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
