// Stream tables of two levels (IHI 0070 3.3.2, 5.1, 6.3.25), as Linux makes them: SPLIT 8, STEs of
// a bus in a level-2 table, level-1 descriptors written without an invalidation.
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint32_t linux_cfg = 1u << 16 | 8u << 6 | 16;  // FMT, SPLIT, LOG2SIZE
constexpr std::uint64_t level_2 = 0x8010'0000;
constexpr std::uint64_t whole_span = 9;
constexpr std::uint64_t C_BAD_STREAMID = 0x02, F_STE_FETCH = 0x03, C_BAD_STE = 0x04;

std::uint64_t descriptor_of(std::uint32_t stream) {
  return Bench::stream_table + 8 * (stream >> 8);
}
void set_descriptor(Bench& b, std::uint32_t stream, std::uint64_t span) {
  b.memory.store(descriptor_of(stream), (level_2 + 0x4000 * (stream >> 8)) | span);
}

class SmmuTwoLevelStreams : public testing::Test {
 protected:
  SmmuTwoLevelStreams() {
    bench.strtab_base_cfg = linux_cfg;
    bench.entries = level_2;
  }
  Bench bench;
};

/// The event that a write of `stream` ends with; 0 if it succeeds.
Task<EventRecord> event_of(Bench& b, std::uint32_t stream) {
  const bool ok = co_await b.can_write(stream, 0x4000);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), ok ? 0u : 1u) << stream;
  co_return events.empty() ? EventRecord{} : events[0];
}

Task<void> as_linux(Bench& b) {
  constexpr std::uint32_t streams[] = {0x08, 0x10, 0x1ff, 0xff00};
  for (const std::uint32_t stream : streams) {
    b.bypass_stream(stream);
    set_descriptor(b, stream, whole_span);
  }
  co_await b.enable();
  for (const std::uint32_t stream : streams) {
    EXPECT_TRUE(co_await b.can_write(stream, 0x4000)) << stream;
    EXPECT_TRUE(co_await b.can_write(stream, 0x5000)) << stream;
    EXPECT_EQ(b.memory.count(1, b.ste_of(stream), b.ste_of(stream)), 1u) << stream;
  }
  EXPECT_EQ(b.memory.count(1, descriptor_of(8), descriptor_of(8)), 1u);  // for both streams
  EXPECT_EQ(b.counter("tcu.level_1_descriptor_reads"), 3u);
}
TEST_F(SmmuTwoLevelStreams, EachStreamIsFoundThroughItsDescriptor) {
  bench.run(as_linux(bench));
}

// Linux makes a level-2 table when the first device of a bus appears, and no CFGI follows.
Task<void> made_valid(Bench& b) {
  b.bypass_stream(0x108);
  co_await b.enable();
  EXPECT_EQ((co_await event_of(b, 0x108))[0] & 0xff, C_BAD_STREAMID);
  set_descriptor(b, 0x108, whole_span);
  EXPECT_TRUE(co_await b.can_write(0x108, 0x4000));
}
TEST_F(SmmuTwoLevelStreams, AnInvalidDescriptorIsNotKept) {
  bench.run(made_valid(bench));
}

// One that moves the level-2 table is stale until a CFGI with Leaf = 0 for a stream behind it
// (4.3.1).
Task<void> moved(Bench& b) {
  constexpr std::uint64_t elsewhere = 0x8020'0000;
  const auto cfgi = [](std::uint32_t stream, bool leaf) {
    return Command{.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = stream}, .leaf = leaf};
  };
  b.bypass_stream(0x10);
  set_descriptor(b, 0x10, whole_span);
  co_await b.enable();
  EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
  b.memory.store(elsewhere + 64 * 0x10, 1);  // aborts
  b.memory.store(descriptor_of(0x10), elsewhere | whole_span);
  co_await b.command_and_sync(cfgi(0x10, true));
  EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
  co_await b.command_and_sync(cfgi(0x110, false));
  EXPECT_TRUE(co_await b.can_write(0x10, 0x5000));
  EXPECT_EQ(b.counter("tcu.level_1_descriptor_reads"), 1u);
  co_await b.command_and_sync(cfgi(0x11, false));
  EXPECT_TRUE(co_await b.can_write(0x10, 0x6000)) << "its own STE is still cached";
  co_await b.command_and_sync(cfgi(0x10, true));
  EXPECT_FALSE(co_await b.can_write(0x10, 0x4000));
  EXPECT_EQ(b.counter("tcu.level_1_descriptor_reads"), 2u);
}
TEST_F(SmmuTwoLevelStreams, LeafSparesTheDescriptor) {
  bench.run(moved(bench));
}

SmmuParameters keeping_invalid_ones() {
  SmmuParameters parameters;
  parameters.tcu.cache_invalid_structures = true;
  parameters.offered.substream_id_bits = 10;
  return parameters;
}

