// Streams with substreams, as PASIDs of PCIe are: each has a CD, and so an address space, of its
// own (IHI 0070 3.3.3, 5.2, 5.3).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t first_page = 0xa000'0000, second_page = 0xb000'0000;
constexpr std::uint64_t context_table = 0x8400'0000, leaf_table = 0x8500'0000;
constexpr std::uint64_t second_root = 0x9400'0000;

SmmuParameters with_substreams() {
  SmmuParameters parameters;
  parameters.offered.substream_id_bits = 10;
  return parameters;
}

struct Format {
  unsigned S1CDMax = 4;
  unsigned S1DSS = 2;
  unsigned S1Fmt = 0;
};
/// Stream 1 has a table of CDs.
void substreams_of_stream(Bench& b, const Format& format) {
  b.memory.store(b.ste_of(1) + 8, format.S1DSS);
  b.memory.store(b.ste_of(1), 1 | 5 << 1 | std::uint64_t{format.S1Fmt} << 4 | context_table |
                                  std::uint64_t{format.S1CDMax} << 59);
}
/// A CD at `cd`, made as a stream's.
void store_context(Bench& b, std::uint64_t cd, std::uint16_t asid, std::uint64_t root) {
  b.translate_stream(2, asid, root);
  for (unsigned word = 0; word < 4; ++word)
    b.memory.store(cd + 8 * word, b.memory.load(b.context_of(2) + 8 * word));
}
/// Substreams 1 and 2, and those without one, of two address spaces.
void two_spaces(Bench& b) {
  store_context(b, context_table, 5, Bench::tables);
  store_context(b, context_table + 64, 5, Bench::tables);
  store_context(b, context_table + 128, 6, second_root);
  b.map(0x4000, first_page);
  b.map(0x4000, second_page, Bench::page_rw, second_root);
  b.memory.store(first_page, 0x1111);
  b.memory.store(second_page, 0x2222);
}
Dma read_of(std::uint32_t substream) {
  return {.address = 0x4000, .pasid = true, .substream = substream};
}

Task<void> spaces(Bench& b) {
  substreams_of_stream(b, {});
  two_spaces(b);
  co_await b.enable();
  for (unsigned time = 0; time < 2; ++time) {
    const Dma one = co_await b.dma_of(read_of(1)), two = co_await b.dma_of(read_of(2));
    const Dma none = co_await b.dma_of({.address = 0x4000});
    EXPECT_EQ(one.data, 0x1111u);
    EXPECT_EQ(two.data, 0x2222u);
    EXPECT_EQ(none.data, 0x1111u);  // S1DSS = 2: by CD 0
  }
  // The second time all hit in the TBU, and each CD was read once.
  EXPECT_EQ(b.counter("tbu.micro_tlb", "hits"), 3u);
  EXPECT_EQ(b.memory.count(1, context_table, context_table + 191), 3u);
}
TEST(SmmuSubstreams, HaveAddressSpacesOfTheirOwn) {
  Bench bench(with_substreams());
  bench.run(spaces(bench));
}

Task<void> refused(Bench& b) {
  substreams_of_stream(b, {.S1CDMax = 4, .S1DSS = 0});
  two_spaces(b);
  co_await b.enable();
  const Dma none = co_await b.dma_of({.address = 0x4000});
  const Dma beyond = co_await b.dma_of(read_of(16));
  EXPECT_FALSE(none.ok || beyond.ok);
  const auto events = co_await b.take_events();
  EXPECT_EQ(events.size(), 2u);
  if (events.size() != 2) co_return;
  EXPECT_EQ(decode_event(events[0]).type, EventType::F_STREAM_DISABLED);
  EXPECT_EQ(decode_event(events[1]).type, EventType::C_BAD_SUBSTREAMID);
  EXPECT_EQ(decode_event(events[1]).stream.substream_id, 16u);
  EXPECT_EQ(b.memory.count(1, context_table, context_table + 0xfff), 0u);  // no CD is read
  EXPECT_TRUE((co_await b.dma_of(read_of(1))).ok);
}
TEST(SmmuSubstreams, AreCheckedBeforeAnyCdIsRead) {
  Bench bench(with_substreams());
  bench.run(refused(bench));
}

Task<void> bypassing(Bench& b) {
  substreams_of_stream(b, {.S1CDMax = 4, .S1DSS = 1});
  two_spaces(b);
  co_await b.enable();
  for (unsigned time = 0; time < 2; ++time) {
    const Dma none = co_await b.dma_of({.address = first_page});
    EXPECT_EQ(none.data, 0x1111u);
    const Dma two = co_await b.dma_of(read_of(2));
    EXPECT_EQ(two.data, 0x2222u);
  }
  EXPECT_EQ(b.memory.count(1, context_table, context_table + 63), 0u);
}
TEST(SmmuSubstreams, ThoseWithoutOneBypassIfTheSteSaysSo) {
  Bench bench(with_substreams());
  bench.run(bypassing(bench));
}

