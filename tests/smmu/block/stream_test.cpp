// What a stream's configuration decides, and what is read for it.
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

Task<void> known_ste(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000);
  co_await b.enable();
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));
  EXPECT_EQ(b.memory.count(1, b.ste_of(1), b.ste_of(1)), 1u);
  EXPECT_EQ(b.memory.count(1, b.context_of(1), b.context_of(1)), 2u);
}
TEST(SmmuStreams, WithTheSteKnownTheCdAloneIsRead) {
  Bench bench;
  bench.run(known_ste(bench));
}

// An STE that aborts comes before what is wrong with a SubstreamID, and records nothing (7.3.18).
Task<void> aborting(Bench& b) {
  b.abort_stream(1);
  b.bypass_stream(2);
  co_await b.enable();
  for (const std::uint32_t stream : {1u, 2u}) {
    Dma d{.stream = stream, .pasid = true};
    co_await b.dma(d);
    EXPECT_FALSE(d.ok);
    const auto events = co_await b.take_events();
    EXPECT_EQ(events.size(), stream - 1);
  }
}
TEST(SmmuStreams, AnAbortingStreamIsSilentAboutSubstreams) {
  Bench bench;
  bench.run(aborting(bench));
}

// AttrIndx chooses one of the eight attributes of MAIR, whether a TLB knows them or a walk finds
// them.
Task<void> attributes(Bench& b) {
  b.translate_stream(1);
  for (std::uint64_t index = 0; index < 3; ++index)
    b.map(0x4000 + 0x1000 * index, 0xa000'0000 + 0x1000 * index, Bench::page_rw | index << 2);
  co_await b.enable();
  const unsigned expected[] = {0x44, 0xff, 0x04};
  for (unsigned time = 0; time < 2; ++time) {
    for (std::uint64_t index = 0; index < 3; ++index) {
      EXPECT_TRUE(co_await b.can_write(1, 0x4000 + 0x1000 * index));
      EXPECT_EQ(b.memory.log.back().address, 0xa000'0000u + 0x1000 * index);
      EXPECT_EQ(b.memory.log.back().attributes, expected[index]) << index;
    }
  }
}
TEST(SmmuStreams, AttributesAreThoseOfTheIndex) {
  Bench bench;
  bench.run(attributes(bench));
}

// A page found by two accesses at once: each has its own permission.
Task<void> joined(Bench& b) {
  b.translate_stream(1);
  b.map(0x4000, 0xa000'0000, Bench::page_ro);
  co_await b.enable();
  Dma read{.address = 0x4000}, write{.address = 0x4000, .write = true};
  b.start(b.dma(read));
  b.start(b.dma(write));
  co_await b.sleep(5 * microsecond);
  EXPECT_EQ(b.counter("tbu.merged_misses"), 1u);
  EXPECT_TRUE(read.ok);
  EXPECT_TRUE(write.done && !write.ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
}
TEST(SmmuStreams, AJoinedMissGivesNobodyMoreThanThePageAllows) {
  Bench bench;
  bench.run(joined(bench));
}

// Every walk that reads has its length, however it ends.
Task<void> lengths(Bench& b) {
  b.translate_stream(1);
  const std::uint64_t leaf = b.map(0x4000, 0xa000'0000);
  const std::uint64_t table = b.descriptor(0x4000'0000, 2);
  b.map(0x4000'0000, 0xa000'1000);
  co_await b.enable();
  const auto walks = [&b](unsigned length) {
    return b.counter("tcu.walks_of_" + std::to_string(length));
  };
  EXPECT_FALSE(co_await b.can_write(1, 0x80'0000'0000));  // nothing at level 0
  EXPECT_EQ(walks(1), 1u);
  b.memory.abort(leaf, leaf + 7);
  EXPECT_FALSE(co_await b.can_write(1, 0x4000));
  EXPECT_EQ(walks(4), 1u);
  b.memory.no_aborts();
  EXPECT_TRUE(co_await b.can_write(1, 0x4000));  // from the table of level 2 on
  EXPECT_EQ(walks(1), 2u);
  b.memory.abort(table, table + 7);
  EXPECT_FALSE(co_await b.can_write(1, 0x4000'0000));  // level 0 is known
  EXPECT_EQ(walks(2), 1u);
  EXPECT_EQ(walks(3), 0u);
}
TEST(SmmuStreams, WalksAreCountedByWhatTheyRead) {
  Bench bench;
  bench.run(lengths(bench));
}

// The SMMU's own messages have its DeviceID, which an ITS goes by.
Task<void> device_id(Bench& b) {
  b.translate_stream(1);
  co_await b.enable();
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 0);
  co_await b.write(Bench::EVTQ_IRQ_CFG0, 0x8600'0000, 8);
  co_await b.write_and_poll(Bench::IRQ_CTRL, Bench::IRQ_CTRLACK, 5);
  EXPECT_FALSE(co_await b.can_write(1, 0x4000));
  co_await b.sleep(2 * microsecond);
  EXPECT_EQ(b.memory.count(2, 0x8600'0000, 0x8600'0000), 1u);
  EXPECT_EQ(b.memory.log.back().address, 0x8600'0000u);
  EXPECT_EQ(b.memory.log.back().device_id, 0x77u);
}
TEST(SmmuStreams, TheSmmusMessagesHaveItsDeviceId) {
  SmmuParameters parameters;
  parameters.tcu.msi_device_id = 0x77;
  Bench bench(parameters);
  bench.run(device_id(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