// What 3.21.3 permits to be cached: a driver that makes a structure valid without a CFGI is told.
Task<void> kept_though_invalid(Bench& b) {
  constexpr std::uint32_t stream = 0x108;
  const auto cfgi = [](bool leaf) {
    return Command{.opcode = Opcode::CMD_CFGI_STE, .stream = {.stream_id = stream}, .leaf = leaf};
  };
  co_await b.enable();
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_STREAMID);
  set_descriptor(b, stream, whole_span);
  co_await b.command_and_sync(cfgi(true));
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_STREAMID);
  co_await b.command_and_sync(cfgi(false));
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_STE);
  b.bypass_stream(stream);
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_STE);
  co_await b.command_and_sync(cfgi(true));
  EXPECT_TRUE(co_await b.can_write(stream, 0x4000));
  // A CD, and before it the L1CD that leads to it.
  constexpr std::uint64_t level_1 = 0x8400'0000, leaves = 0x8500'0000;
  constexpr std::uint64_t C_BAD_SUBSTREAMID = 0x08, C_BAD_CD = 0x0a;
  b.translate_stream(stream);
  b.memory.store(b.ste_of(stream), 1 | 5 << 1 | 1 << 4 | level_1 | 8ULL << 59);
  b.memory.store(b.ste_of(stream) + 8, 2);
  b.map(0x4000, 0xa000'0000);
  co_await b.command_and_sync(cfgi(true));
  const Command cd{.opcode = Opcode::CMD_CFGI_CD, .stream = {stream, 0, true}};
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_SUBSTREAMID);
  b.memory.store(level_1, leaves | 1);
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_SUBSTREAMID);
  co_await b.command_and_sync(cd);
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_CD);
  for (unsigned word = 0; word < 4; ++word)
    b.memory.store(leaves + 8 * word, b.memory.load(b.context_of(stream) + 8 * word));
  EXPECT_EQ((co_await event_of(b, stream))[0] & 0xff, C_BAD_CD);
  co_await b.command_and_sync(cd);
  EXPECT_TRUE(co_await b.can_write(stream, 0x4000));
}
TEST(SmmuStreams, WhatIsInvalidMayBeCached) {
  Bench bench(keeping_invalid_ones());
  bench.strtab_base_cfg = linux_cfg;
  bench.entries = level_2;
  bench.run(kept_though_invalid(bench));
}

// What could not be read is never known (3.21.3).
Task<void> not_kept(Bench& b) {
  b.bypass_stream(0x10);
  set_descriptor(b, 0x10, whole_span);
  co_await b.enable();
  for (const std::uint64_t at : {descriptor_of(0x10), b.ste_of(0x10)}) {
    co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
    b.memory.abort(at, at + 7);
    EXPECT_EQ((co_await event_of(b, 0x10))[0] & 0xff, F_STE_FETCH);
    b.memory.no_aborts();
    EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
  }
}
TEST(SmmuStreams, WhatCannotBeReadIsNeverCached) {
  Bench bench(keeping_invalid_ones());
  bench.strtab_base_cfg = linux_cfg;
  bench.entries = level_2;
  bench.run(not_kept(bench));
}

Task<void> spans(Bench& b) {
  for (std::uint32_t stream = 0; stream < 8; ++stream)
    b.bypass_stream(stream);
  co_await b.enable();
  struct {
    std::uint64_t span;
    std::uint32_t stream;
    std::uint64_t event;
  } const cases[] = {{0, 0, C_BAD_STREAMID},  {1, 0, 0},
                     {1, 1, C_BAD_STREAMID},  {3, 3, 0},
                     {3, 4, C_BAD_STREAMID},  {9, 7, 0},
                     {10, 0, C_BAD_STREAMID}, {11, 0, C_BAD_STREAMID},
                     {12, 0, C_BAD_STREAMID}, {31, 0, C_BAD_STREAMID}};
  for (const auto& c : cases) {
    set_descriptor(b, 0, c.span);
    co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
    const EventRecord event = co_await event_of(b, c.stream);
    EXPECT_EQ(event[0] & 0xff, c.event) << c.span << " " << c.stream;
    EXPECT_EQ(event[0] >> 32, c.event != 0 ? c.stream : 0u);
  }
}
TEST_F(SmmuTwoLevelStreams, SpanBoundsTheIndex) {
  bench.run(spans(bench));
}

