// Whatever is stalled, the rest goes on (IHI 0070 4.7.3, 16.4): what doesn't stall finds its
// places, and commands are consumed.
#include "tests/smmu/block/stalls.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0xa000'0000, doorbell = 0xb000'0040;

/// As few places as there may be with two that stall.
SmmuParameters narrow() {
  SmmuParameters parameters = with_stalls(2, 1);
  parameters.tbu.translation_slots = 3;
  parameters.tbu.translation_requests = 3;
  parameters.tbu.outstanding_reads = 3;
  parameters.tbu.outstanding_writes = 3;
  parameters.tcu.translation_slots = 3;
  parameters.tcu.walkers = 1;
  return parameters;
}

/// MSIs of a PCIe function, each to a page of its own that no TLB has, and one fault among them.
Task<void> messages_arrive(Bench& b) {
  for (std::uint64_t n = 0; n < 8; ++n) {
    Dma msi{.stream = 2, .address = 0x10'0040 + 0x1000 * n, .write = true, .data = n, .size = 4};
    msi.order_domain = 2;
    const Time before = b.now();
    co_await b.dma(msi);
    EXPECT_TRUE(msi.ok);
    EXPECT_LT(b.now() - before, microsecond);
  }
  const Dma bad = co_await b.dma_of({.stream = 2, .address = 0x4000});
  EXPECT_FALSE(bad.ok);
}

// Places for stalls all taken, by reads or by posted writes, the Event queue full.
Task<void> all_stalled(Bench& b, bool writes) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  b.translate_stream(2, 6, Bench::tables + 0x10'0000, CD_S);
  for (std::uint64_t n = 0; n < 8; ++n)
    b.map(0x10'0000 + 0x1000 * n, doorbell & ~0xfffULL, Bench::page_rw, Bench::tables + 0x10'0000);
  co_await b.enable();
  for (unsigned n = 0; n < 4; ++n)
    co_await b.dma_of({.stream = 2, .address = 0x5000});
  std::vector<Dma> stalled;
  for (unsigned n = 0; n < 2; ++n) {
    stalled.push_back(writes ? stallable_write(0x4000 + 0x1000 * n, n)
                             : stallable_read(0x4000 + 0x1000 * n));
    if (writes) stalled.back().order_domain = 1;
  }
  for (Dma& d : stalled)
    b.start(b.dma(d));
  co_await b.sleep(2 * microsecond);
  co_await messages_arrive(b);
  EXPECT_EQ(b.memory.load(doorbell, 4), 7u);
  co_await b.sync();
  EXPECT_FALSE(stalled[0].done || stalled[1].done);
  // Software drains the queue, mends the pages, and answers behind another SYNC.
  const auto events = co_await events_of(b);
  EXPECT_EQ(events.size(), 4u);
  for (unsigned told = 0; told < 2; ++told) {
    const Event event = co_await stall_event(b);
    b.map(event.input_address, page);
    b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .asid = 5, .address = event.input_address});
    b.post(Command{});
    b.post(retry_of(event));
    b.post(Command{});
    co_await b.ring();
    co_await b.drained();
  }
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(stalled[0].ok && stalled[1].ok);
  co_await messages_arrive(b);
}
TEST(SmmuProgress, MessagesAndSyncsPassStalledReads) {
  Bench bench(narrow(), 64, 2);
  bench.run(all_stalled(bench, false));
}
TEST(SmmuProgress, MessagesAndSyncsPassStalledWrites) {
  Bench bench(narrow(), 64, 2);
  bench.run(all_stalled(bench, true));
}

// What is behind a stalled write in its order has its address, and waits; a SYNC doesn't wait for
// it, and it goes to the page of its time.
Task<void> behind(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, CD_S);
  const std::uint64_t leaf = b.map(0x6000, page);
  co_await b.enable();
  EXPECT_TRUE(co_await b.can_write(1, 0x6000));
  Dma first = stallable_write(0x4000, 1), second = stallable_write(0x6000, 0x77),
      other = stallable_write(0x6008, 0x88);
  first.order_domain = second.order_domain = 1;
  other.order_domain = 2;
  b.start(b.dma(first));
  b.start(b.dma(second));
  b.start(b.dma(other));
  const Event event = co_await stall_event(b);
  EXPECT_TRUE(other.ok) << "of another domain";
  b.memory.store(leaf, (page + 0x1000) | Bench::page_rw);
  b.post({.opcode = Opcode::CMD_TLBI_NH_VA, .asid = 5, .address = 0x6000});
  b.post(Command{});
  co_await b.ring();
  co_await b.drained();
  EXPECT_FALSE(first.done || second.done);
  b.map(0x4000, page + 0x2000);
  co_await b.command(retry_of(event));
  co_await b.sleep(2 * microsecond);
  EXPECT_TRUE(first.ok && second.ok);
  EXPECT_EQ(b.memory.load(page + 0x1000), 0x77u);
  EXPECT_NE(b.memory.load(page), 0x77u);
}
TEST(SmmuProgress, ASyncWaitsForNothingBehindAStall) {
  Bench bench(with_stalls());
  bench.run(behind(bench));
}

