// Tables of 16 and 64 KiB granules through the sockets: what is read, what is cached, and what a
// TLBI takes (DDI 0487 D8.2; IHI 0070 4.4.1.1).
#include "tests/smmu/block/bench.h"

namespace doorbell::smmu::test {
namespace {

constexpr std::uint64_t va = 0x1234'5678'9000, page = 0xa124'0000, block = 0x10'0000'0000;

struct Granule {
  unsigned log2;
  std::uint64_t TG0;
  unsigned tg;  ///< Of TLBI commands.
  unsigned first_level;

  unsigned low(unsigned level) const { return log2 + (3 - level) * (log2 - 3); }
};
constexpr Granule medium{14, 2, 2, 0}, large{16, 1, 3, 1};

/// Tables for `va` of 48 bits down to a leaf of `level`, one a mebibyte from the next. Where the
/// leaf is.
std::uint64_t make_tables(Bench& b, const Granule& granule, unsigned level, std::uint64_t output) {
  std::uint64_t table = Bench::tables;
  for (unsigned n = granule.first_level;; ++n, table += 1 << 20) {
    const std::uint64_t index_mask = (1ULL << (granule.log2 - 3)) - 1;
    const std::uint64_t index = (va & 0xffff'ffff'ffff) >> granule.low(n) & index_mask;
    const std::uint64_t at = table + 8 * index;
    if (n == level) {
      b.memory.store(at, level == 3 ? output | Bench::page_rw : output | (Bench::page_rw & ~2ULL));
      return at;
    }
    b.memory.store(at, (table + (1 << 20)) | 3);
  }
}

Task<void> page_of(Bench& b, Granule granule) {
  b.translate_stream(1, 5, Bench::tables, granule.TG0 << 6);
  const std::uint64_t leaf = make_tables(b, granule, 3, page);
  co_await b.enable();
  const std::uint64_t in_page = va & ((1ULL << granule.log2) - 1);
  b.memory.store(page | in_page, 0x1111);
  Dma d{.address = va};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(d.data, 0x1111u);
  EXPECT_EQ(b.counter("tcu.walks_of_" + std::to_string(4 - granule.first_level)), 1u);
  // The last bytes of the page need no walk, the next page does.
  Dma last{.address = va | ((1ULL << granule.log2) - 8)};
  co_await b.dma(last);
  EXPECT_TRUE(last.ok);
  EXPECT_EQ(b.memory.count(1, leaf, leaf), 1u);
  Dma next{.address = (va | ((1ULL << granule.log2) - 1)) + 1};
  co_await b.dma(next);
  EXPECT_FALSE(next.ok);
  // Any address of the page, with its granule or without one; not with another's.
  b.memory.store(leaf, (page + (1ULL << granule.log2)) | Bench::page_rw);
  Command tlbi{.opcode = Opcode::CMD_TLBI_NH_VA,
               .leaf = true,
               .asid = 5,
               .address = va & ~((1ULL << granule.log2) - 1),
               .num = 0,
               .scale = 0,
               .tg = 1,
               .ttl = 3};
  co_await b.command_and_sync(tlbi);
  Dma stale{.address = va};
  co_await b.dma(stale);
  EXPECT_EQ(stale.data, 0x1111u);
  tlbi.tg = granule.tg;
  co_await b.command_and_sync(tlbi);
  b.memory.store((page + (1ULL << granule.log2)) | in_page, 0x2222);
  Dma moved{.address = va};
  co_await b.dma(moved);
  EXPECT_EQ(moved.data, 0x2222u);
}
TEST(SmmuGranules, PagesOf16KiB) {
  Bench bench;
  bench.run(page_of(bench, medium));
}
TEST(SmmuGranules, PagesOf64KiB) {
  Bench bench;
  bench.run(page_of(bench, large));
}

Task<void> block_of(Bench& b, Granule granule) {
  b.translate_stream(1, 5, Bench::tables, granule.TG0 << 6);
  make_tables(b, granule, 2, block);
  co_await b.enable();
  const std::uint64_t base = va & ~((1ULL << granule.low(2)) - 1);
  for (const std::uint64_t offset : {0ULL, (1ULL << granule.low(2)) - 8}) {
    Dma d{.address = base + offset};
    co_await b.dma(d);
    EXPECT_TRUE(d.ok);
    EXPECT_EQ(b.memory.log.back().address, block + offset);
  }
  EXPECT_EQ(b.counter("tcu.walks_of_" + std::to_string(3 - granule.first_level)), 1u);
}
TEST(SmmuGranules, BlocksOf32MiB) {
  Bench bench;
  bench.run(block_of(bench, medium));
}
TEST(SmmuGranules, BlocksOf512MiB) {
  Bench bench;
  bench.run(block_of(bench, large));
}

Task<void> wide(Bench& b) {
  b.translate_stream(1, 5, Bench::tables, 1ULL << 6 | (4ULL ^ 6) << 32 | (16 ^ 12));
  // 52 bits of input choose one of 1024 entries at level 1.
  constexpr std::uint64_t wide_va = 0xf'edcb'a987'0000;
  const std::uint64_t at = Bench::tables + 8 * (wide_va >> 42);
  b.memory.store(at, 0x0400'0000'0000 | 0x7000 | (Bench::page_rw & ~2ULL));
  co_await b.enable();
  Dma d{.address = wide_va, .write = true};
  co_await b.dma(d);
  EXPECT_TRUE(d.ok);
  EXPECT_EQ(b.memory.log.back().address, 0x7'0400'0000'0000 | (wide_va & ((1ULL << 42) - 1)));
}
TEST(SmmuGranules, AddressesOf52Bits) {
  SmmuParameters parameters;
  parameters.output_address_size = AddressSize::bits_52;
  parameters.offered.input_address_size = InputAddressSize::bits_52;
  Bench bench(parameters);
  bench.run(wide(bench));
}

}  // namespace
}  // namespace doorbell::smmu::test
