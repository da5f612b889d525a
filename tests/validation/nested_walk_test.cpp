// V12 of docs/timing.md: tenants whose translations are walks of both stages, none of them cached,
// on a line of 200 Gbit/s (parameters of HyperTRIO, ISCA 2020).
#include <algorithm>
#include <vector>

#include "tests/smmu/block/two_stages.h"
#include "tests/validation/deviation.h"

namespace doorbell::smmu::test {
namespace {

using doorbell::testing::expect_within;

constexpr unsigned tenants = 128;
constexpr Time round_trip = 900 * nanosecond, access_time = 50 * nanosecond;
constexpr unsigned reads = 24;  // four tables of stage 1 and the page, each behind four of stage 2
constexpr Time translation = round_trip + reads * access_time;
// Packets of 1542 bytes, three translations each.
constexpr double interval = 1542 * 8 / 200.0 / 3 * nanosecond;

/// Nothing but the way to the tables and their reads takes time.
SmmuParameters parameters(std::uint32_t in_flight) {
  SmmuParameters p = with_stage2();
  p.dti_latency = static_cast<std::uint32_t>(round_trip / 2 / nanosecond);
  p.tbu.micro_tlb = {{1, 1, ReplacementPolicy::lru, 1}, 0};
  p.tbu.main_tlb = {{1, 1, ReplacementPolicy::lru, 1}, 0};
  p.tbu.outstanding_reads = 4096;
  p.tbu.translation_slots = in_flight;
  p.tbu.translation_requests = tenants;
  p.tcu.translation_slots = p.tcu.walkers = tenants;
  p.tcu.configuration_cache = {{1024, 1024, ReplacementPolicy::lru, 1}, 0};
  for (auto* const caches : {&p.tcu.walk_cache, &p.tcu.walk_cache_stage2}) {
    for (CacheParameters& cache : *caches)
      cache.geometry.entries = 0;
  }
  return p;
}

/// A stream with tables of its own in both stages, each page of them mapped by itself.
class Tenant {
 public:
  static constexpr std::uint64_t iova = 0x4000;

  Tenant(Bench& b, std::uint32_t stream)
      : host_(b, static_cast<std::uint16_t>(stream), place(stream)) {
    // The CD and four tables; then the data.
    for (unsigned page = 1; page <= 6; ++page)
      host_.map(place(stream) + 0x1000 * page, place(stream) + 0x1000 * page);
    const std::uint64_t cd = place(stream) + 0x1000;
    b.memory.store(cd + 8, cd + 0x1000);
    b.memory.store(cd + 24, 0x0004'ff44);
    b.memory.store(cd, 16 | 1u << 30 | 1u << 31 | 4ULL << 32 | 1ULL << 41 | 1ULL << 45 |
                           1ULL << 46 | std::uint64_t{5} << 48);
    for (unsigned level = 0; level < 3; ++level)
      b.memory.store(cd + 0x1000 * (1 + level), (cd + 0x1000 * (2 + level)) | 3);
    b.memory.store(cd + 0x4000 + 8 * (iova >> 12), (cd + 0x5000) | Bench::page_rw);
    host_.nest_stream(stream, cd);
  }

 private:
  static std::uint64_t place(std::uint32_t stream) { return 0x1'0000'0000 + 0x10'0000ULL * stream; }
  Hypervisor host_;
};

class NestedWalks : public ::testing::Test {
 protected:
  /// Brings all up: STEs and CDs are cached.
  Task<void> set_up(Bench& b) {
    b.memory.latency = access_time;
    for (std::uint32_t stream = 0; stream < tenants; ++stream)
      tenants_.emplace_back(b, stream);
    co_await b.enable();
    for (std::uint32_t stream = 0; stream < tenants; ++stream) {
      Dma d{.stream = stream, .address = Tenant::iova};
      co_await b.dma(d);
      EXPECT_TRUE(d.ok);
    }
  }
  Task<void> one(Bench& b) {
    co_await set_up(b);
    const std::uint64_t before = table_reads(b);
    Dma d{.stream = 0, .address = Tenant::iova};
    co_await b.dma(d);
    EXPECT_EQ(table_reads(b) - before, reads);
    expect_within("V12 a translation, ns", static_cast<double>(d.took() - access_time) / nanosecond,
                  static_cast<double>(translation) / nanosecond, 0);
  }
  static std::uint64_t table_reads(Bench& b) { return b.memory.count(1, 0, ~0ULL); }

  Task<void> read_at(Bench& b, Dma& d, Time at) {
    co_await Delay{b.scheduler(), at - b.now()};
    co_await b.dma(d);
  }
  /// The share of the line's rate that translations sustain.
  Task<void> line(Bench& b, unsigned count, double& share) {
    co_await set_up(b);
    co_await b.sleep(microsecond);
    std::vector<Dma> all(count);
    const Time start = b.now();
    for (unsigned i = 0; i < count; ++i) {
      all[i] = {.stream = i % tenants, .address = Tenant::iova};
      b.start(read_at(b, all[i], start + static_cast<Time>(i * interval)));
    }
    Time end = 0;
    for (const Dma& d : all) {
      while (!d.done)
        co_await b.sleep(microsecond);
      EXPECT_TRUE(d.ok);
      end = std::max(end, d.ended);
    }
    // From the end of the first one on.
    const double took = static_cast<double>(end - start - translation - access_time) + interval;
    share = interval * count / took;
  }
  double share_with(std::uint32_t in_flight, unsigned count) {
    Bench bench(parameters(in_flight), 4096, 4, "bench");
    bench.strtab_base_cfg = 7;
    double share = 0;
    bench.run(line(bench, count, share));
    return share;
  }

 private:
  std::vector<Tenant> tenants_;
};

TEST_F(NestedWalks, OneReads24Descriptors) {
  Bench bench(parameters(tenants), 4096);
  bench.strtab_base_cfg = 7;
  bench.run(one(bench));
}
TEST_F(NestedWalks, With103InFlightTheLineIsFull) {
  expect_within("V12 share of 200 Gbit/s with 103 in flight", share_with(103, 3000), 1, 0.01);
}
TEST_F(NestedWalks, WithHalfOfThemItIsHalfFull) {
  expect_within("V12 share of 200 Gbit/s with 51 in flight", share_with(51, 2000),
                51 * interval / translation, 0.01);
}
TEST_F(NestedWalks, WithOneInFlightItIsAtOnePercent) {
  expect_within("V12 share of 200 Gbit/s with one in flight", share_with(1, 400),
                interval / translation, 0.01);
}

}  // namespace
}  // namespace doorbell::smmu::test