/// Invalidates what is in use as long as anything is.
Task<void> invalidate_until(Bench& b, const bool& done) {
  const Command commands[] = {
      {.opcode = Opcode::CMD_TLBI_NH_ALL, .vmid = 7},
      {.opcode = Opcode::CMD_TLBI_S12_VMALL, .vmid = 7},
      {.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = 1}},
      {.opcode = Opcode::CMD_TLBI_S2_IPA, .vmid = 7, .address = Guest::ipa(Guest::data)}};
  for (unsigned n = 0; !done; ++n) {
    b.post(commands[n % 4]);
    if (n % 16 != 15) continue;
    co_await b.ring();
    co_await b.drained();
  }
}

Task<void> without_pause(Bench& b, bool& done) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  for (std::uint64_t n = 0; n < 8; ++n) {
    guest.map(n, Guest::ipa(Guest::data, n));
    host.map(Guest::ipa(Guest::data, n), page + 0x1000 * n);
  }
  co_await b.enable();
  b.start(invalidate_until(b, done));
  std::vector<Dma> accesses;
  for (unsigned n = 0; n < 200; ++n) {
    Dma d{.address = 0x1000 * (n % 8) + 8 * n % 0x1000, .write = n % 3 != 0, .data = n};
    if (d.write) d.order_domain = 1 + n % 2;
    accesses.push_back(d);
  }
  for (Dma& d : accesses)
    b.start(b.dma(d));
  const Time begun = b.now();
  for (const Dma& d : accesses) {
    while (!d.done && b.now() - begun < 2 * millisecond)
      co_await b.sleep(100 * nanosecond);
    EXPECT_TRUE(d.ok);
  }
  done = true;
  EXPECT_GT(b.counter("tcu.commands_invalidate"), 1000u);
}
TEST(SmmuProgress, InvalidationsWithoutPauseHoldNothingUp) {
  bool done = false;
  Bench bench(with_stage2());
  bench.run(without_pause(bench, done));
}

/// All that is bounded, at its least.
SmmuParameters one_of_each() {
  SmmuParameters parameters = with_stage2();
  parameters.tbu.translation_slots = 1;
  parameters.tbu.translation_requests = 1;
  parameters.tbu.outstanding_reads = 1;
  parameters.tbu.outstanding_writes = 1;
  parameters.tcu.translation_slots = 1;
  parameters.tcu.walkers = 1;
  parameters.tcu.command_fetch = 1;
  return parameters;
}

Task<void> through_one(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  host.translate_stream(2);
  for (std::uint64_t n = 0; n < 8; ++n) {
    guest.map(n, Guest::ipa(Guest::data, n));
    host.map(Guest::ipa(Guest::data, n), page + 0x1000 * n);
  }
  co_await b.enable();
  std::vector<Dma> accesses;
  for (unsigned n = 0; n < 64; ++n) {
    Dma d{.address = 0x1000 * (n % 9) + (n % 5 == 0 ? 0xffc : 0), .write = n % 2 == 0};
    if (n % 4 == 3) d = {.stream = 2, .address = Guest::ipa(Guest::data, n % 9)};
    if (d.write) d.order_domain = 1 + n % 3;
    accesses.push_back(d);
  }
  for (Dma& d : accesses)
    b.start(b.dma(d));
  for (unsigned n = 0; n < 20; ++n)
    co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S12_VMALL));
  for (const Dma& d : accesses) {
    while (!d.done && b.now() < 5 * millisecond)
      co_await b.sleep(100 * nanosecond);
    EXPECT_TRUE(d.done);
  }
}
TEST(SmmuProgress, OnePlaceOfEachIsEnough) {
  Bench bench(one_of_each(), 1);
  bench.run(through_one(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