Task<void> unreadable(Bench& b) {
  b.bypass_stream(0x10);
  set_descriptor(b, 0x10, whole_span);
  b.memory.abort(descriptor_of(0x10), descriptor_of(0x10) + 7);
  co_await b.enable();
  EventRecord event = co_await event_of(b, 0x10);
  EXPECT_EQ(event[0] & 0xff, F_STE_FETCH);
  EXPECT_EQ(event[3], descriptor_of(0x10));
  b.memory.no_aborts();
  b.memory.abort(b.ste_of(0x10), b.ste_of(0x10) + 63);
  event = co_await event_of(b, 0x10);
  EXPECT_EQ(event[0] & 0xff, F_STE_FETCH);
  EXPECT_EQ(event[3], b.ste_of(0x10));
  b.memory.no_aborts();
  b.invalid_stream(0x10);
  EXPECT_EQ((co_await event_of(b, 0x10))[0] & 0xff, C_BAD_STE);
  b.bypass_stream(0x10);
  EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
}
TEST_F(SmmuTwoLevelStreams, WhatCannotBeReadIsNamed) {
  bench.run(unreadable(bench));
}

Task<void> out_of_range(Bench& b) {
  co_await b.enable();
  EXPECT_EQ((co_await event_of(b, 0x1'0000))[0] & 0xff, C_BAD_STREAMID);
  EXPECT_EQ(b.counter("tcu.level_1_descriptor_reads"), 0u);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  co_await b.write(Bench::CR2, 0);  // RECINVSID
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  for (const std::uint32_t stream : {0x1'0000u, 0x10u}) {
    EXPECT_FALSE(co_await b.can_write(stream, 0x4000));
    EXPECT_TRUE((co_await b.take_events()).empty());
  }
}
TEST_F(SmmuTwoLevelStreams, BadStreamsAreRecordedIfSoftwareWants) {
  bench.run(out_of_range(bench));
}

// A stream's first transaction reads one thing more than with a linear table: 8 bytes.
Task<void> first_access(Bench& b, Time& took) {
  b.bypass_stream(0x10);
  set_descriptor(b, 0x10, whole_span);
  co_await b.enable();
  const Dma d = co_await b.dma_of({.stream = 0x10, .address = 0x4000, .write = true});
  EXPECT_TRUE(d.ok);
  took = d.took();
}
TEST_F(SmmuTwoLevelStreams, TheDescriptorTakesOneReadOfMemory) {
  Bench linear({}, 64, 4, "linear");
  Time two_levels = 0, one_level = 0;
  bench.run(first_access(bench, two_levels));
  linear.run(first_access(linear, one_level));
  EXPECT_EQ(two_levels - one_level, bench.memory.latency);
}

// The format may change while the SMMU is off (6.3.25).
Task<void> back_to_linear(Bench& b) {
  b.bypass_stream(0x10);
  set_descriptor(b, 0x10, whole_span);
  co_await b.enable();
  EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
  co_await b.write(Bench::STRTAB_BASE_CFG, 6);
  EXPECT_EQ(co_await b.read(Bench::STRTAB_BASE_CFG), linux_cfg);
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xc);
  b.entries = Bench::stream_table;
  b.bypass_stream(0x12);
  co_await b.write(Bench::STRTAB_BASE_CFG, 6);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_STE_RANGE, .range = 31});
  co_await b.write_and_poll(Bench::CR0, Bench::CR0ACK, 0xd);
  EXPECT_TRUE(co_await b.can_write(0x12, 0x4000));
}
TEST_F(SmmuTwoLevelStreams, TheFormatChangesWhileTheSmmuIsOff) {
  bench.run(back_to_linear(bench));
}

TEST_F(SmmuTwoLevelStreams, ADebuggerFollowsTheDescriptor) {
  bench.bypass_stream(0x10);
  set_descriptor(bench, 0x10, whole_span);
  bench.memory.store(0x4000, 0x1234);
  bench.run(bench.enable());
  std::uint64_t data = 0;
  EXPECT_EQ(bench.debug_read(0x10, 0x4000, data), 8u);
  EXPECT_EQ(data, 0x1234u);
  set_descriptor(bench, 0x10, 0);
  EXPECT_EQ(bench.debug_read(0x10, 0x4000, data), 0u);
}

// Without IDR0.ST_LEVEL there are linear tables only: FMT and SPLIT are RES0.
Task<void> not_offered(Bench& b) {
  b.bypass_stream(0x10);
  EXPECT_EQ(co_await b.read(0) >> 27 & 3, 0u);
  co_await b.enable();
  EXPECT_EQ(co_await b.read(Bench::STRTAB_BASE_CFG), 16u);
  EXPECT_TRUE(co_await b.can_write(0x10, 0x4000));
}
TEST(SmmuStreams, WithoutStLevelATableIsLinear) {
  SmmuParameters parameters;
  parameters.two_level_stream_table = false;
  parameters.stream_id_bits = 6;
  Bench bench(parameters);
  bench.strtab_base_cfg = linux_cfg;
  bench.run(not_offered(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
