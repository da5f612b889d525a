// Changes of a block's size without break-before-make (IHI 0070 3.21.1): with IDR3.BBML = 1 they
// are detected as an overlapping leaf is read, F_TLB_CONFLICT, unless the block has nT; with 2
// never.
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t page = 0x4000'0000, other_page = page + 0x1000;
constexpr std::uint64_t target = 0xa000'0000;
constexpr std::uint64_t nT = 1ULL << 16;
constexpr std::uint64_t block_rw = Bench::page_rw & ~2ULL;

SmmuParameters at_level(BlockSizeChanges level) {
  SmmuParameters parameters = with_stage2();
  parameters.offered.block_size_changes = level;
  return parameters;
}
const auto of_page = [](std::uint64_t address) {
  return Command{.opcode = Opcode::CMD_TLBI_NH_VA, .asid = 5, .address = address};
};

/// Pages become a block that maps the same, and of two pages in use only one is invalidated: how a
/// read of that one ends.
Task<void> pages_become_a_block(Bench& b, std::uint64_t block_flags, Dma& read, Event& event) {
  b.translate_stream(1);
  b.map(page, target);
  b.map(other_page, target + 0x1000);
  co_await b.enable();
  co_await b.dma_of({.address = page});
  co_await b.dma_of({.address = other_page});
  b.memory.store(b.descriptor(page, 2), target | block_rw | block_flags);
  co_await b.command_and_sync(of_page(other_page));
  read = co_await b.dma_of({.address = other_page + 0x10});
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), read.ok ? 0u : 1u);
  if (!events.empty()) event = decode_event(events[0]);
  // The page is as usable as before; what overlaps goes, and all is well.
  EXPECT_TRUE((co_await b.dma_of({.address = page})).ok);
  co_await b.command_and_sync({.opcode = Opcode::CMD_TLBI_NH_ALL});
  for (const std::uint64_t address : {page, other_page})
    EXPECT_TRUE((co_await b.dma_of({.address = address})).ok);
  EXPECT_TRUE((co_await b.take_events()).empty());
}

TEST(SmmuBlockSize, OverlappingEntriesConflictAtLevel1) {
  Bench bench(at_level(BlockSizeChanges::level_1));
  Dma read;
  Event event;
  bench.run(pages_become_a_block(bench, 0, read, event));
  EXPECT_FALSE(read.ok);
  EXPECT_EQ(event.type, EventType::F_TLB_CONFLICT);
  EXPECT_EQ(event.input_address, other_page + 0x10);
  EXPECT_EQ(event.stream.stream_id, 1u);
  EXPECT_FALSE(event.stage2 || event.access.write);
}
TEST(SmmuBlockSize, ABlockWithNtDoesNotConflict) {
  Bench bench(at_level(BlockSizeChanges::level_1));
  Dma read;
  Event event;
  bench.run(pages_become_a_block(bench, nT, read, event));
  EXPECT_TRUE(read.ok);
}
TEST(SmmuBlockSize, NothingConflictsAtLevel2) {
  Bench bench(at_level(BlockSizeChanges::level_2));
  Dma read;
  Event event;
  bench.run(pages_become_a_block(bench, 0, read, event));
  EXPECT_TRUE(read.ok);
}

// Nothing keeps a block with nT at level 1, which 3.21.1.2 allows; at level 2 the bit means
// nothing.
Task<void> reads_twice(Bench& b) {
  b.translate_stream(1);
  b.map(page, target);
  b.memory.store(b.descriptor(page, 2), target | block_rw | nT);
  co_await b.enable();
  for (unsigned time = 0; time < 2; ++time)
    EXPECT_TRUE((co_await b.dma_of({.address = page})).ok);
}
TEST(SmmuBlockSize, ABlockWithNtIsReadEachTimeAtLevel1) {
  Bench bench(at_level(BlockSizeChanges::level_1));
  bench.run(reads_twice(bench));
  EXPECT_EQ(bench.counter("tcu.translated"), 2u);
  EXPECT_EQ(bench.counter("tcu.walks_of_1"), 1u);
}
TEST(SmmuBlockSize, NtMeansNothingAtLevel2) {
  Bench bench(at_level(BlockSizeChanges::level_2));
  bench.run(reads_twice(bench));
  EXPECT_EQ(bench.counter("tcu.translated"), 1u);
}

// The leaves of stage 2 conflict as those of stage 1 do; the record says for which IPA.
Task<void> of_stage2(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  host.map(page, target);
  host.map(other_page, target + 0x1000);
  co_await b.enable();
  co_await b.dma_of({.address = page});
  b.memory.store(host.descriptor(page, 2), target | (Hypervisor::page_rw & ~2ULL));
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, other_page));
  EXPECT_FALSE((co_await b.dma_of({.address = other_page})).ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 1u);
  if (events.empty()) co_return;
  const Event event = decode_event(events[0]);
  EXPECT_EQ(event.type, EventType::F_TLB_CONFLICT);
  EXPECT_TRUE(event.stage2);
  EXPECT_EQ(event.ipa, other_page);
}
TEST(SmmuBlockSize, OfStage2IsRecordedAsSuch) {
  Bench bench(at_level(BlockSizeChanges::level_1));
  bench.run(of_stage2(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
