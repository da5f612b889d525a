// Groups of the Contiguous hint as one entry of a TBU (smmu.contiguous_entries; DDI 0487 D8.7.1),
// of stage 1, of stage 2 and of both: as large as the smaller one, invalidated by any address of
// the larger one.
#include "tests/smmu/block/two_stages.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t hint = 1ULL << 52;
constexpr std::uint64_t target = 0xa000'0000;
constexpr unsigned pages = 16;

SmmuParameters with_groups(bool entries = true) {
  SmmuParameters parameters = with_stage2();
  parameters.contiguous_entries = entries;
  return parameters;
}
std::uint64_t misses(Bench& b) {
  return b.counter("tbu.main_tlb", "misses");
}
/// Reads each of sixteen pages from `first` on, and how many misses that takes.
Task<std::uint64_t> misses_of_a_group(Bench& b, std::uint64_t first, std::uint64_t to) {
  const std::uint64_t before = misses(b);
  for (unsigned n = 0; n < pages; ++n) {
    const Dma d = co_await b.dma_of({.address = first + 0x1000 * n});
    EXPECT_TRUE(d.ok);
    EXPECT_EQ(b.memory.log.back().address & ~0xfffULL, to + 0x1000 * n);
  }
  co_return misses(b) - before;
}

Task<void> of_stage1(Bench& b, bool entries) {
  b.translate_stream(1);
  for (unsigned n = 0; n < pages; ++n)
    b.map(0x4000'0000 + 0x1000 * n, target + 0x1000 * n, Bench::page_rw | hint);
  b.map(0x4001'0000, target + 0x1'0000);
  co_await b.enable();
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), entries ? 1u : pages);
  // One beside the group leaves it, one of its pages takes it.
  const auto tlbi = [](std::uint64_t address) {
    return Command{.opcode = Opcode::CMD_TLBI_NH_VA, .leaf = true, .asid = 5, .address = address};
  };
  co_await b.command_and_sync(tlbi(0x4001'0000));
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), 0u);
  co_await b.command_and_sync(tlbi(0x4000'7000));
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), 1u);
}
TEST(SmmuContiguous, AGroupOfStage1IsOneEntry) {
  Bench bench(with_groups());
  bench.run(of_stage1(bench, true));
}
TEST(SmmuContiguous, AGroupIsItsPagesUnlessAskedFor) {
  Bench bench(with_groups(false));
  bench.run(of_stage1(bench, false));
}

Task<void> of_stage2(Bench& b) {
  Hypervisor host(b, 7, 0x9f00'0000);
  host.translate_stream(1);
  for (unsigned n = 0; n < pages; ++n)
    host.map(0x4000'0000 + 0x1000 * n, target + 0x1000 * n, Hypervisor::page_rw | hint);
  co_await b.enable();
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), 1u);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, 0x4001'0000));
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), 0u);
  co_await b.command_and_sync(host.tlbi(Opcode::CMD_TLBI_S2_IPA, 0x4000'f000));
  EXPECT_EQ(co_await misses_of_a_group(b, 0x4000'0000, target), 1u);
}
TEST(SmmuContiguous, AGroupOfStage2IsOneEntry) {
  Bench bench(with_groups());
  bench.run(of_stage2(bench));
}

/// Sixteen pages of a guest; the stage that `hinted` names has the hint, as a group.
Task<void> nested(Bench& b, bool hint1, bool hint2, std::uint64_t entries) {
  Hypervisor host(b, 7, 0x9f00'0000);
  Guest guest(host);
  host.nest_stream(1, Guest::ipa(Guest::cd));
  constexpr std::uint64_t ipa = Guest::ipa(Guest::data) & ~0xffffULL;
  for (unsigned n = 0; n < pages; ++n) {
    guest.map(n, ipa + 0x1000 * n, Bench::page_rw | (hint1 ? hint : 0));
    host.map(ipa + 0x1000 * n, target + 0x1000 * n, Hypervisor::page_rw | (hint2 ? hint : 0));
  }
  co_await b.enable();
  EXPECT_EQ(co_await misses_of_a_group(b, 0, target), entries);
  // Whatever stage 2 made of it, one address of stage 1's group takes all of its entries.
  b.post(host.tlbi(Opcode::CMD_TLBI_NH_VAA, 0x3000));
  co_await b.sync();
  EXPECT_EQ(co_await misses_of_a_group(b, 0, target), hint1 ? entries : 1u);
}
TEST(SmmuContiguous, GroupsOfBothStagesAreOneEntry) {
  Bench bench(with_groups());
  bench.run(nested(bench, true, true, 1));
}
TEST(SmmuContiguous, AGroupOverPagesIsPagesThatGoTogether) {
  Bench bench(with_groups());
  bench.run(nested(bench, true, false, pages));
}
TEST(SmmuContiguous, PagesOverAGroupArePages) {
  Bench bench(with_groups());
  bench.run(nested(bench, false, true, pages));
}

}  // namespace
}  // namespace doorbell::smmu::test
