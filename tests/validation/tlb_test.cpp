// V8 and V11 of docs/timing.md: what a main TLB keeps of a cyclic scan, and what large pages gain.
#include <cmath>

#include "doorbell/core/arch/random.h"
#include "tests/smmu/block/bench.h"
#include "tests/validation/deviation.h"

namespace doorbell::smmu::test {
namespace {

using doorbell::testing::expect_within;

SmmuParameters with_main_tlb(std::uint32_t entries, ReplacementPolicy policy) {
  SmmuParameters p;
  p.tbu.micro_tlb.geometry = {1, 1, ReplacementPolicy::lru, 1};
  p.tbu.main_tlb.geometry = {entries, entries, policy, 1};
  return p;
}

void map_pages(Bench& b, unsigned pages) {
  b.translate_stream(1);
  for (unsigned n = 0; n < pages; ++n)
    b.map(0x1000ULL * n, 0xa000'0000 + 0x1000ULL * n);
}

/// The share of hits in the last of the rounds.
Task<void> scan(Bench& b, unsigned pages, double& rate) {
  map_pages(b, pages);
  co_await b.enable();
  constexpr unsigned warm = 8, measured = 64;
  std::uint64_t hits = 0;
  for (unsigned round = 0; round < warm + measured; ++round) {
    if (round == warm) hits = b.counter("tbu.main_tlb", "hits");
    for (unsigned n = 0; n < pages; ++n)
      co_await b.dma_of({.address = 0x1000ULL * n});
  }
  rate = static_cast<double>(b.counter("tbu.main_tlb", "hits") - hits) / (measured * pages);
}

/// The fixed point of h = (1 - 1/E)^((N-1)(1-h)) that isn't 1.
double random_hits(double entries, double pages) {
  double h = 0;
  for (unsigned i = 0; i < 100'000; ++i)
    h = std::pow(1 - 1 / entries, (pages - 1) * (1 - h));
  return h;
}

struct Scan {
  unsigned entries, pages;
};
class CyclicScan : public ::testing::TestWithParam<Scan> {
 protected:
  double rate_with(ReplacementPolicy policy) {
    Bench bench(with_main_tlb(GetParam().entries, policy));
    double rate = 0;
    bench.run(scan(bench, GetParam().pages, rate));
    return rate;
  }
};
INSTANTIATE_TEST_SUITE_P(V8, CyclicScan,
                         ::testing::Values(Scan{64, 70}, Scan{64, 80}, Scan{64, 96}, Scan{64, 128},
                                           Scan{512, 563}, Scan{512, 640}, Scan{512, 768},
                                           Scan{512, 1024}),
                         [](const auto& scan) {
                           return std::to_string(scan.param.pages) + "Through" +
                                  std::to_string(scan.param.entries);
                         });

TEST_P(CyclicScan, OfRandomReplacementIsTheFixedPoint) {
  const auto [entries, pages] = GetParam();
  expect_within("V8 hit rate of " + std::to_string(pages) + " pages through " +
                    std::to_string(entries) + " entries",
                rate_with(ReplacementPolicy::random), random_hits(entries, pages),
                entries == 64 ? 0.12 : 0.05);
}
TEST_P(CyclicScan, OfLruNeverHits) {
  EXPECT_EQ(rate_with(ReplacementPolicy::lru), 0);
}

/// The mean time of a read of a page chosen at random.
Task<void> random_reads(Bench& b, unsigned pages, bool blocks, double& mean) {
  if (blocks) {
    b.translate_stream(1);
    for (std::uint64_t at = 0; at < 0x1000ULL * pages; at += 0x20'0000)
      b.memory.store(b.descriptor(at, 2), (0xa000'0000 + at) | (Bench::page_rw & ~2ULL));
  } else {
    map_pages(b, pages);
  }
  co_await b.enable();
  Random random(1);
  constexpr unsigned warm = 4000, measured = 8000;
  Time sum = 0;
  for (unsigned n = 0; n < warm + measured; ++n) {
    const Dma d = co_await b.dma_of({.address = 0x1000 * random.below(pages)});
    if (n >= warm) sum += d.took();
  }
  mean = static_cast<double>(sum) / measured / nanosecond;
}

class LargePages : public ::testing::TestWithParam<unsigned> {
 protected:
  double mean_with(bool blocks) {
    SmmuParameters p = with_main_tlb(128, ReplacementPolicy::lru);
    p.tcu.walk_cache[3].geometry = {1, 1, ReplacementPolicy::lru, 1};
    Bench bench(p);
    double mean = 0;
    bench.run(random_reads(bench, GetParam(), blocks, mean));
    return mean;
  }
  static constexpr double micro = 1, main_tlb = 3, walk = 8 + 3 + 4 + 40 + 8, access = 40;
};
INSTANTIATE_TEST_SUITE_P(V11, LargePages, ::testing::Values(1024, 4096, 16384),
                         [](const auto& pages) { return std::to_string(pages.param) + "Pages"; });

// With blocks of 2 MiB the curve is flat; with pages it is V2's.
TEST_P(LargePages, TakeNoWalks) {
  const double in_micro_tlb = 512.0 / GetParam();  // the block of the read before
  expect_within("V11 a read in blocks of 2 MiB, ns", mean_with(true),
                micro + (1 - in_micro_tlb) * main_tlb + access, 0.02);
}
TEST_P(LargePages, WithoutThemReadsWalk) {
  expect_within("V11 a read in pages of 4 KiB, ns", mean_with(false),
                micro + main_tlb + (1 - 128.0 / GetParam()) * walk + access, 0.02);
}

}  // namespace
}  // namespace doorbell::smmu::test
