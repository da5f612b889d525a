// The reserved window: 4-byte writes pass as they are, nothing else does, whatever the stream's
// configuration.
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t window = 0xfee0'0000, window_bytes = 0x10'0000;

SmmuParameters with_window() {
  SmmuParameters parameters;
  parameters.reserved_window = {window, window_bytes};
  return parameters;
}
Dma message(std::uint64_t address, std::uint32_t stream = 1) {
  return {.stream = stream, .address = address, .write = true, .data = 0x55, .size = 4};
}

Task<void> passes(Bench& b) {
  b.translate_stream(1);
  b.abort_stream(2);
  co_await b.enable();
  for (const std::uint32_t stream : {1u, 2u, 3u}) {  // 3 has no STE
    for (const std::uint64_t address : {window, window + window_bytes - 4}) {
      const Dma d = co_await b.dma_of(message(address, stream));
      EXPECT_TRUE(d.ok);
      EXPECT_EQ(d.took(), 1 * nanosecond + b.memory.latency);  // a micro TLB's look-up
      EXPECT_EQ(b.memory.load(address, 4), 0x55u);
      EXPECT_EQ(b.memory.log.back().attributes, 0x04u);
    }
  }
  EXPECT_EQ(b.counter("tbu.window_bypasses"), 6u);
  EXPECT_EQ(b.counter("tcu.translated"), 0u);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST(SmmuWindow, WritesOfFourBytesPass) {
  Bench bench(with_window());
  bench.run(passes(bench));
}

Task<void> refuses(Bench& b) {
  b.bypass_stream(1);
  co_await b.enable();
  Dma wide = message(window);
  wide.size = 8;
  Dma narrow = message(window);
  narrow.size = 2;
  Dma read{.address = window, .size = 4};
  Dma across = message(window + 0xffe);
  for (Dma* const d : {&wide, &narrow, &read, &across}) {
    co_await b.dma(*d);
    EXPECT_FALSE(d->ok);
  }
  EXPECT_EQ(b.memory.count(0, window, window + window_bytes - 1), 0u);
  EXPECT_EQ(b.counter("tbu.window_refusals"), 4u);
  EXPECT_EQ(b.counter("tbu.terminated"), 4u);
  const auto events = co_await b.take_events();
  EXPECT_TRUE(events.empty());
}
TEST(SmmuWindow, EverythingElseIsTerminatedWithoutAnEvent) {
  Bench bench(with_window());
  bench.run(refuses(bench));
}

Task<void> outside(Bench& b) {
  b.abort_stream(1);
  co_await b.enable();
  for (const std::uint64_t address : {window - 4, window + window_bytes}) {
    const Dma d = co_await b.dma_of(message(address));
    EXPECT_FALSE(d.ok);
  }
  EXPECT_EQ(b.counter("tbu.window_bypasses") + b.counter("tbu.window_refusals"), 0u);
}
TEST(SmmuWindow, EndsWhereItEnds) {
  Bench bench(with_window());
  bench.run(outside(bench));
}

// An MSI stays behind the data that it tells of.
Task<void> ordered(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.enable();
  Dma data{.address = 0x4000, .write = true, .data = 1, .order_domain = 1};
  Dma msi = message(window);
  msi.order_domain = 1;
  b.start(b.dma(data));
  b.start(b.dma(msi));
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NSNH_ALL});
  co_await b.sleep(5 * microsecond);
  EXPECT_TRUE(data.ok && msi.ok);
  EXPECT_LE(data.ended, msi.ended);
  EXPECT_EQ(b.memory.log.back().address, window);
  EXPECT_EQ(b.counter("tbu.retranslated"), 0u);
}
TEST(SmmuWindow, KeepsTheOrderOfPostedWrites) {
  Bench bench(with_window());
  bench.run(ordered(bench));
}

Task<void> none(Bench& b) {
  b.abort_stream(1);
  co_await b.enable();
  EXPECT_FALSE((co_await b.dma_of(message(0))).ok);
  EXPECT_FALSE((co_await b.dma_of(message(window))).ok);
}
TEST(SmmuWindow, IsNotThereByDefault) {
  Bench bench;
  bench.run(none(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