// A CD is invalidated by its index, and with it what the TBUs hold by it; others stay.
Task<void> invalidated(Bench& b) {
  substreams_of_stream(b, {});
  two_spaces(b);
  co_await b.enable();
  co_await b.dma_of(read_of(1));
  co_await b.dma_of(read_of(2));
  store_context(b, context_table + 64, 7, second_root);
  const auto cfgi = [](std::uint32_t substream) {
    return Command{.opcode = Opcode::CMD_CFGI_CD, .stream = {1, substream, true}, .leaf = true};
  };
  co_await b.command_and_sync(cfgi(2));
  EXPECT_EQ((co_await b.dma_of(read_of(1))).data, 0x1111u);  // still the old one
  co_await b.command_and_sync(cfgi(1));
  EXPECT_EQ((co_await b.dma_of(read_of(1))).data, 0x2222u);
  EXPECT_EQ((co_await b.dma_of(read_of(2))).data, 0x2222u);
  EXPECT_EQ(b.memory.count(1, context_table + 64, context_table + 127), 2u);
  EXPECT_EQ(b.memory.count(1, context_table + 128, context_table + 191), 2u);
}
TEST(SmmuSubstreams, AreInvalidatedByTheIndexOfTheirCd) {
  Bench bench(with_substreams());
  bench.run(invalidated(bench));
}

Task<void> two_levels(Bench& b) {
  substreams_of_stream(b, {.S1CDMax = 8, .S1DSS = 0, .S1Fmt = 1});
  two_spaces(b);
  for (unsigned n = 0; n < 64; ++n)
    b.memory.store(context_table + 8 * n, 0);
  constexpr std::uint64_t descriptor = context_table + 2 * 8;
  store_context(b, leaf_table + 64 * 3, 6, second_root);
  constexpr std::uint32_t substream = 2 * 64 + 3;
  co_await b.enable();
  EXPECT_FALSE((co_await b.dma_of(read_of(substream))).ok);
  auto events = co_await b.take_events();
  EXPECT_EQ(decode_event(events.at(0)).type, EventType::C_BAD_SUBSTREAMID);
  EXPECT_EQ(decode_event(events.at(0)).stream.substream_id, substream);
  // One that becomes valid is seen without any command.
  b.memory.store(descriptor, leaf_table | 1);
  EXPECT_EQ((co_await b.dma_of(read_of(substream))).data, 0x2222u);
  EXPECT_EQ(b.counter("tcu.level_1_context_descriptor_reads"), 2u);
  b.memory.abort(descriptor, descriptor + 7);
  co_await b.command_and_sync({.opcode = Opcode::CMD_CFGI_CD_ALL, .stream = {.stream_id = 1}});
  EXPECT_FALSE((co_await b.dma_of(read_of(substream))).ok);
  events = co_await b.take_events();
  EXPECT_EQ(decode_event(events.at(0)).type, EventType::F_CD_FETCH);
  EXPECT_EQ(decode_event(events.at(0)).fetch_address, descriptor);
}
// CDs behind one L1CD share its read; Leaf = 1 spares it (4.3.3).
Task<void> shared_descriptor(Bench& b) {
  substreams_of_stream(b, {.S1CDMax = 8, .S1DSS = 0, .S1Fmt = 1});
  two_spaces(b);
  for (const std::uint32_t substream : {3u, 4u})
    store_context(b, leaf_table + 64 * substream, 6, second_root);
  b.memory.store(context_table, leaf_table | 1);
  co_await b.enable();
  for (const std::uint32_t substream : {3u, 4u})
    EXPECT_EQ((co_await b.dma_of(read_of(substream))).data, 0x2222u);
  EXPECT_EQ(b.counter("tcu.level_1_context_descriptor_reads"), 1u);
  const auto cfgi = [](bool leaf) {
    return Command{.opcode = Opcode::CMD_CFGI_CD, .stream = {1, 4, true}, .leaf = leaf};
  };
  co_await b.command_and_sync(cfgi(true));
  co_await b.dma_of(read_of(4));
  EXPECT_EQ(b.counter("tcu.level_1_context_descriptor_reads"), 1u);
  EXPECT_EQ(b.memory.count(1, leaf_table + 256, leaf_table + 256), 2u);
  co_await b.command_and_sync(cfgi(false));
  co_await b.dma_of(read_of(4));
  EXPECT_EQ(b.counter("tcu.level_1_context_descriptor_reads"), 2u);
}
TEST(SmmuSubstreams, ShareTheDescriptorThatLeadsToThem) {
  Bench bench(with_substreams());
  bench.run(shared_descriptor(bench));
}

TEST(SmmuSubstreams, MayHaveATableOfTwoLevels) {
  Bench bench(with_substreams());
  bench.run(two_levels(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
